"""A strict JSON parser: it accepts exactly the texts of RFC 8259, and reports an error with its line and column.

MicroPython's own parser also accepts texts without commas, truncated texts, and objects with a key twice. A manifest that
means something else than its author thinks grants the wrong rights.

Invariants: an accepted text means the same to every JSON parser. Nesting is limited, and so is the use of the C stack.
Keys keep their order, so errors are reported in the order of the text.
"""
from ucollections import OrderedDict

_DEPTH_MAX = const(16)         # a manifest has 5 levels

_SPACES = b" \t\r\n"
_DIGITS = b"0123456789"
_ESCAPES = {34: "\"", 92: "\\", 47: "/", 98: "\b", 102: "\f", 110: "\n", 114: "\r", 116: "\t"}
_WORDS = ((b"true", True), (b"false", False), (b"null", None))


def parse(data):
    """Returns the value of a JSON text. `data`: bytes. Raises ValueError("line 2, column 5: ...")."""
    reader = _Reader(data)
    try:
        value = reader.value(0)
        reader.skip()
        if reader.at < len(data):
            raise ValueError("something follows the end")
        return value
    except ValueError as error:
        before = data[:reader.at]
        line = before.count(b"\n") + 1
        column = len(before) - before.rfind(b"\n")
        raise ValueError("line %d, column %d: %s" % (line, column, error))


class _Reader:
    # The text and the offset of the next byte. Where parsing fails, the offset is the place of the error.

    def __init__(self, data):
        self.data = data
        self.at = 0

    def skip(self):
        # Skips white space. Returns the byte after it without taking it, or -1 at the end.
        data = self.data
        while self.at < len(data):
            if data[self.at] not in _SPACES:
                return data[self.at]
            self.at += 1
        return -1

    def value(self, depth):
        byte = self.skip()
        if byte == 123:
            return self.object(depth + 1)
        if byte == 91:
            return self.list(depth + 1)
        if byte == 34:
            return self.string()
        if byte == 45 or byte in _DIGITS:
            return self.number()
        for word, value in _WORDS:
            if self.data[self.at:self.at + len(word)] == word:
                self.at += len(word)
                return value
        raise ValueError("the text breaks off" if byte < 0 else "a value is missing")

    def _enter(self, depth):
        if depth > _DEPTH_MAX:
            raise ValueError("more than %d levels" % _DEPTH_MAX)
        self.at += 1
        return self.skip()

    def _more(self, closing):
        # Reads the byte after an entry. Returns True for a comma, False for the end of the list or object.
        byte = self.skip()
        if byte != 44 and byte != closing:
            raise ValueError("the text breaks off" if byte < 0 else "a comma or the end is missing")
        self.at += 1
        return byte == 44

    def object(self, depth):
        result = OrderedDict()
        if self._enter(depth) == 125:
            self.at += 1
            return result
        while True:
            if self.skip() != 34:
                raise ValueError("a key is missing")
            start = self.at
            key = self.string()
            if key in result:
                self.at = start
                raise ValueError("a second value for this key")
            if self.skip() != 58:
                raise ValueError("a colon is missing")
            self.at += 1
            result[key] = self.value(depth)
            if not self._more(125):
                return result

    def list(self, depth):
        result = []
        if self._enter(depth) == 93:
            self.at += 1
            return result
        while True:
            result.append(self.value(depth))
            if not self._more(93):
                return result

    def number(self):
        # Returns an int where the text is a whole number, else a float.
        start = self.at
        if self.data[self.at] == 45:
            self.at += 1
        if self.data[self.at:self.at + 1] == b"0":
            self.at += 1
        else:
            self._digits()
        whole = self.at
        if self.data[self.at:self.at + 1] == b".":
            self.at += 1
            self._digits()
        if self.data[self.at:self.at + 1] in (b"e", b"E"):
            self.at += 1
            if self.data[self.at:self.at + 1] in (b"+", b"-"):
                self.at += 1
            self._digits()
        text = str(self.data[start:self.at], "utf-8")
        return int(text) if self.at == whole else float(text)

    def _digits(self):
        start = self.at
        while self.at < len(self.data) and self.data[self.at] in _DIGITS:
            self.at += 1
        if self.at == start:
            raise ValueError("a digit is missing")

    def string(self):
        data = self.data
        pieces = []
        self.at += 1
        start = self.at
        while True:
            if self.at >= len(data):
                raise ValueError("the text breaks off in a string")
            byte = data[self.at]
            if byte < 32:
                raise ValueError("a control character in a string")
            if byte == 34 or byte == 92:
                try:
                    pieces.append(str(data[start:self.at], "utf-8"))
                except UnicodeError:
                    raise ValueError("a string that is not UTF-8")
                self.at += 1
                if byte == 34:
                    return "".join(pieces)
                pieces.append(self._escape())
                start = self.at
            else:
                self.at += 1

    def _escape(self):
        # Reads an escape. The offset is after the backslash.
        byte = self.data[self.at] if self.at < len(self.data) else -1
        if byte in _ESCAPES:
            self.at += 1
            return _ESCAPES[byte]
        if byte != 117:
            raise ValueError("no such escape")
        code = self._hex()
        if 0xD800 <= code < 0xDC00 and self.data[self.at:self.at + 2] == b"\\u":
            self.at += 1
            low = self._hex()
            if 0xDC00 <= low < 0xE000:
                return chr(0x10000 + ((code & 0x3FF) << 10) + (low & 0x3FF))
        if 0xD800 <= code < 0xE000:
            raise ValueError("half a character")
        return chr(code)

    def _hex(self):
        # Reads four hexadecimal digits. The offset is at the u of the escape.
        digits = self.data[self.at + 1:self.at + 5].lower()
        code = 0
        for digit in digits:
            code = code * 16 + b"0123456789abcdef".find(bytes((digit,)))
            if digit not in b"0123456789abcdef":
                raise ValueError("four hexadecimal digits are missing")
        if len(digits) < 4:
            raise ValueError("four hexadecimal digits are missing")
        self.at += 5
        return code
