"""The commands that show the machine: versions, pins, connections, the kernel's log, memory."""
import hal
from abi import KIND_NETWORK, KIND_SOCKET
from kernel.core import console
from kernel.core.log import escaped
from kernel.objects.pin import Pin
from kernel.shell import inspect, running


def version():
    """Shows the versions and the machine. Those of the system, of the ABI and of MicroPython."""
    from kernel.boot.banner import banner
    console.show(banner())
    running.unload()


@running.still
def board():
    """Shows the machine's pins. Direction, level (voltage), pull, and which task has them under which name."""
    names = {}
    for task in running.the_system().tasks:
        for _, thing, _, granted in task.capabilities.held():
            if isinstance(thing, Pin):
                name = task.name + "." + (granted or "-")
                names[thing.number] = names[thing.number] + " " + name if thing.number in names else name
    console.show_folded([escaped(text) for text in hal.picture(names)])


@running.still
def net():
    """Shows what tasks may use of the network. Their connections as well, those on their way too."""
    for task in running.the_system().tasks:
        things = [thing for _, thing, _, _ in task.capabilities.held() if thing.kind & (KIND_NETWORK | KIND_SOCKET)]
        if task.waiting is not None and task.waiting not in things:
            things.append(task.waiting)
        for thing in things:
            console.show_folded(["%s: %s" % (task.name, thing.text())])


@running.still
def dmesg():
    """Shows the last lines of the kernel's own log."""
    for text in console.kept():
        console.show(text)


@running.still
def mem():
    """Shows where the memory is. The arena and its regions, the RamFS, MicroPython's heap."""
    console.show_folded(inspect.memory(running.the_system()))
