# usage: revoke.py - prints what it takes to revoke 1000 capabilities derived from one, in a chain through 50 tables.
from kernel.core.capability import Capabilities
from timing import ROUNDS, processor


class Thing:
    kind = 1

    def release(self):
        pass


best = None
for _ in range(10 * ROUNDS):
    tables = [Capabilities(32) for _ in range(50)]
    top = last = tables[0].insert(Thing(), 1)
    table = tables[0]
    for number in range(1000):
        into = tables[number % 50]
        last = table.derive(last, 1, into)
        table = into
    start = processor()
    count = tables[0].revoke(top, False)
    taken = processor() - start
    if count != 1000:
        raise ValueError("%d were revoked" % count)
    if best is None or taken < best:
        best = taken
print("us=%.1f" % best)
