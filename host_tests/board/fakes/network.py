"""MicroPython's `network` on an ESP32-C3, as far as the HAL uses it: a station that a test lets join or fail."""

STA_IF = 0
AP_IF = 1

events = []             # what was done to the radio, in order
dns = "0.0.0.0"
name = "mpy-esp32c3"


def hostname(new=None):
    global name
    if new is None:
        return name
    name = new


def ipconfig(param=None, **values):
    if param == "dns":
        return dns
    raise ValueError("unexpected key")


class WLAN:
    IF_STA = 0
    IF_AP = 1
    SEC_OPEN = 0
    SEC_WPA2 = 3

    joined = False      # a test's to set
    fail = None         # an exception `connect` raises

    def __init__(self, interface=IF_STA):
        self.interface = interface
        self.values = {}

    def active(self, on=None):
        if on is not None:
            events.append(("active", self.interface, on))
        return True

    def connect(self, ssid=None, key=None, *, bssid=None):
        events.append(("connect", ssid, key))
        if WLAN.fail:
            raise WLAN.fail

    def disconnect(self):
        events.append("disconnect")

    def isconnected(self):
        return WLAN.joined

    def ifconfig(self, config=None):
        return ("192.0.2.7" if self.interface == WLAN.IF_STA else "192.168.4.1", "255.255.255.0", "192.0.2.1", "192.0.2.1")

    def config(self, param=None, **values):
        for key in values:
            if key not in ("ssid", "key", "security", "max_clients", "reconnects"):
                raise ValueError("unknown config param")
            if (key == "reconnects") != (self.interface == WLAN.IF_STA):
                raise OSError("AP required")
        self.values.update(values)
        events.append(("config", self.interface, values))
