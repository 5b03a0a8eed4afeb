"""The objects that capabilities refer to: files, the network, pins and others, each with its system calls."""
