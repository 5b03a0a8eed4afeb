"""The network system calls: connect, send, receive and close, on sockets that never block the kernel.

A call that has to wait leaves its task suspended. When the poller wakes the task, the kernel makes the call once more
from its beginning: it checks the capability again, and answers or waits for the rest of the timeout. So the kernel holds
no half-done transfer.

A socket is a capability in the task's table, derived from the network capability that opened it, and counts against that
capability's limit. When the socket's capability ends - closed, revoked, or with its task - the connection ends too.

Invariants: no function here blocks. `sp_net_send` and `sp_net_recv` allocate nothing, whether they wait or not; only the
poller allocates, when more tasks wait than ever before. The address of a peer never changes after the connection is made.
"""
import hal
from abi import (
    AGAIN, DENIED, INVAL, NOMEM, NOTFOUND, QUOTA, TIMEOUT, UNREACHABLE, UNSUPPORTED, KIND_NETWORK, KIND_SOCKET, NAMES,
    RIGHT_READ, RIGHT_WRITE)
from kernel.objects import netpolicy
from kernel.objects.netpolicy import parse_address, parse_name
from kernel.objects.resolver import Lookup, Resolver  # noqa: F401 - handed on
from scheduler import SLEEP_MAX, until
from kernel.core.transfer import buffer, reserve

_TICKS_MASK = const(0x3FFFFFFF)
_TLS = const(1)                 # flags of sp_net_connect
_UDP = const(2)

GRANTS = ("net",)
OUTSIDE = False


class Network:
    """The object of a network capability. `policy`: the peers that it may reach; `open`: the number of open sockets. Raises
    MemoryError.
    """

    kind = KIND_NETWORK

    def __init__(self, policy):
        reserve()
        self.policy = policy
        self.open = 0

    def release(self):
        """Does nothing: the sockets opened through the capability are derived from it and release themselves."""

    def text(self):
        """Returns one line for a user."""
        return "network, %d of %d sockets open" % (self.open, self.policy.sockets)


class Socket:
    """One connection, from the call that asks for it until it is closed.

    `handle`: the handle of the HAL, -1 before it is opened and after it is closed; `limit`: tick at which the current call
    times out, -1 for never; `waits_for`: its place in the poller's table, -1 where no task waits here.
    """

    kind = KIND_SOCKET

    def __init__(self, network, host, port, udp, rouse):
        self.network = network
        self._rouse = rouse
        self.host = host
        self.port = port
        self.udp = udp
        self.handle = -1
        self.limit = -1
        self.waits_for = -1
        self.connected = False
        self.lookup = None
        self.addresses = b""    # the addresses left to try, 4 bytes each; the first one is being tried
        self.task = None        # the task that waits here
        network.open += 1

    def leave(self):
        """Ends the wait: removes the socket from the poller."""
        if self.waits_for >= 0:
            hal.unwatch(self.waits_for)
            self.waits_for = -1

    def done(self):
        """Called when the waiting call is over. Releases a socket that has not become a capability."""
        if not self.connected:
            self.release()

    def release(self):
        """Ends the connection, when its capability is dropped or its task ends. May be called any number of times.

        Wakes a task that waits for the socket.
        """
        if self.waits_for >= 0:
            self.leave()
            self._rouse(self.task)
        if self.lookup is not None:
            self.lookup.close()
            self.lookup = None
        if self.handle >= 0:
            hal.close_socket(self.handle)
            self.handle = -1
        if self.network is not None:
            self.network.open -= 1
            self.network = None

    def text(self):
        """Returns one line for a user: the peer, and the call in which the task waits."""
        peer = "%s %s:%d" % ("udp" if self.udp else "tcp", self.host.decode(), self.port)
        if self.waits_for >= 0:
            return "%s %s" % ("name of" if self.lookup is not None else NAMES[self.task.instance.nr()], peer)
        return "socket, " + peer


class NetworkCalls:
    """The handlers of the network's calls, bound to one system's scheduler and resolver."""

    def __init__(self, scheduler, resolver):
        self._scheduler = scheduler
        self._rouse = scheduler.rouse
        self._resolver = resolver

    # ---------------------------------------------------------------- connecting

    def sp_net_connect(self, task):
        socket = task.waiting
        if socket is None:
            socket = self._new_socket(task)
            if isinstance(socket, int):
                return socket
        try:
            answer = self._advance(task, socket)
        except BaseException:
            socket.release()
            raise
        if answer is not None and not socket.connected:
            socket.release()
        return answer

    def _new_socket(self, task):
        # Returns the Socket that the call asks for, or an error code. The error does not name the refused host or port.
        instance = task.instance
        network = instance.target()
        policy = network.policy
        port = instance.arg(3)
        flags = instance.arg(4)
        udp = flags & _UDP != 0
        if flags & _TLS and (udp or not hal.TLS):
            return UNSUPPORTED
        host = instance.read(instance.arg(1), instance.arg(2))
        address = parse_address(host)
        name = None
        if address is None:
            name = parse_name(host)
            if name is None:
                return INVAL
        if not (policy.udp if udp else policy.tcp) or not policy.allows_port(port):
            return DENIED
        if not (policy.allows_name(name) if name else policy.allows_address(address, False)):
            return DENIED
        if network.open >= policy.sockets or task.capabilities.full():
            return QUOTA
        addresses = address
        lookup = None
        if name:
            addresses = self._resolver.known(name)
            if addresses is None:
                if instance.arg(5) == 0:
                    return AGAIN
                lookup = Lookup(self._resolver, name)
            else:
                addresses = _allowed(policy, addresses)
                if not isinstance(addresses, bytes):
                    return addresses
        socket = Socket(network, name or host, port, udp, self._rouse)
        socket.lookup = lookup
        socket.addresses = addresses
        return socket

    def _advance(self, task, socket):
        # Connects as far as possible without waiting. Returns the CapId of the new capability, an error code, or None
        # where the task now waits.
        now = hal.ticks()
        timeout = task.instance.arg(5)
        lookup = socket.lookup
        if lookup is not None:
            found = lookup.step(now)
            if found is None:
                return self._wait(task, socket, lookup.handle, hal.READABLE, timeout, until(lookup.wake, now))
            socket.lookup = None
            if not isinstance(found, bytes):
                return found
            found = _allowed(socket.network.policy, found)
            if not isinstance(found, bytes):
                return found
            socket.addresses = found
        state = self._try_addresses(task, socket)
        if state == hal.IN_PROGRESS and timeout == 0:
            state = self._try_addresses(task, socket)         # a connection within the machine is complete by now
        if state < 0:
            return state
        if state == hal.IN_PROGRESS:
            return self._wait(task, socket, socket.handle, hal.WRITABLE, timeout, -1)
        identifier = task.capabilities.insert(socket, RIGHT_READ | RIGHT_WRITE, task.instance.arg(0))
        socket.connected = identifier > 0
        return identifier

    def _try_addresses(self, task, socket):
        # Returns 0 (connected), IN_PROGRESS, or the error of the last address. The task pays the charge again for each
        # further address.
        state = UNREACHABLE
        while socket.addresses:
            if socket.handle < 0:
                handle = hal.open_socket(socket.udp)
                if handle < 0:
                    return handle
                socket.handle = handle
            state = hal.connect(socket.handle, socket.addresses[:4], socket.port)
            if state >= 0:
                return state
            hal.close_socket(socket.handle)
            socket.handle = -1
            socket.addresses = socket.addresses[4:]
            if socket.addresses:
                task.instance.again()
        return state

    # ---------------------------------------------------------------- sending and receiving

    def sp_net_send(self, task):
        instance = task.instance
        socket = instance.target()
        length = instance.arg(2)
        instance.readinto(instance.arg(1), buffer, 0, length)
        count = hal.send(socket.handle, buffer, length)
        if count != AGAIN:
            return count
        return self._wait(task, socket, socket.handle, hal.WRITABLE, instance.arg(3), -1)

    def sp_net_recv(self, task):
        instance = task.instance
        socket = instance.target()
        length = instance.arg(2)
        if length == 0:
            return 0
        count = hal.receive(socket.handle, buffer, length)
        if count == AGAIN:
            return self._wait(task, socket, socket.handle, hal.READABLE, instance.arg(3), -1)
        if count > 0:
            instance.write(instance.arg(1), buffer, 0, count)
        return count

    def sp_net_close(self, task):
        return task.capabilities.drop(task.instance.arg(0))

    # ---------------------------------------------------------------- waiting

    def _wait(self, task, socket, handle, mask, timeout, maximum):
        # Suspends the task until the poller or the timer wakes it. `maximum`: ms, -1: no limit. Returns None, or an error
        # code where the timeout is over or the poller has no place.
        if timeout == 0:
            return AGAIN
        now = hal.ticks()
        limit = socket.limit
        if task.thread.waiting is None:     # the first wait of this call: its timeout begins
            # One tick more, as for sp_sleep, since ticks are rounded down.
            limit = -1 if timeout < 0 else (now + min(timeout + 1, SLEEP_MAX)) & _TICKS_MASK
        if limit >= 0:
            left = until(limit, now)
            if left <= 0:
                return TIMEOUT
            if maximum < 0 or left < maximum:
                maximum = left
        place = hal.watch(handle, mask, task)
        if place < 0:
            return NOMEM
        socket.waits_for = place
        socket.limit = limit
        socket.task = task
        task.thread.waiting = socket
        self._scheduler.wait(task, maximum)
        return None


def _allowed(policy, addresses):
    # Returns those of a name's addresses that the task may reach, DENIED where it may reach none, NOTFOUND where the name
    # has no address.
    good = b""
    for at in range(0, len(addresses), 4):
        if policy.allows_address(addresses[at:at + 4], True):
            good += addresses[at:at + 4]
    return good or (DENIED if addresses else NOTFOUND)


def parse(manifest, grant, where):
    """See kernel.objects.kinds. `what` is a netpolicy.Policy."""
    manifest.keys(grant, where, ("net",))
    return "net", netpolicy.check(grant["net"], where + ".net", manifest.wrong), 0


def make(word, what, rights, fs, account):
    """See kernel.objects.kinds. Raises MemoryError."""
    return Network(what)
