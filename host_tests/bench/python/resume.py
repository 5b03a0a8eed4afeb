# usage: resume.py MODULE - prints what a call of resume() costs when the task suspends in every one.
import sys
import wasm3
from timing import ROUNDS, empty_loop, minimum

COUNT = 100000


def resume_loop(resume, fuel, n):
    for _ in range(n):
        resume(fuel)


def empty():
    pass


def call_loop(function, n):
    for _ in range(n):
        function()


with open(sys.argv[1], "rb") as stream:
    task = wasm3.Instance(stream.read(), "run")
# One block per resume: less fuel would only pay a debt in some of them, more would run several blocks.
for _ in range(3):
    task.resume(1)
before = task.fuel()
while task.fuel() == before:
    task.resume(1)
fuel = task.fuel() - before
before = task.fuel()
loop = minimum(empty_loop, COUNT)
suspended = minimum(resume_loop, task.resume, fuel, COUNT)
calls = minimum(call_loop, empty, COUNT)
blocks = (task.fuel() - before) // fuel
print("resume_ns=%.2f call_ns=%.2f fuel=%d resumes=%d blocks=%d" % (
    (suspended - loop) * 1000 / COUNT, (calls - loop) * 1000 / COUNT, fuel, COUNT * ROUNDS, blocks))
