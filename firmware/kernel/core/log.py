"""The logs of tasks: one ring of lines per task, limited in length and rate, escaped before it reaches a terminal.

A task may log a burst of lines, and then a fixed number a second; the log refuses and counts any further line. The console
shows bytes that are not printable ASCII as escapes, so a task can neither control the terminal nor forge a line of another
task. The ring keeps the unescaped bytes, and keeps lines of level ERROR even when they are refused.

Invariant: taking a line and showing it allocate nothing.
"""
from abi import AGAIN, LOG_ERROR, LOG_INFO

_RING = const(512)          # bytes, a power of two: the last few lines, which show why a task faulted
_WRAP = const(_RING - 1)
_HEADER = const(3)          # bytes before a line in the ring: level, length (low byte first)
LINE_MAX = const(256)      # the ABI's limit of sp_log
BURST_DEFAULT = const(32)   # lines at once and lines a second, as the ABI says
RATE_DEFAULT = const(32)
_TICKS_MASK = const(0x3FFFFFFF)
_LABEL_MAX = const(80)     # a task's name, the marks around it and the newline

# Room for one line as shown, where an escape \xNN takes 4 bytes. Any code may use it briefly, since no data stays in it.
scratch = bytearray(_LABEL_MAX + LINE_MAX * 4 + 1)
_MARKS = (b"error: ", b"warning: ", b"")                # before the text, by level


class Ring:
    """The log of one task. `burst`: lines it may log at once; `rate`: lines a second, 1..1000."""

    def __init__(self, name, burst=BURST_DEFAULT, rate=RATE_DEFAULT):
        self._label = name.encode() + b": "
        self._ring = bytearray(_RING)
        self._first = 0         # where the oldest line starts
        self._used = 0
        self._burst = burst
        self._every = 1000 // rate      # ms between two tokens
        self._tokens = burst
        self._ticked = 0
        self.dropped = 0        # lines refused since the last accepted line
        self.refused = 0        # lines refused in all
        self._error = False     # the last line had the level ERROR

    def take(self, instance, level, address, length, now, write):
        """Takes a line of at most LINE_MAX bytes from a task's memory. Returns its length, or AGAIN where the rate is exceeded.

        `now`: ticks; `write(buffer, n)`: writes to the console.
        """
        self._error = level == LOG_ERROR
        if not self._allowed(now):
            self.dropped += 1
            self.refused += 1
            if self._error:             # it may be a panic message, see `last_words`
                self._keep(instance, level, address, length)
            return AGAIN
        if self.dropped:
            self._show_dropped(write)
        self._keep(instance, level, address, length)
        if level <= LOG_INFO:
            end = _put(_put(0, self._label), _MARKS[level])
            end = instance.escape(address, length, scratch, end)
            scratch[end] = 10
            write(scratch, end + 1)
        return length

    def age(self, now):
        """Brings `_ticked` forward where enough time has passed to allow a full burst again. See System._age."""
        if (now - self._ticked) & _TICKS_MASK >= self._burst * self._every:
            self._tokens = self._burst
            self._ticked = now

    def rest(self):
        """Allows a full burst again. The caller knows that enough time has passed."""
        self._tokens = self._burst

    def _allowed(self, now):
        # A token bucket: full at the start, one token more every `_every` ms.
        passed = (now - self._ticked) & _TICKS_MASK
        if passed >= self._burst * self._every:
            self._tokens = self._burst
            self._ticked = now
        elif passed >= self._every:
            tokens = self._tokens + passed // self._every
            self._tokens = tokens if tokens < self._burst else self._burst
            self._ticked = (now - passed % self._every) & _TICKS_MASK
        if self._tokens == 0:
            return False
        self._tokens -= 1
        return True

    def _keep(self, instance, level, address, length):
        # Appends the line to the ring, and drops the oldest lines where there is no room.
        ring = self._ring
        while self._used + _HEADER + length > _RING:
            first = self._first
            gone = _HEADER + ring[(first + 1) & _WRAP] + (ring[(first + 2) & _WRAP] << 8)
            self._first = (first + gone) & _WRAP
            self._used -= gone
        at = self._first + self._used
        ring[at & _WRAP] = level
        ring[(at + 1) & _WRAP] = length & 0xFF
        ring[(at + 2) & _WRAP] = length >> 8
        at = (at + _HEADER) & _WRAP
        straight = _RING - at
        if length <= straight:
            instance.readinto(address, ring, at, length)
        else:
            instance.readinto(address, ring, at, straight)
            instance.readinto(address + straight, ring, 0, length - straight)
        self._used += _HEADER + length

    def _show_dropped(self, write):
        end = _put(_put(0, self._label), b"(")
        end = _put(_put_number(end, self.dropped), b" lines dropped)\n")
        self.dropped = 0
        write(scratch, end)

    def last_words(self):
        """Returns the last line as bytes where its level was ERROR, even if it was refused; else None."""
        lines = self.lines() if self._error else None
        return lines[-1][1] if lines else None

    def lines(self):
        """Returns the lines in the ring, the oldest first: a list of (level, bytes)."""
        result = []
        ring = self._ring
        at = self._first
        end = at + self._used
        while at < end:
            length = ring[(at + 1) & _WRAP] | ring[(at + 2) & _WRAP] << 8
            text = bytes(ring[(at + _HEADER + i) & _WRAP] for i in range(length))
            result.append((ring[at & _WRAP], text))
            at += _HEADER + length
        return result


def _put(at, text):
    for byte in text:
        scratch[at] = byte
        at += 1
    return at


def _put_number(at, number):
    digits = 1
    while number >= 10 ** digits:
        digits += 1
    for place in range(digits - 1, -1, -1):
        scratch[at] = 48 + number // 10 ** place % 10
        at += 1
    return at


def escaped(text):
    """Returns `text` with escapes for every byte that is not printable ASCII. For names that come from a module or a host file."""
    return escaped_bytes(text.encode())


def printable(text):
    """Returns `text` with escapes for bytes that are not printable ASCII, backslashes unchanged. For messages with quotations."""
    return escaped_bytes(text.encode(), "\\")


def file_name(name):
    """Returns a task's name as the name of one file: letters, digits, "-", "_" and dots after the first character stay, the rest
    becomes %xx. Different names give different file names, and no name leads out of a directory.
    """
    return "".join(char if char.isalpha() or char.isdigit() or char in "-_" or char == "." and index else "%%%02x" % ord(char)
                   for index, char in enumerate(name))


def escaped_bytes(data, backslash="\\x5c"):
    """As `escaped`, for bytes that need not be text. `backslash`: the replacement for a backslash."""
    return "".join(backslash if byte == 92 else chr(byte) if 32 <= byte < 127 else "\\x%02x" % byte for byte in data)
