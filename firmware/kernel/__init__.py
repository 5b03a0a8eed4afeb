"""The kernel: what stands between sandboxed tasks and the machine. One idea per file, the facade is `sovelma`."""
