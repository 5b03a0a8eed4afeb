"""The policy of a network capability: the hosts, ports and protocols that a task may reach, and its number of sockets.

In the boot manifest:

    {"net": {"allow": ["example.org", "*.example.org", "192.0.2.7", "10.0.0.0/8"],
             "ports": [80, 443, "8000-8999"], "protocols": ["tcp"], "sockets": 4}}

A task that connects by name needs the name on the list: the name itself, or a `*.` entry above it. A task that connects
by address needs the address on the list. Where a name resolves to an address that is not public - this machine, its own
network, multicast - the list must hold that address as well. Otherwise the owner of a listed name could direct the task to
the machine it runs on or to the neighbours (DNS rebinding).

Invariant: a host, port or protocol that is not listed is refused; no entry means "anything" by accident.
"""

SOCKETS_DEFAULT = const(4)
_SOCKETS_MAX = const(64)
_PORT_MAX = const(65535)
_PORT_OF_DNS = const(53)
_NAME_MAX = const(253)         # bytes: the limit of DNS and of the ABI
_LABEL_MAX = const(63)

# Addresses that the public Internet does not route: (network, length of its prefix in bits), from IANA's registry.
_SPECIAL = ((0x00000000, 8), (0x0A000000, 8), (0x64400000, 10), (0x7F000000, 8), (0xA9FE0000, 16), (0xAC100000, 12),
            (0xC0000000, 24), (0xC0000200, 24), (0xC0A80000, 16), (0xC6120000, 15), (0xC6336400, 24), (0xCB007100, 24),
            (0xE0000000, 3))


def parse_address(text):
    """Returns the 4 bytes of an IPv4 address written as four decimal numbers, or None where `text` (bytes) is not one.

    Refuses numbers with a leading zero, since some programs read them as octal.
    """
    parts = text.split(b".")
    if len(parts) != 4:
        return None
    numbers = []
    for part in parts:
        if not 1 <= len(part) <= 3 or not part.isdigit() or (part[0] == 48 and len(part) > 1) or int(part) > 255:
            return None
        numbers.append(int(part))
    return bytes(numbers)


def parse_name(text):
    """Returns a host name in lower case without the dot at its end, or None where `text` (bytes) is not one.

    A name has only letters, digits, `-` and `_`. Its last part does not begin with a digit, so no name looks like an address.
    """
    name = text.lower()
    if name[-1:] == b".":
        name = name[:-1]
    if len(name) > _NAME_MAX:
        return None
    for label in name.split(b"."):
        if not 1 <= len(label) <= _LABEL_MAX:
            return None
        for byte in label:
            if not (97 <= byte <= 122 or 48 <= byte <= 57 or byte == 45 or byte == 95):
                return None
    return None if 48 <= label[0] <= 57 else name


def parse_server(text):
    """Returns (address, port) of the string "address" or "address:port", or None. The default port is that of DNS."""
    address, colon, port = text.partition(":")
    address = parse_address(address.encode())
    if address is None or (colon and not (port.isdigit() and 1 <= int(port) <= _PORT_MAX)):
        return None
    return address, int(port) if colon else _PORT_OF_DNS


def address_text(address):
    """Returns an address as decimal numbers with dots."""
    return "%d.%d.%d.%d" % tuple(address)


def _inside(address, ranges):
    number = int.from_bytes(address, "big")
    for network, bits in ranges:
        if (number ^ network) >> (32 - bits) == 0:
            return True
    return False


class Policy:
    """One checked policy. `udp`, `tcp`: True where the protocol is allowed; `sockets`: the limit of open sockets."""

    def __init__(self):
        self.sockets = SOCKETS_DEFAULT
        self.tcp = self.udp = False
        self._names = set()
        self._suffixes = []     # with the dot in front
        self._ranges = []       # (network, bits)
        self._ports = []        # (first, last)

    def allows_port(self, port):
        """Returns True where the task may reach `port`."""
        for first, last in self._ports:
            if first <= port <= last:
                return True
        return False

    def allows_name(self, name):
        """Returns True where the task may reach the host `name`, in the form that `parse_name` returns."""
        if name in self._names:
            return True
        for suffix in self._suffixes:
            if name.endswith(suffix) and len(name) > len(suffix):
                return True
        return False

    def allows_address(self, address, named):
        """Returns True where the task may reach `address`. `named`: True where an allowed name resolved to the address."""
        return (named and not _inside(address, _SPECIAL)) or _inside(address, self._ranges)

    def hosts(self):
        """Returns the entries of `allow` as strings: names, *.names, addresses and ranges."""
        texts = [str(name, "ascii") for name in sorted(self._names)] + ["*" + str(suffix, "ascii") for suffix in self._suffixes]
        for number, bits in self._ranges:
            text = address_text(number.to_bytes(4, "big"))
            texts.append(text if bits == 32 else "%s/%d" % (text, bits))
        return texts

    # ---------------------------------------------------------------- from the manifest

    def take_host(self, entry):
        """Adds one entry of `allow`. Returns an error message or None."""
        if not isinstance(entry, str):
            return "must be a name or an address"
        text = entry.encode()
        network, slash, bits = text.partition(b"/")
        address = parse_address(network)
        if address is not None:
            if slash and not (bits.isdigit() and len(bits) <= 2 and int(bits) <= 32):
                return "%s: the number behind / is 0 to 32" % entry
            bits = int(bits) if slash else 32
            number = int.from_bytes(address, "big")
            if number & ((1 << (32 - bits)) - 1):
                return "%s: bits are set behind the first %d" % (entry, bits)
            self._ranges.append((number, bits))
            return None
        below = text[:2] == b"*."
        name = None if slash else parse_name(text[2:] if below else text)
        if name is None:
            return "%s is no name, *.name, address or address/bits" % entry
        if below:
            self._suffixes.append(b"." + name)
        else:
            self._names.add(name)
        return None

    def take_port(self, entry):
        """Adds one entry of `ports`. Returns an error message or None."""
        first = last = entry
        if isinstance(entry, str):
            first, dash, last = entry.partition("-")
            if not (dash and first.isdigit() and last.isdigit()):
                return "%s is no port and no range first-last" % entry
            first, last = int(first), int(last)
        elif not isinstance(entry, int) or isinstance(entry, bool):
            return "must be a port or a range"
        if not 1 <= first <= last <= _PORT_MAX:
            return "%s: ports are 1 to %d" % (entry, _PORT_MAX)
        self._ports.append((first, last))
        return None

    def take_protocol(self, entry):
        """Adds one entry of `protocols`. Returns an error message or None."""
        if entry == "tcp":
            self.tcp = True
        elif entry == "udp":
            self.udp = True
        else:
            return "%s is neither tcp nor udp" % (entry if isinstance(entry, str) else "this")
        return None


def check(value, where, wrong):
    """Returns the Policy that a manifest's "net" object describes. `wrong(where, what)` records each error."""
    policy = Policy()
    if not isinstance(value, dict):
        wrong(where, "must be an object")
        return policy
    for key in value:
        if key not in ("allow", "ports", "protocols", "sockets"):
            wrong(where + "." + key, "unknown key")
    for key, default, take in (("allow", None, policy.take_host), ("ports", None, policy.take_port),
                               ("protocols", ["tcp"], policy.take_protocol)):
        entries = value.get(key, default)
        here = where + "." + key
        if not isinstance(entries, list) or not entries:
            wrong(here, "must be a list with something in it")
            continue
        for index, entry in enumerate(entries):
            error = take(entry)
            if error:
                wrong("%s[%d]" % (here, index), error)
    sockets = value.get("sockets", SOCKETS_DEFAULT)
    if not isinstance(sockets, int) or isinstance(sockets, bool) or not 1 <= sockets <= _SOCKETS_MAX:
        wrong(where + ".sockets", "must be 1 to %d" % _SOCKETS_MAX)
    policy.sockets = sockets
    return policy


def check_names(value, where, wrong):
    """Returns (servers, hosts) of a manifest's "network" object, see resolver.Resolver. `wrong(where, what)` records each error."""
    servers, hosts = None, {}
    if not isinstance(value, dict):
        wrong(where, "must be an object")
        return servers, hosts
    for key in value:
        if key not in ("nameservers", "hosts"):
            wrong(where + "." + key, "unknown key")
    if "nameservers" in value:
        servers = []
        if not isinstance(value["nameservers"], list):
            wrong(where + ".nameservers", "must be a list")
        else:
            for index, entry in enumerate(value["nameservers"]):
                server = parse_server(entry) if isinstance(entry, str) else None
                if server is None:
                    wrong("%s.nameservers[%d]" % (where, index), "must be an address or address:port")
                else:
                    servers.append(server)
    entries = value.get("hosts", {})
    if not isinstance(entries, dict):
        wrong(where + ".hosts", "must be an object")
        return servers, hosts
    for key, entry in entries.items():
        name = parse_name(key.encode())
        address = parse_address(entry.encode()) if isinstance(entry, str) else None
        if name is None or address is None:
            wrong(where + ".hosts." + key, "must be a host name and an address")
        else:
            hosts[name] = address
    return servers, hosts
