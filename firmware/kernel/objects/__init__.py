"""What capabilities name: files, the network, pins, each with the system calls on it."""
