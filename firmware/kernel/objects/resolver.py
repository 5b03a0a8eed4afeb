"""The resolver finds the addresses of a host name by DNS over UDP, without blocking.

A lookup belongs to the call that needs it and ends with that call. It asks one server after the other, waits longer in each
round, and follows aliases. The call invokes `step` when the lookup's socket is readable or its time is over. All tasks share
a cache of answers.

The resolver accepts an answer only from the address and port that it asked, to the random port that it asked from, with
the question's random number and the question itself. It drops everything else. It treats the content as hostile: it
checks every offset, limits names and aliases, and lets compression point backwards only, so parsing always ends.

Invariant: an answer holds at most four addresses of 4 bytes and nothing else. The network policy decides which of them a
task may reach.
"""
import hal
from abi import AGAIN, NOTFOUND, TIMEOUT, UNREACHABLE
from kernel.objects.netpolicy import parse_server
from scheduler import until
from kernel.core.transfer import buffer, reserve

_TICKS_MASK = const(0x3FFFFFFF)
_PACKET_MAX = const(512)       # bytes: the limit of DNS over UDP without extensions, which the resolver does not ask for
_HEADER = const(12)
_TYPE_A = const(1)
_TYPE_ALIAS = const(5)
_CLASS_INTERNET = const(1)
_NAME_MAX = const(255)         # bytes in wire form
_RECORDS_MAX = const(32)       # records parsed in one answer: as many as fit into 512 bytes
_ALIASES_MAX = const(8)        # aliases followed in one lookup
_ADDRESSES_MAX = const(16)     # bytes: four addresses
_NO_ERROR = const(0)            # response codes
_SERVER_FAILURE = const(2)
_NO_SUCH_NAME = const(3)

_ROUNDS = const(3)              # how often a lookup asks each server
_SERVERS_MAX = const(3)        # the usual limit of resolvers
_PATIENCE = const(1000)         # ms to wait for an answer in the first round; doubled each round
_JUNK_MAX = const(32)          # packets without an answer after which the lookup asks the next server
_LOOK_MAX = const(4)           # packets read in one step; the task pays for them as for one call
_PORT_FIRST = const(1024)

_KEPT = const(32)               # names remembered
_SECONDS_MIN = const(5)       # lifetime of an answer at least: one that expires at once would be asked for again at once
_SECONDS_MAX = const(3600)
_SECONDS_UNKNOWN = const(10)    # lifetime of the answer that a name does not exist

_random = bytearray(4)


class Resolver:
    """The cache of answers, and the list of name servers.

    `servers`: list of (address, port), or None for the machine's current name servers; `hosts`: {name: address}, answered
    without asking a server. Names have the form that netpolicy.parse_name returns.
    """

    def __init__(self, servers=None, hosts=None):
        self._servers = servers
        self._hosts = {b"localhost": b"\x7f\0\0\1"}
        self._hosts.update(hosts or {})
        self._kept = {}         # {name: (addresses, second at which they expire)}

    def known(self, name):
        """Returns the addresses of a name, b"" where the name does not exist, or None where a lookup must ask a server."""
        address = self._hosts.get(name)
        if address:
            return address
        kept = self._kept.get(name)
        return kept[0] if kept and _seconds() < kept[1] else None

    def remember(self, name, addresses, seconds):
        """Stores an answer for `seconds`, within the limits above. `addresses`: b"" where the name does not exist."""
        if addresses:
            seconds = min(max(seconds, _SECONDS_MIN), _SECONDS_MAX)
        else:
            seconds = _SECONDS_UNKNOWN
        if len(self._kept) >= _KEPT and name not in self._kept:
            first = None
            for other in self._kept:
                if first is None or self._kept[other][1] < self._kept[first][1]:
                    first = other
            del self._kept[first]
        self._kept[name] = (addresses, _seconds() + seconds)

    def servers(self):
        """Returns the name servers, at most three: a list of (address, port)."""
        servers = self._servers
        if servers is None:
            servers = [parse_server(text) for text in hal.nameservers()]
        return [server for server in servers if server][:_SERVERS_MAX]


class Lookup:
    """The lookup of one name. `handle`: its socket, or -1; `wake`: tick at which to call `step` if no packet comes."""

    def __init__(self, resolver, name):
        reserve()
        self.handle = -1
        self.wake = 0
        self._resolver = resolver
        self._name = name
        self._servers = resolver.servers()
        self._aliases = 0
        self._seconds = _SECONDS_MAX
        self._error = TIMEOUT if self._servers else UNREACHABLE
        self._ask_for(wire(name))

    def _ask_for(self, name):
        self._question = name + b"\0\x01\0\x01"
        self._asked = 0         # queries sent for this question
        self._junk = 0
        self._number = 0

    def step(self, now):
        """Continues the lookup. Returns addresses, an error code, or None: call `step` again at tick `wake` or when `handle` is
        readable.
        """
        if self.handle >= 0:
            result = self._listen()
            if result is not None:
                return result
            if self.handle >= 0 and until(self.wake, now) > 0:
                return None
        return self._ask(now)

    def close(self):
        """Closes the socket. May be called any number of times."""
        if self.handle >= 0:
            hal.close_socket(self.handle)
            self.handle = -1

    def _ask(self, now):
        # Sends the question to the next server to which sending succeeds.
        while self._asked < len(self._servers) * _ROUNDS:
            self.close()
            address, port = self._servers[self._asked % len(self._servers)]
            self.wake = (now + (_PATIENCE << self._asked // len(self._servers))) & _TICKS_MASK
            self._asked += 1
            self._junk = 0
            handle = hal.open_socket(True)
            if handle < 0:
                return handle
            self.handle = handle
            hal.random(_random, 4)
            self._number = _random[2] << 8 | _random[3]
            hal.bind_socket(handle, _PORT_FIRST + (_random[0] << 8 | _random[1]) % (65536 - _PORT_FIRST))
            error = hal.connect(handle, address, port)      # from now on the socket drops packets of other senders
            if not error:
                query = self._number.to_bytes(2, "big") + b"\x01\0\0\x01\0\0\0\0\0\0" + self._question
                error = hal.send(handle, query, len(query))
                if error > 0:
                    return None
            if error != AGAIN:
                self._error = UNREACHABLE
        self.close()
        return self._error

    def _listen(self):
        # Reads the packets that have arrived. Returns as `step` does; None with the socket closed: ask the next server.
        for _ in range(_LOOK_MAX):
            count = hal.receive(self.handle, buffer, _PACKET_MAX)
            if count == AGAIN:
                return None
            if count < 0:
                break
            answer = parse(buffer, count, self._number, self._question)
            if answer is not None:
                return self._take(answer)
            self._junk += 1
            if self._junk == _JUNK_MAX:
                break
        else:
            return None
        self._error = UNREACHABLE
        self.close()
        return None

    def _take(self, answer):
        self.close()
        code, addresses, seconds, alias = answer
        if code not in (_NO_ERROR, _NO_SUCH_NAME):
            self._error = UNREACHABLE       # this server fails or refuses; another one may answer
            return None
        self._seconds = min(self._seconds, seconds)
        if addresses:
            self._resolver.remember(self._name, addresses, self._seconds)
            return addresses
        if alias is not None and code == _NO_ERROR:
            self._aliases += 1
            if self._aliases >= _ALIASES_MAX:
                return NOTFOUND
            self._ask_for(alias)
            return None
        self._resolver.remember(self._name, b"", 0)
        return NOTFOUND


def _seconds():
    return hal.microseconds() // 1_000_000


def wire(name):
    """Returns a name in wire form: each part preceded by its length, and a zero at the end."""
    return b"".join([bytes((len(label),)) + label for label in name.split(b".")]) + b"\0"


def parse(packet, length, number, question):
    """Parses packet[:length] as the answer to a question. Returns None where it is not, else (response code, addresses,
    lifetime of the addresses in seconds, the alias to ask for next in wire form or None).

    `question`: name in wire form and lower case, type, class.
    """
    at = _HEADER + len(question)
    if (length < at or packet[0] << 8 | packet[1] != number or packet[2] & 0xF8 != 0x80     # an answer to a query
            or packet[4] or packet[5] != 1 or bytes(packet[_HEADER:at]).lower() != question):
        return None
    records = []
    for _ in range(min(packet[6] << 8 | packet[7], _RECORDS_MAX)):
        owner, at = read_name(packet, length, at)
        if owner is None or at + 10 > length:
            return None
        kind = packet[at] << 8 | packet[at + 1]
        internet = packet[at + 2] == 0 and packet[at + 3] == _CLASS_INTERNET
        seconds = 0 if packet[at + 4] else packet[at + 5] << 16 | packet[at + 6] << 8 | packet[at + 7]
        size = packet[at + 8] << 8 | packet[at + 9]
        at += 10
        if at + size > length:
            return None
        if internet and kind == _TYPE_A and size == 4:
            records.append((owner, bytes(packet[at:at + 4]), seconds, None))
        elif internet and kind == _TYPE_ALIAS:
            alias, end = read_name(packet, length, at)
            if alias is None or end != at + size:
                return None
            records.append((owner, b"", seconds, alias))
        at += size
    code = packet[3] & 15
    addresses, seconds, alias = _follow(question[:-4], records)
    if not addresses and packet[2] & 2:         # truncated before the first address
        code = code or _SERVER_FAILURE
    return code, addresses, seconds, alias


def _follow(name, records):
    # Follows the aliases of `name` to its addresses, as far as the records go.
    asked = name
    good = _SECONDS_MAX
    for _ in range(_ALIASES_MAX):
        addresses = b""
        alias = None
        for owner, address, seconds, other in records:
            if owner == name and len(addresses) < _ADDRESSES_MAX:
                addresses += address
                good = min(good, seconds)
                alias = other or alias
        if addresses or alias is None:
            break
        name = alias
    return addresses, good, None if name == asked else name


def read_name(packet, length, at):
    """Returns (name in wire form and lower case, offset after it), or (None, _) where packet[:length] has no valid name at `at`."""
    name = bytearray()
    behind = -1
    limit = at                  # the next pointer must lead below this offset, so that the loop ends
    while at < length:
        size = packet[at]
        if size >= 0xC0:
            if behind < 0:
                behind = at + 2
            if at + 2 > length:
                break
            at = (size & 0x3F) << 8 | packet[at + 1]
            if at >= limit:
                break
            limit = at
            continue
        if size > 63 or at + 1 + size > length or len(name) + 1 + size > _NAME_MAX:
            break
        name.extend(packet[at:at + 1 + size])
        at += 1 + size
        if size == 0:
            return bytes(name).lower(), at if behind < 0 else behind
    return None, at
