"""Wi-Fi of the board: joins a network, rejoins it after a loss, or opens an access point. No call waits for any of these.

The heartbeat calls `Radio.look` once a second. The port would retry immediately and for ever; here each failed attempt
doubles the pause before the next one, up to MAX, so an absent network costs little.

Invariant: `look` does not block. It reports an error and tries again later; an error stops nothing else.
"""
import esp32c3

if esp32c3.RADIO:
    import network

FIRST = const(5)                # seconds from the first attempt to the second; joining takes 1 to 4
MAX = const(60)                # seconds between attempts at most

_KEY_MIN = const(8)           # characters of a key, from WPA2
_KEY_MAX = const(63)
_NAME_MAX = const(32)          # bytes of a network's name
_STATIONS = const(4)            # most stations on our access point: each takes memory that the tasks' connections need


def errors(wanted, where):
    """Checks a network of the board's configuration. Returns a list of error texts; each begins with `where` it is."""
    wrong = []
    if not isinstance(wanted, dict):
        return [where + ": must be an object"]
    for name in wanted:
        if name not in ("ssid", "key"):
            wrong.append("%s.%s: unknown" % (where, name))
    name = wanted.get("ssid")
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= _NAME_MAX:
        wrong.append("%s.ssid: must be a string of 1 to %d bytes" % (where, _NAME_MAX))
    key = wanted.get("key", "")
    if not isinstance(key, str) or key and not _KEY_MIN <= len(key) <= _KEY_MAX:
        wrong.append("%s.key: must be a string of %d to %d characters, or not be there" % (where, _KEY_MIN, _KEY_MAX))
    return wrong


class Radio:
    """Applies the Wi-Fi part of the board's configuration.

    `wifi`: {"ssid", "key"} of the network to join, or None; `own`: the same of the access point to open, or None; `say`: a
    function that is called with lines of text. Switching the radio on takes about 100 ms; nothing waits for a network.
    """

    def __init__(self, wifi, own, say, hostname=None):
        self._say = say
        self._wifi = wifi
        self._station = None
        self._up = False
        self._wait = 0          # seconds until the next attempt
        self._pause = FIRST
        if hostname:
            network.hostname(hostname)
        if own:
            self._open(own)
        if wifi:
            self._station = network.WLAN(network.WLAN.IF_STA)
            self._station.active(True)
            self._station.config(reconnects=0)      # `look` retries instead of the port
            if not self._station.isconnected():     # a soft reset leaves the radio as it is
                self._join()

    def _open(self, own):
        point = network.WLAN(network.WLAN.IF_AP)
        point.active(True)
        if own.get("key"):
            point.config(ssid=own["ssid"], security=network.WLAN.SEC_WPA2, key=own["key"], max_clients=_STATIONS)
        else:
            point.config(ssid=own["ssid"], security=network.WLAN.SEC_OPEN, max_clients=_STATIONS)
        self._say("wifi: network %s is open at %s" % (own["ssid"], point.ifconfig()[0]))

    def _join(self):
        self._wait = self._pause
        self._pause = min(2 * self._pause, MAX)
        try:
            self._station.connect(self._wifi["ssid"], self._wifi.get("key", ""))
        except (OSError, RuntimeError) as error:
            self._say("wifi: %s" % error)

    def look(self):
        """Checks the connection and rejoins if necessary. Call it once a second."""
        if not self._station:
            return
        if self._station.isconnected():
            if not self._up:
                self._up = True
                self._pause = FIRST
                self._say("wifi: joined %s, address %s" % (self._wifi["ssid"], self._station.ifconfig()[0]))
            return
        if self._up:
            self._up = False
            self._wait = 0
            self._say("wifi: lost " + self._wifi["ssid"])
        self._wait -= 1
        if self._wait < 0:
            try:
                self._station.disconnect()      # the port refuses a new attempt while the last one is pending
            except (OSError, RuntimeError):
                pass
            self._join()
