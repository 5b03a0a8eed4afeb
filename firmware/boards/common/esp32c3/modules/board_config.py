"""/board.json: the owner's configuration of a board - networks, watchdog, sleep. Every entry is optional.

    {
      "hostname": "kitchen",
      "wifi": {"ssid": "home", "key": "secret123"},            the network to join
      "access_point": {"ssid": "kitchen", "key": "other456"},  the network to open
      "watchdog": 30,                                          seconds, 0: none
      "light_sleep": false                                     sleep while the board is idle; the USB console is off meanwhile
    }

Invariant: a file with an error changes nothing: `errors` lists every error, and all settings keep their defaults.
"""
from hal.esp32.heartbeat import WATCHDOG
from hal.esp32 import radio
from kernel.boot.strict_json import parse

PATH = "/board.json"
_WATCHDOG_MIN = 10            # seconds; a scan for networks delays the heartbeat by 3
_WATCHDOG_MAX = 600

hostname = wifi = access_point = None
watchdog = WATCHDOG             # ms
light_sleep = False
errors = []


def load():
    """Reads the file into the variables of this module. Without a file they keep their values."""
    global hostname, wifi, access_point, watchdog, light_sleep
    errors.clear()
    try:
        with open(PATH, "rb") as file:
            given = parse(file.read())
    except OSError:
        return
    except ValueError as error:
        errors.append("%s: %s" % (PATH, error))
        return
    errors.extend("%s: %s" % (PATH, text) for text in _check(given))
    if not errors:
        hostname = given.get("hostname")
        wifi = given.get("wifi")
        access_point = given.get("access_point")
        watchdog = given.get("watchdog", WATCHDOG // 1000) * 1000
        light_sleep = given.get("light_sleep", False)


def _check(given):
    # Returns a list of error texts.
    if not isinstance(given, dict):
        return ["must be an object"]
    wrong = [name + ": unknown" for name in given
             if name not in ("hostname", "wifi", "access_point", "watchdog", "light_sleep")]
    for name in ("wifi", "access_point"):
        if name in given:
            wrong += radio.errors(given[name], name)
    name = given.get("hostname", "x")
    if not isinstance(name, str) or not 1 <= len(name) <= 32:
        wrong.append("hostname: must be a string of 1 to 32 characters")
    seconds = given.get("watchdog", 0)
    if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds and not _WATCHDOG_MIN <= seconds <= _WATCHDOG_MAX:
        wrong.append("watchdog: must be 0 or %d to %d seconds" % (_WATCHDOG_MIN, _WATCHDOG_MAX))
    if not isinstance(given.get("light_sleep", False), bool):
        wrong.append("light_sleep: must be true or false")
    return wrong
