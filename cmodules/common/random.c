/* random.c - random bytes for a machine without a source of its own: ChaCha20 (RFC 8439) with a key from outside.
 *
 * The stream does not repeat before 2^38 bytes. The same key gives the same bytes; tests rely on that.
 */
#include "random.h"

#include <string.h>

static uint32_t state[16]; /* all zero: no key yet */
static uint8_t block[64];
static unsigned used;

static uint32_t rotate(uint32_t value, int by) { return value << by | value >> (32 - by); }

static void quarter(uint32_t *x, int a, int b, int c, int d) {
    x[a] += x[b], x[d] = rotate(x[d] ^ x[a], 16);
    x[c] += x[d], x[b] = rotate(x[b] ^ x[c], 12);
    x[a] += x[b], x[d] = rotate(x[d] ^ x[a], 8);
    x[c] += x[d], x[b] = rotate(x[b] ^ x[c], 7);
}

static void next_block(void) {
    uint32_t x[16];
    memcpy(x, state, sizeof x);
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 4; i++) quarter(x, i, 4 + i, 8 + i, 12 + i);
        for (int i = 0; i < 4; i++) quarter(x, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
    }
    for (int i = 0; i < 16; i++) x[i] += state[i];
    memcpy(block, x, sizeof block); /* little-endian, as the RFC requires and the machine is */
    state[12]++;
    used = 0;
}

void sov_random_seed(const uint8_t *key) {
    memcpy(state, "expand 32-byte k", 16);
    memcpy(state + 4, key, SOV_RANDOM_KEY_BYTES);
    memset(state + 12, 0, 16);
    used = sizeof block;
}

int sov_random_bytes(uint8_t *buffer, size_t n) {
    if (!state[0]) return 0;
    for (size_t i = 0; i < n; i++) {
        if (used == sizeof block) next_block();
        buffer[i] = block[used++];
    }
    return 1;
}
