"""The kinds of object that capabilities name, in one list: a new kind is a file of its own and an entry in KINDS and `calls`.

The module of a kind has:

    GRANTS                          the words by which a manifest grants it
    OUTSIDE                         True where making the object changes something outside the kernel; such objects are
                                    made last, when nothing else can fail
    parse(manifest, grant, where)   checks a grant: (word, what, rights), or None; errors go to `manifest.wrong`
    make(word, what, rights, fs, account)
                                    the object of a grant that `parse` returned

and a class with the handlers of its system calls.
"""
import hal
import services
from scheduler import Scheduler
from kernel.core import supervisor
from kernel.core.system import System
from kernel.objects import channel, control, files, network, pin
from kernel.objects.resolver import Resolver

KINDS = (files, pin, network, channel, control)


def calls(scheduler, resolver):
    """The handlers of all calls on objects, for a System."""
    return services, files.FileCalls(), network.NetworkCalls(scheduler, resolver), pin.PinCalls(), control.TaskCalls()


def make_system(fs, resolver=None):
    """A System without tasks. `fs`: its RamFS; `resolver`: turns host names into addresses."""
    scheduler = Scheduler(hal)
    handlers = calls(scheduler, resolver or Resolver())
    system = handlers[-1].system = System(fs, scheduler, handlers)
    control.clear()
    supervisor.told = control.ended
    return system


def kind_of(words):
    """The module of the kind that one of these words names, or None. `words`: whatever `in` can search. Where several kinds
    are named the last of the list counts, and its `parse` tells that the other words are too many.
    """
    for kind in reversed(KINDS):
        for word in kind.GRANTS:
            if word in words:
                return kind
    return None
