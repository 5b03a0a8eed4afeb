import sys, gc
sys.path[:0] = ["/given/lib"]
import vfs
demo = open("/given/demo", "rb")
vfs.mount(vfs.VfsRom(memoryview(demo)), "/demo")
import esp32c3
esp32c3.RADIO = 0
import esp32, machine, network, os, select, time
class Console:
    looks = 400
    def ipoll(self, ms):
        self.looks -= 1
        return [1] if self.looks < 0 else []
console = Console()
import hal
ballast = []
gc.collect()
while gc.mem_free() > LEFT + 1024:
    ballast.append(bytearray(min(16384, gc.mem_free() - LEFT)))
free = gc.mem_free()
import hal.esp32 as board
for name in dir(board):
    if not name.startswith("__"):
        setattr(sys.modules["hal"], name, getattr(board, name))
board._console = console
sys.modules["hal"].swallow_key = lambda: None     # the key is the fake console's: there is no byte of it to be read
import board_start
board_start.MANIFESTS = ("/demo/system.json",)
from hal.esp32 import heartbeat
import wasm3
wasm3.arena_resize(131072)
heartbeat.start()
board_start.main()
import sovelma
for _ in range(300):
    machine.Timer.all[0].callback(None)
sovelma.ps()
gc.collect()
print("@memory", len(sovelma.system.tasks), free, gc.mem_free())
