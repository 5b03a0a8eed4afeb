"""Starts the system on the board: boot log, safe mode, radio, watchdog, then the system itself.

The manifest is the first that exists of /system.json (the user's, in flash), /rom/system.json (in the module slot) and
/demo/system.json (part of the firmware).

Safe mode: a counter in flash counts the starts in a row that end in a fault of the kernel (the chip's panic, a watchdog, an
uncaught exception). After three the system is not started, and a message says so. The count returns to 0 when the board is
switched off, or a minute after a start without a fault; in safe mode `board_start.go()` is such a start.

Invariant: every error is reported and ends at the prompt; a system that is not started has changed nothing.
"""
import board_config
import esp32c3
import esp32
import gc
import hal
import machine
import uos as os
import sys
import sovelma
from hal.esp32 import heartbeat, flash, radio
from kernel.core import console
from kernel.shell import running
from kernel.core.log import escaped
from kernel.core.errors import ManifestError

MANIFESTS = ("/system.json", "/rom/system.json", "/demo/system.json")
FAULTS_MAX = 3
GOOD = 60                       # seconds without a fault after which a start counts as good
# While a system is built, the collector runs after this many bytes. Otherwise MicroPython fills the heap first, and permanent
# objects end up between temporary ones. The heap is fragmented then: a start failed to find 1 KB in one piece with 20 KB free.
_LITTER = 4096
_COUNTED = 0x100                # flag in the counter: the fault before this start is counted already

_REASONS = {esp32c3.POWER_ON: "power on", esp32c3.PROGRAM: "restarted by program", esp32c3.PANIC: "panic",
            esp32c3.INTERRUPT_WATCHDOG: "interrupt watchdog", esp32c3.TASK_WATCHDOG: "watchdog",
            esp32c3.OTHER_WATCHDOG: "hardware watchdog", esp32c3.DEEP_SLEEP: "woken from deep sleep", esp32c3.BROWNOUT: "brown-out"}
_FAULTS = (esp32c3.PANIC, esp32c3.INTERRUPT_WATCHDOG, esp32c3.TASK_WATCHDOG, esp32c3.OTHER_WATCHDOG)

_radio = None
_seconds = 0                    # seconds since this start, up to GOOD


def main():
    """Starts the board: boot log, safe mode, system. Returns when the prompt has to come."""
    reason = esp32c3.reset_reason()
    try:
        _header(reason)
    except Exception as error:      # e.g. another partition table: reported, but no reason not to start
        console.failed("boot log: " + repr(error))
    soft = machine.reset_cause() == machine.SOFT_RESET
    if not soft:
        count = esp32c3.faults()
        if count & _COUNTED:
            count &= ~_COUNTED
        else:
            count = count + 1 if reason in _FAULTS else 0
        esp32c3.set_faults(count)
        if count:
            console.failed("start %d in a row after a fault of the kernel" % count)
    if esp32c3.faults() >= FAULTS_MAX:
        console.failed("safe mode: the system is not started; board_start.go() starts it")
        return
    go()


def go():
    """Starts the system, even in safe mode."""
    global _seconds
    _seconds = 0
    heartbeat.every_second(_second)
    _start_radio()
    path = _manifest()
    if not path:
        console.failed("no system.json; `make deploy` brings one")
        return
    gc.threshold(_LITTER)
    try:
        sovelma.boot(path)
    except ManifestError as error:
        for text in error.errors:
            console.failed(text)
        console.failed("%s: nothing was started" % path)
        return
    except Exception as error:
        console.failed("%s: nothing was started: %s" % (path, repr(error)))
        return
    finally:
        gc.threshold(-1)
    heartbeat.watch(_progress)
    console.show("Ctrl-C stops the system and gives the prompt; any other key gives it and lets the system run on")
    try:
        sovelma.run()
    except Exception as error:
        _fault(error)


def _fault(error):
    # The kernel itself failed. A board in the field has no terminal, so the chip restarts.
    console.failed("fault of the kernel: " + repr(error))
    sys.print_exception(error)
    esp32c3.set_faults(esp32c3.faults() + 1 | _COUNTED)
    hal.reboot()


def _header(reason):
    # Prints the boot log up to the start of the system.
    from kernel.boot.banner import banner
    console.ok(banner())
    console.ok("start: %s%s" % (_REASONS.get(reason, "reason %d" % reason),
                                ", soft reset" if machine.reset_cause() == machine.SOFT_RESET else ""))
    gc.collect()
    free = [area[1:3] for area in esp32.idf_heap_info(esp32.HEAP_DATA)]
    console.ok("memory: Python %d bytes, %d free; ESP-IDF %d free, %d in one piece"
               % (gc.mem_alloc() + gc.mem_free(), gc.mem_free(), sum([area[0] for area in free]), max([area[1] for area in free])))
    for label in ("ota_0", "ota_1", "mod_0", "mod_1", "vfs"):
        _, _, address, size, _, _ = esp32.Partition(label).info()
        used = label in (flash.firmware_label(), flash.modules_label(), "vfs")
        console.ok("flash: %-5s 0x%06x, %4d KB%s" % (label, address, size // 1024, "" if used else ", not in use"))
    if board_config.errors:
        for text in board_config.errors:
            console.failed(escaped(text))
    if reason != esp32c3.POWER_ON and hal.kept():
        console.ok("the last crash record before this start:")
        for text in hal.kept().split("\n"):
            console.show("  " + text)


def _start_radio():
    global _radio
    hal.esp32.light_sleep = board_config.light_sleep
    if not esp32c3.RADIO or not (board_config.wifi or board_config.access_point):
        console.ok("wifi: " + ("off, /board.json names no network" if esp32c3.RADIO else "not in this firmware"))
        return
    try:
        _radio = radio.Radio(board_config.wifi, board_config.access_point, _say, board_config.hostname)
    except Exception as error:
        console.failed("wifi: %s" % error)


def _say(text):
    console.note(escaped(text))


def _manifest():
    # Returns the path of the first manifest that exists, or None.
    for path in MANIFESTS:
        try:
            os.stat(path)
            return path
        except OSError:
            pass
    return None


def _second():
    # The heartbeat calls this once a second.
    global _seconds
    if _radio:
        _radio.look()
    if _seconds < GOOD:
        _seconds += 1
        if _seconds == GOOD:
            esp32c3.set_faults(0)
            flash.accept()


def _progress():
    # For the watchdog: returns how often the kernel's loop has turned, or None while the prompt has the machine.
    return running.system.turns if running.system and running.system.running else None
