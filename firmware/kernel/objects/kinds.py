"""The kinds of object that capabilities name, in one list: a new kind is a file of its own and an entry in _KINDS and `calls`.

The network is loaded where a manifest grants it, or by whoever makes a system by hand: with its resolver and policies it takes 6 KB of a
board's 64 KB heap.

The module of a kind has:

    GRANTS                          the words by which a manifest grants it
    OUTSIDE                         True where making the object changes something outside the kernel; such objects are
                                    made last, when nothing else can fail
    parse(manifest, grant, where)   checks a grant: (word, what, rights), or None; errors go to `manifest.wrong`
    make(word, what, rights, fs, account)
                                    the object of a grant that `parse` returned

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
    # Stands for its handlers where nothing has loaded it: then nothing has a capability to one, so they are never asked.
    def __getattr__(self, name):
        if name.startswith("sp_net_"):
            return None
        raise AttributeError(name)


def network():
    """The module of the network, loaded where it is not there yet."""
    from kernel.objects import network
    return network


def resolver(nameservers=None, hosts=None):
    """What turns host names into addresses, see resolver.Resolver; None where nothing has loaded the network."""
    loaded = sys.modules.get(_NETWORK)
    return loaded.Resolver(nameservers, hosts) if loaded else None


def calls(scheduler, names=None):
    """The handlers of all calls on objects, for a System. `names`: a Resolver; None: one that asks the machine's nameservers."""
    names = names or resolver()
    net = network().NetworkCalls(scheduler, names) if names else _NoNetwork()
    return services, files.FileCalls(), net, pin.PinCalls(), control.TaskCalls()


def make_system(fs, names=None):
    """A System without tasks. `fs`: its RamFS; `names`: as for `calls`."""
    scheduler = Scheduler(hal)
    handlers = calls(scheduler, names)
    system = handlers[-1].system = System(fs, scheduler, handlers)
    control.clear()
    supervisor.told = control.ended
    return system


def kind_of(words):
    """The module of the kind that one of these words names, or None. `words`: whatever `in` can search. Where several kinds
    are named the last of the list counts, and its `parse` tells that the other words are too many.
    """
    for kind, grants in reversed(_KINDS):
        for word in grants:
            if word in words:
                return kind or network()
    return None


def grant_words():
    """Every word by which a manifest grants something."""
    return [word for _, grants in _KINDS for word in grants]
