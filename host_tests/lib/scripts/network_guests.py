import gc, time
import hal, wasm3
from array import array
import abi
from kernel.core import console
from kernel.core.capability import Capabilities
from kernel.objects.network import Network
from kernel.objects.netpolicy import Policy, check
from kernel.objects.ramfs import RamFS
from kernel.objects.resolver import Resolver
from kernel.objects.kinds import make_system
from kernel.core.task import Task, SLEEPING, WAITING, READY, STATES
system = make_system(RamFS(1 << 16), Resolver([]))
def wrong(where, what):
    raise ValueError(where + " " + what)
def add(name, module, allow=("127.0.0.1",), ports=("1-65535",), protocols=("tcp", "udp"), sockets=8, priority=3,
        slots=16, memory=16384):
    capabilities = Capabilities(slots)
    capabilities.grant("net", Network(check({"allow": list(allow), "ports": list(ports), "protocols": list(protocols),
                                             "sockets": sockets}, "net", wrong)), 0)
    task = Task(name, wasm3.Instance(module, memory=memory), priority, 200000, capabilities)
    system.add(task)
    return task
def settled(task):
    return task.over() or (task.state == SLEEPING and 1 << 28 < (task.thread.due - hal.now()) // 1000 < 1 << 29)
def settle(*tasks, seconds=30):
    # runs until they are through
    end = time.ticks_ms() + seconds * 1000
    while not all([settled(task) for task in tasks or system.tasks]):
        if time.ticks_ms() > end:
            raise ValueError("not through: %s" % [(task.name, STATES[task.state], task.outcome()) for task in system.tasks])
        system.run(20)
def run_until(condition, seconds=30):
    end = time.ticks_ms() + seconds * 1000
    while not condition():
        if time.ticks_ms() > end:
            raise ValueError("it does not come")
        system.run(5)
def results(task, n):
    return list(array("i", task.instance.read(512, 4 * n)))
def network(task):
    return task.capabilities.held()[0][1]
def sockets(task):
    return [thing for _, thing, _, _ in task.capabilities.held()[1:]]
