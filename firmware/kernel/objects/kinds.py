"""The list of the kinds of object. A new kind is a file of its own and an entry in _KINDS and `calls`.

The network is loaded only where a manifest grants it, or where code that makes a system by hand imports it: with its resolver
and policies it takes 6 KB of a board's 64 KB heap.

The module of a kind has:

    GRANTS                          the words by which a manifest grants an object of the kind
    OUTSIDE                         True where making the object changes something outside the kernel; the loader makes
                                    such objects last, when nothing else can fail
    parse(manifest, grant, where)   checks a grant: (word, what, rights), or None; errors go to `manifest.wrong`
    make(word, what, rights, fs, account)
                                    makes the object of a grant that `parse` returned

and a class with the handlers of its system calls.
"""
import sys
import hal
import services
from scheduler import Scheduler
from kernel.core import supervisor
from kernel.core.system import System
from kernel.objects import channel, control, files, pin

_NETWORK = "kernel.objects.network"
_KINDS = ((files, files.GRANTS), (pin, pin.GRANTS), (None, ("net",)), (channel, channel.GRANTS), (control, control.GRANTS))


class _NoNetwork:
    # Stands in for the network's handlers while the network is not loaded. No task has a network capability then, so the
    # kernel never calls these handlers.
    def __getattr__(self, name):
        if name.startswith("sp_net_"):
            return None
        raise AttributeError(name)


def network():
    """Returns the module of the network. Loads it at the first call."""
    from kernel.objects import network
    return network


def resolver(nameservers=None, hosts=None):
    """Returns a resolver.Resolver with these arguments, or None where the network is not loaded."""
    loaded = sys.modules.get(_NETWORK)
    return loaded.Resolver(nameservers, hosts) if loaded else None


def calls(scheduler, names=None):
    """Returns the handlers of all calls on objects, for a System. `names`: a Resolver; None: one with the machine's nameservers."""
    names = names or resolver()
    net = network().NetworkCalls(scheduler, names) if names else _NoNetwork()
    return services, files.FileCalls(), net, pin.PinCalls(), control.TaskCalls()


def make_system(fs, names=None):
    """Returns a System without tasks. `fs`: its RamFS; `names`: as for `calls`."""
    scheduler = Scheduler(hal)
    handlers = calls(scheduler, names)
    system = handlers[-1].system = System(fs, scheduler, handlers)
    control.clear()
    supervisor.told = control.ended
    return system


def kind_of(words):
    """Returns the module of the kind that one of `words` grants, or None. `words`: any container that `in` can search. Where the
    words name several kinds, the last one in the list counts; its `parse` reports the other words as errors.
    """
    for kind, grants in reversed(_KINDS):
        for word in grants:
            if word in words:
                return kind or network()
    return None


def grant_words():
    """Returns every word by which a manifest grants an object."""
    return [word for _, grants in _KINDS for word in grants]
