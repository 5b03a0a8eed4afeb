import wasm3
from array import array
def ask(c, machine, i, number):
    # What Python says of the capability in a call, or the number of its object; C must agree.
    machine.write(0, array("i", [number, i]))
    assert machine.resume(1000000, 0) == wasm3.SYSCALL and machine.nr() == number
    error = c.check(i, abi.NEEDS[number])
    if machine.refused() != error:
        return "C answers otherwise"
    return error or things.index(machine.target())
def pick(issued, k):
    return issued[k % len(issued)] if issued and k >= 0 else 0
def execute(maximum, generations, operations):
    tables = [Capabilities(maximum, generations) for _ in range(2)]
    for thing in things:
        thing.released = 0
    machines = [wasm3.Instance(wasm["caller"], "run", memory=64) for table in tables]
    for table, machine in zip(tables, machines):
        machine.guard(table)
    issued = [[], []]
    answers = []
    for what, t, a, b, k in operations:
        c = tables[t]
        machine = machines[t]
        i = pick(issued[t], k)
        live = c.check(i, 0xFFFF) == 0
        if what == "insert":
            i = c.insert(things[a], b, i if live else 0)
            if i > 0:
                issued[t].append(i)
            answers.append(i)
        elif what == "check":
            answers.append(ask(c, machine, i, b))
        elif what == "other":
            i = pick(issued[1 - t], k)
            answers.append(ask(c, machine, i, b))
        elif what == "made up":
            answers.append(ask(c, machine, k, b))
        elif what == "revoke thing":
            answers.append([table.revoke_thing(things[a]) for table in tables])
        elif what == "full":
            answers.append([c.full(), sorted([[i, things.index(thing), rights] for i, thing, rights, _ in c.held()]),
                            [thing.released for thing in things]])
        elif what == "clear":
            answers.append(c.clear())
        elif live:
            if what == "derive":
                answers.append(c.derive(i, b, tables[a % 2]))
                if answers[-1] > 0:
                    issued[a % 2].append(answers[-1])
            else:
                answers.append(c.drop(i) if what == "drop" else c.revoke(i, what == "revoke"))
        else:
            answers.append(None)
    for machine in machines:
        machine.kill()
    return answers
things = [Thing() for n in range(8)]
for n, thing in enumerate(things):
    thing.kind = 1 << n % 5
answer([execute(*run) for run in runs])
