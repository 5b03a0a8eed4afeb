"""Code that several machines share: sockets, file systems, simulated pins, and stand-ins for devices that a machine lacks."""
