"""What a network capability allows: the list against a second opinion, and every mistake in it told with its place."""

import ipaddress
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CHECK = """
from kernel.objects.netpolicy import check, check_names, parse_address, parse_name
mistakes = []
def wrong(where, what):
    mistakes.append(where + ": " + what)
"""

# The special ranges as CPython knows them, from the same registry; it counts some more as not private.
NOT_PUBLIC = [ipaddress.ip_network(n) for n in (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4")]  # fmt: skip

EDGES = [ipaddress.ip_address(n & 2**32 - 1) for network in NOT_PUBLIC
         for n in (int(network[0]) - 1, int(network[0]), int(network[-1]), int(network[-1]) + 1)]  # fmt: skip

addresses = st.one_of(st.integers(0, 2**32 - 1).map(ipaddress.ip_address), st.sampled_from(EDGES))
networks = st.builds(lambda address, bits: ipaddress.ip_network((int(address) >> 32 - bits << 32 - bits, bits)), addresses, st.integers(0, 32))


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.lists(networks, min_size=1, max_size=4), st.lists(addresses, min_size=20, max_size=60))
def test_addresses(firmware, allowed, asked):
    got = firmware.script(CHECK + """
policy = check({"allow": allowed, "ports": [1]}, "net", wrong)
answer([mistakes, [[policy.allows_address(bytes(a), False), policy.allows_address(bytes(a), True)] for a in asked]])
""", allowed=[str(n) for n in allowed], asked=[list(a.packed) for a in asked])
    listed = [any(a in n for n in allowed) for a in asked]
    public = [not any(a in n for n in NOT_PUBLIC) for a in asked]
    assert got == [[], [[x, x or y] for x, y in zip(listed, public, strict=True)]]


def test_the_special_ranges_hold_every_private_address_python_knows():
    for network in ("0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.2.0/24", "192.168.0.0/16",
                    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "255.255.255.255/32", "100.64.0.0/10"):  # fmt: skip
        network = ipaddress.ip_network(network)
        assert not network.is_global and any(network.subnet_of(other) for other in NOT_PUBLIC)


@pytest.mark.parametrize("entry, name, expected", [
    ("example.org", "example.org", True), ("example.org", "www.example.org", False), ("example.org", "example.orgx", False),
    ("*.example.org", "www.example.org", True), ("*.example.org", "a.b.example.org", True), ("*.example.org", "example.org", False),
    ("*.example.org", "badexample.org", False), ("*.example.org", ".example.org", None), ("Example.ORG.", "eXample.org", True),
    ("10.0.0.0/8", "example.org", False), ("a_b-c.test", "a_b-c.test", True),
])  # fmt: skip
def test_names(firmware, entry, name, expected):
    got = firmware.script(CHECK + """
policy = check({"allow": [entry], "ports": [1]}, "net", wrong)
name = parse_name(name.encode())
answer([mistakes, None if name is None else policy.allows_name(name)])
""", entry=entry, name=name)
    assert got == [[], expected]


@pytest.mark.parametrize("ports, allowed, refused", [
    ([80], [80], [79, 81]), (["8000-8002", 22], [8000, 8001, 8002, 22], [7999, 8003, 23]), (["1-65535"], [1, 65535], []), (["5-5"], [5], [4, 6]),
])  # fmt: skip
def test_ports_and_protocols(firmware, ports, allowed, refused):
    got = firmware.script(CHECK + """
policy = check({"allow": ["a.test"], "ports": ports}, "net", wrong)
other = check({"allow": ["a.test"], "ports": ports, "protocols": ["udp"], "sockets": 9}, "net", wrong)
answer([mistakes, [policy.allows_port(p) for p in asked], policy.tcp, policy.udp, policy.sockets, other.tcp, other.udp, other.sockets])
""", ports=ports, asked=allowed + refused)
    assert got == [[], [True] * len(allowed) + [False] * len(refused), True, False, 4, False, True, 9]


def net(**keys):
    return {"allow": ["a.test"], "ports": [80], **keys}


@pytest.mark.parametrize("value, mistakes", [
    ([], ["net: must be an object"]), ({}, ["net.allow: must be a list", "net.ports: must be a list"]), (net(allow=[]), ["net.allow: must be"]),
    (net(allow="a.test"), ["net.allow: must be"]), (net(allow=[7]), ["net.allow[0]: must be a name"]), (net(allow=["*"]), ["net.allow[0]: * is no"]),
    (net(allow=["a.test", "*.", "*.*.b", "a..b", "10.0.0.1/33", "10.0.0.1/8", "10.0.0.0/x", "10.0.0.256", "b.test/8", "", "x y"]),
     [f"net.allow[{i}]: " for i in range(1, 11)]),
    (net(ports=[0, 65536, -1, "80", "9-8", "0-5", "1-65536", True, None, 1.5, "a-b"]), [f"net.ports[{i}]: " for i in range(11)]),
    (net(protocols=[]), ["net.protocols: must be a list"]), (net(protocols=["tcp", "icmp", 3]), ["net.protocols[1]: icmp", "net.protocols[2]: this"]),
    (net(sockets=0), ["net.sockets: must be 1 to 64"]), (net(sockets=65), ["net.sockets"]), (net(sockets=True), ["net.sockets"]),
    (net(sockets="4"), ["net.sockets"]), (net(hosts=[]), ["net.hosts: unknown key"]),
])  # fmt: skip
def test_every_mistake_is_told_with_its_place(firmware, value, mistakes):
    got = firmware.script(CHECK + 'check(value, "net", wrong)\nanswer(mistakes)', value=value)
    assert len(got) == len(mistakes) and all(text.startswith(start) for text, start in zip(got, mistakes, strict=True)), got


@pytest.mark.parametrize("value, mistakes", [
    ({}, []), ({"nameservers": ["192.0.2.1", "192.0.2.1:5353"], "hosts": {"A.test": "10.0.0.1"}}, []), (3, ["network: must be"]),
    ({"nameservers": ["a.test", "192.0.2.1:0", "192.0.2.1:x", "1.2.3.4:65536", 5]}, [f"network.nameservers[{i}]: " for i in range(5)]),
    ({"nameservers": "192.0.2.1"}, ["network.nameservers: must be"]), ({"hosts": []}, ["network.hosts: must be"]),
    ({"hosts": {"a b": "10.0.0.1", "c.test": "c", "d.test": 4}}, ["network.hosts.a b: ", "network.hosts.c.test: ", "network.hosts.d.test: "]),
    ({"servers": []}, ["network.servers: unknown key"]),
])  # fmt: skip
def test_mistakes_about_names(firmware, value, mistakes):
    got = firmware.script(CHECK + """
servers, hosts = check_names(value, "network", wrong)
answer([sorted(mistakes), servers and [[list(a), p] for a, p in servers], sorted([[n.decode(), list(a)] for n, a in hosts.items()])])
""", value=value)
    assert len(got[0]) == len(mistakes) and all(text.startswith(start) for text, start in zip(got[0], mistakes, strict=True)), got
    if not mistakes and value:
        assert got[1:] == [[[[192, 0, 2, 1], 53], [[192, 0, 2, 1], 5353]], [["a.test", [10, 0, 0, 1]]]]


def test_the_manifest_tells_them_too_and_starts_nothing(firmware, tmp_path):
    path = tmp_path / "system.json"
    path.write_text(json.dumps({"version": 1, "network": {"nameservers": [1]}, "tasks": [
        {"name": "a", "module": "system.json", "caps": {"x": {"net": {"allow": ["a b"], "ports": [80]}, "rights": []}}}]}))  # fmt: skip
    got = firmware.script("""
from kernel.boot.manifest import Manifest, ManifestError
try:
    Manifest(path)
except ManifestError as error:
    answer([text[len(path) + 2:] for text in error.errors])
""", path=str(path))
    assert [text.split(":")[0] for text in got] == ["network.nameservers[0]", "tasks[0].caps.x.rights", "tasks[0].caps.x.net.allow[0]"]
