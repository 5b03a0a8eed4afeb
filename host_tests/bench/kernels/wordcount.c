/* Counts words by an open-addressing hash table over generated text: string scanning and comparing. */
#include "bench.h"

#define TEXT 16384
#define SLOTS 1024

struct entry {
    u16 at, length;
    u32 count;
};

static u8 text[TEXT];
static struct entry entries[SLOTS];

static void write_text(void) {
    static const char vowels[] = "aeiou", consonants[] = "bcdfghklmnprstvz";
    u32 seed = 2024;
    i32 at = 0;
    while (at < TEXT - 16) {
        /* Few bits choose the word, so words repeat as they do in language. */
        u32 word = next_random(&seed) & (next_random(&seed) | 0xFF) & 0x3FF;
        i32 syllables = 1 + (i32)(word & 3);
        while (syllables-- > 0) {
            text[at++] = (u8)consonants[word & 15];
            text[at++] = (u8)vowels[(word >> 4) % 5];
            word = word * 13 + 5;
        }
        text[at++] = (word & 31) == 0 ? '\n' : ' ';
    }
    while (at < TEXT) {
        text[at++] = '\n';
    }
}

static NOINLINE i32 same(i32 a, i32 b, i32 length) {
    for (i32 i = 0; i < length; i++) {
        if (text[a + i] != text[b + i]) {
            return 0;
        }
    }
    return 1;
}

static NOINLINE void count_word(i32 at, i32 length) {
    u32 hash = 2166136261u;
    for (i32 i = 0; i < length; i++) {
        hash = mix(hash, text[at + i]);
    }
    u32 slot = hash % SLOTS;
    while (entries[slot].count &&
           (entries[slot].length != length || !same(entries[slot].at, at, length))) {
        slot = (slot + 1) % SLOTS;
    }
    if (entries[slot].count++ == 0) {
        entries[slot].at = (u16)at;
        entries[slot].length = (u16)length;
    }
}

static NOINLINE u32 scan(void) {
    i32 lines = 0, words = 0, started = -1;
    for (i32 i = 0; i < TEXT; i++) {
        u8 c = text[i];
        if (c == '\n') {
            lines++;
        }
        if (c == ' ' || c == '\n' || c == '\t') {
            if (started >= 0) {
                words++;
                count_word(started, i - started);
                started = -1;
            }
        } else if (started < 0) {
            started = i;
        }
    }
    return (u32)lines * 65536u + (u32)words;
}

int run(void) {
    u32 checksum = 2166136261u;
    write_text();
    for (i32 round = 0; round < ROUNDS(180, 2); round++) {
        for (i32 i = 0; i < SLOTS; i++) {
            entries[i] = (struct entry){0, 0, 0};
        }
        checksum = mix(checksum, scan());
        for (i32 i = 0; i < SLOTS; i++) {
            checksum = mix(checksum, entries[i].count * 31u + entries[i].length);
        }
        text[(u32)round * 97u % TEXT] = ' ';
    }
    return (int)checksum;
}
