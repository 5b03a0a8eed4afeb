/* A recursive-descent JSON reader over a generated document: branches, recursion, number and string decoding. */
#include "bench.h"

#define DOCUMENT 6000

static char document[DOCUMENT + 256];
static i32 size, at;
static u32 checksum;

static void put(const char *text) {
    while (*text) {
        document[size++] = *text++;
    }
}

static void put_number(u32 number) {
    char digits[10];
    i32 count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    while (count > 0) {
        document[size++] = digits[--count];
    }
}

static void write_document(void) {
    u32 seed = 5150;
    size = 0;
    put("{\"version\": 1, \"readings\": [");
    while (size < DOCUMENT) {
        u32 r = next_random(&seed);
        put("{\"sensor\": \"node\\u00e9-");
        put_number(r & 31);
        put("\", \"value\": -");
        put_number(r >> 20);
        put(".");
        put_number(r & 1023);
        put("e2, \"tags\": [true, null, [");
        put_number(r >> 8 & 255);
        put(", {}], \"a\\n\\\"b\"], \"ok\": ");
        put(r & 64 ? "true" : "false");
        put("},\n  ");
    }
    put("null]}");
    document[size] = 0;
}

static void skip_space(void) {
    while (document[at] == ' ' || document[at] == '\n' || document[at] == '\t' || document[at] == '\r') {
        at++;
    }
}

static i32 hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static i32 read_string(void) {
    if (document[at++] != '"') {
        return 0;
    }
    for (;;) {
        u32 c = (u8)document[at++];
        if (c == '"') {
            return 1;
        }
        if (c < ' ') {
            return 0;
        }
        if (c == '\\') {
            c = (u8)document[at++];
            switch (c) {
                case 'n': c = '\n'; break;
                case 't': c = '\t'; break;
                case 'r': c = '\r'; break;
                case 'b': c = '\b'; break;
                case 'f': c = '\f'; break;
                case '"': case '\\': case '/': break;
                case 'u':
                    c = 0;
                    for (i32 i = 0; i < 4; i++) {
                        i32 digit = hex_digit(document[at++]);
                        if (digit < 0) {
                            return 0;
                        }
                        c = c << 4 | (u32)digit;
                    }
                    break;
                default:
                    return 0;
            }
        }
        checksum = mix(checksum, c);
    }
}

static i32 read_number(void) {
    i32 negative = 0, scale = 0, exponent = 0;
    i64 mantissa = 0;
    if (document[at] == '-') {
        negative = 1;
        at++;
    }
    if (document[at] < '0' || document[at] > '9') {
        return 0;
    }
    while (document[at] >= '0' && document[at] <= '9') {
        mantissa = mantissa * 10 + (document[at++] - '0');
    }
    if (document[at] == '.') {
        at++;
        while (document[at] >= '0' && document[at] <= '9') {
            mantissa = mantissa * 10 + (document[at++] - '0');
            scale++;
        }
    }
    if ((document[at] | 32) == 'e') {
        at++;
        while (document[at] >= '0' && document[at] <= '9') {
            exponent = exponent * 10 + (document[at++] - '0');
        }
    }
    mantissa = negative ? -mantissa : mantissa;
    checksum = mix(mix(checksum, (u32)mantissa), (u32)(exponent - scale));
    return 1;
}

static i32 read_word(const char *word) {
    while (*word) {
        if (document[at++] != *word++) {
            return 0;
        }
    }
    return 1;
}

static NOINLINE i32 read_value(i32 depth) {
    if (depth > 16) {
        return 0;
    }
    skip_space();
    switch (document[at]) {
        case '{':
        case '[': {
            char closing = document[at] == '{' ? '}' : ']';
            at++;
            skip_space();
            if (document[at] == closing) {
                at++;
                return 1;
            }
            for (;;) {
                if (closing == '}') {
                    skip_space();
                    if (!read_string()) return 0;
                    skip_space();
                    if (document[at++] != ':') return 0;
                }
                if (!read_value(depth + 1)) return 0;
                skip_space();
                if (document[at] == closing) {
                    at++;
                    return 1;
                }
                if (document[at++] != ',') return 0;
            }
        }
        case '"': return read_string();
        case 't': return read_word("true");
        case 'f': return read_word("false");
        case 'n': return read_word("null");
        default: return read_number();
    }
}

int run(void) {
    checksum = 2166136261u;
    write_document();
    for (i32 round = 0; round < ROUNDS(1000, 6); round++) {
        at = 0;
        if (!read_value(0) || at != size) {
            return -1;
        }
    }
    return (int)checksum;
}
