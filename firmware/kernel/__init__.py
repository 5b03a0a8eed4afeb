"""The kernel: what stands between sandboxed tasks and the machine. One idea per file, the facade is `sovelma`."""

VERSION = "0.9.0"       # of SovelmaOS, stated here alone; CHANGELOG.md says what came with it
