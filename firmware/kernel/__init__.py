"""The kernel: what stands between sandboxed tasks and the machine. One idea per file, the facade is `sovelma`.

Two things look odd and keep a start short. MicroPython's own modules that a file could replace (os, time, json ...) are
imported with the prefix u, which means the built-in one: no file can stand in for it, and the import searches for none
(24,000 of 32,000 instructions). And `const` is not imported: the compiler knows the name, and each import takes 8,000.
"""

VERSION = "0.9.0"       # of SovelmaOS, stated here alone; CHANGELOG.md says what came with it
