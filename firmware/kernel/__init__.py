"""The kernel: the layer between sandboxed tasks and the machine. Each file holds one idea; the public interface is `sovelma`.

Two conventions look odd and shorten the start. First, modules of MicroPython that a file could replace (os, time, json ...)
are imported with the prefix u, which names the built-in module: no file can replace it, and the import searches for no file
(24,000 of 32,000 instructions). Second, `const` is not imported: the compiler knows the name, and each import takes 8,000.
"""

VERSION = "0.9.0"       # of SovelmaOS, stated only here; CHANGELOG.md lists the changes of each version
