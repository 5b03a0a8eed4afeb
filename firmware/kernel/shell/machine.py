"""The commands that show the machine: versions, pins, connections, the kernel's log, memory."""
import hal
from kernel.core import console
from kernel.core.log import escaped
from kernel.objects.network import Network, Socket
from kernel.objects.pin import Pin
from kernel.shell import inspect, running


def version():
    """Shows the versions of the system, of the ABI and of MicroPython, and the machine."""
    from kernel.boot.banner import banner
    console.show(banner())
    running.unload()


@running.still
def board():
    """Shows the machine's pins: direction, level (voltage), pull, and which task has them under which name."""
    names = {}
    for task in running.the_system().tasks:
        for _, thing, _, granted in task.capabilities.held():
            if isinstance(thing, Pin):
                name = task.name + "." + (granted or "-")
                names[thing.number] = names[thing.number] + " " + name if thing.number in names else name
    for text in hal.picture(names):
        console.show(escaped(text))


@running.still
def net():
    """Shows what every task may use of the network and its connections, those on their way too."""
    for task in running.the_system().tasks:
        things = [thing for _, thing, _, _ in task.capabilities.held() if isinstance(thing, (Network, Socket))]
        if task.waiting is not None and task.waiting not in things:
            things.append(task.waiting)
        for thing in things:
            console.show("%s: %s" % (task.name, thing.text()))


@running.still
def dmesg():
    """Shows the last lines of the kernel's own log."""
    for text in console.kept():
        console.show(text)


@running.still
def mem():
    """Shows where the memory is: the arena and its regions, the RamFS, MicroPython's heap."""
    for text in inspect.memory(running.the_system()):
        console.show(text)
