# usage: create.py MODULE... - prints the bytes of the modules and the microseconds that creating a task of each takes.
import sys
import wasm3
from timing import create_and_kill, minimum

COUNT = 20

size = 0
taken = 0
for path in sys.argv[1:]:
    with open(path, "rb") as stream:
        wasm = stream.read()
    size += len(wasm)
    taken += minimum(create_and_kill, wasm3.Instance, wasm, "run", COUNT) / COUNT
print("bytes=%d us=%.2f" % (size, taken))
