"""The first line of the boot log."""
import sys
import abi
from kernel import VERSION


def banner():
    """One line: the version of the system, of the ABI and of MicroPython, and the machine."""
    machine = sys.implementation._machine.split(" [")[0]        # the unix port names its compiler behind
    python = ".".join([str(number) for number in sys.implementation.version[:3]])
    return "SovelmaOS %s on %s, ABI %d.%d, MicroPython %s" % (VERSION, machine, abi.MAJOR, abi.MINOR, python)
