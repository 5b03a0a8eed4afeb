"""What several machines share: sockets, file systems, simulated pins, and the answers of a machine that lacks something."""
