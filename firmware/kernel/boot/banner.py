"""The first line of the boot log."""
import sys
import abi
from kernel import VERSION


def banner():
    """Returns one line: the versions of the system, of the ABI and of MicroPython, and the machine."""
    machine = sys.implementation._machine.split(" [")[0]        # the unix port appends its compiler
    python = ".".join([str(number) for number in sys.implementation.version[:3]])
    return "SovelmaOS %s on %s, ABI %d.%d, MicroPython %s" % (VERSION, machine, abi.MAJOR, abi.MINOR, python)
