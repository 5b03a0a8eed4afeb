/* Mixed embedded work in the proportions of CoreMark: linked list, small matrix, state machine, CRC-16.
 *
 * Every phase feeds its checksum into the next one's input, so that no phase can be left out.
 */
#include "bench.h"

#define NODES 64
#define SIDE 12

struct node {
    i32 next;               /* index, -1 ends the list: the same layout on every machine */
    u16 key;
    u16 tag;
};

static struct node nodes[NODES];
static short matrix_a[SIDE * SIDE], matrix_b[SIDE * SIDE];
static i32 matrix_c[SIDE * SIDE];
static char text[256];

static NOINLINE u16 crc16(u16 crc, u32 data, i32 bits) {
    while (bits-- > 0) {
        u32 carry = (crc ^ data) & 1;
        data >>= 1;
        crc >>= 1;
        if (carry) {
            crc ^= 0xA001;
        }
    }
    return crc;
}

static void list_build(u32 seed) {
    for (i32 i = 0; i < NODES; i++) {
        nodes[i].next = i + 1 < NODES ? i + 1 : -1;
        nodes[i].key = (u16)next_random(&seed);
        nodes[i].tag = (u16)i;
    }
}

static NOINLINE i32 list_reverse(i32 head) {
    i32 done = -1;
    while (head >= 0) {
        i32 next = nodes[head].next;
        nodes[head].next = done;
        done = head;
        head = next;
    }
    return done;
}

static NOINLINE i32 list_find(i32 head, u16 tag) {
    while (head >= 0 && nodes[head].tag != tag) {
        head = nodes[head].next;
    }
    return head;
}

/* Bottom-up merge sort on the links alone. */
static NOINLINE i32 list_sort(i32 head) {
    for (i32 width = 1;; width *= 2) {
        i32 left = head, tail = -1, merges = 0;
        head = -1;
        while (left >= 0) {
            i32 right = left, left_count = 0, right_count = width;
            merges++;
            while (left_count < width && right >= 0) {
                left_count++;
                right = nodes[right].next;
            }
            while (left_count > 0 || (right_count > 0 && right >= 0)) {
                i32 taken;
                if (left_count == 0 ||
                    (right_count > 0 && right >= 0 && nodes[right].key < nodes[left].key)) {
                    taken = right;
                    right = nodes[right].next;
                    right_count--;
                } else {
                    taken = left;
                    left = nodes[left].next;
                    left_count--;
                }
                if (tail < 0) {
                    head = taken;
                } else {
                    nodes[tail].next = taken;
                }
                tail = taken;
            }
            left = right;
        }
        nodes[tail].next = -1;
        if (merges <= 1) {
            return head;
        }
    }
}

static u16 list_phase(u16 crc) {
    list_build(crc + 1u);
    i32 head = 0;
    for (u16 tag = 0; tag < NODES; tag += 3) {
        i32 found = list_find(head, tag);
        crc = crc16(crc, nodes[found].key, 16);
        head = list_reverse(head);
    }
    head = list_sort(head);
    for (i32 i = head; i >= 0; i = nodes[i].next) {
        crc = crc16(crc, nodes[i].tag, 8);
    }
    return crc;
}

static NOINLINE u16 matrix_phase(u16 crc) {
    u32 seed = crc + 1u;
    for (i32 i = 0; i < SIDE * SIDE; i++) {
        matrix_a[i] = (short)next_random(&seed);
        matrix_b[i] = (short)(i * 7 + 3);
    }
    for (i32 i = 0; i < SIDE; i++) {
        for (i32 j = 0; j < SIDE; j++) {
            i32 sum = 0;
            for (i32 k = 0; k < SIDE; k++) {
                u32 product = (u32)matrix_a[i * SIDE + k] * (u32)matrix_b[k * SIDE + j];
                sum = (i32)((u32)sum + ((product >> 2) & 15) * ((product >> 5) & 127));
            }
            matrix_c[i * SIDE + j] = sum;
        }
    }
    for (i32 i = 0; i < SIDE * SIDE; i += 5) {
        crc = crc16(crc, (u32)matrix_c[i], 32);
    }
    return crc;
}

enum state { START, SIGN, INTEGER, FRACTION, EXPONENT, EXPONENT_DIGITS, INVALID, STATES };

static NOINLINE enum state state_next(enum state state, char c) {
    i32 digit = c >= '0' && c <= '9';
    switch (state) {
        case START:
            if (digit) return INTEGER;
            if (c == '+' || c == '-') return SIGN;
            return c == '.' ? FRACTION : INVALID;
        case SIGN:
            if (digit) return INTEGER;
            return c == '.' ? FRACTION : INVALID;
        case INTEGER:
            if (digit) return INTEGER;
            if (c == '.') return FRACTION;
            return c == 'e' ? EXPONENT : INVALID;
        case FRACTION:
            if (digit) return FRACTION;
            return c == 'e' ? EXPONENT : INVALID;
        case EXPONENT:
            return digit || c == '-' ? EXPONENT_DIGITS : INVALID;
        case EXPONENT_DIGITS:
            return digit ? EXPONENT_DIGITS : INVALID;
        default:
            return INVALID;
    }
}

static u16 state_phase(u16 crc) {
    static const char alphabet[] = "0123456789+-.e,,";
    i32 visits[STATES] = {0};
    u32 seed = crc + 1u;
    for (i32 i = 0; i < LENGTH(text); i++) {
        text[i] = alphabet[next_random(&seed) >> 28];
    }
    enum state state = START;
    for (i32 i = 0; i < LENGTH(text); i++) {
        state = text[i] == ',' ? START : state_next(state, text[i]);
        visits[state]++;
    }
    for (i32 i = 0; i < STATES; i++) {
        crc = crc16(crc, (u32)visits[i], 16);
    }
    return crc;
}

int run(void) {
    u16 crc = 1;
    u32 checksum = 0;
    for (i32 round = 0; round < ROUNDS(1200, 24); round++) {
        crc = list_phase(crc);
        crc = matrix_phase(crc);
        crc = state_phase(crc);
        checksum = mix(checksum, crc);
    }
    return (int)checksum;
}
