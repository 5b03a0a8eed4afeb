/* Objects of several kinds behind a table of functions: call_indirect, with calls into shared helpers. */
#include "bench.h"

#define OBJECTS 64
#define KINDS 6

struct object {
    u32 kind, value, count;
};

typedef u32 (*method)(struct object *self, u32 argument);

static struct object objects[OBJECTS];

static NOINLINE u32 clamp(u32 value, u32 max) {
    return value > max ? max : value;
}

static u32 counter(struct object *self, u32 argument) {
    self->count++;
    return self->value += argument;
}

static u32 mask(struct object *self, u32 argument) {
    return self->value = (self->value | argument) & 0x00FFFFFF;
}

static u32 toggle(struct object *self, u32 argument) {
    return self->value ^= argument;
}

static u32 limit(struct object *self, u32 argument) {
    return self->value = clamp(self->value + (argument & 255), 100000);
}

static u32 average(struct object *self, u32 argument) {
    return self->value = (self->value >> 1) + (argument >> 1);
}

static u32 rotate(struct object *self, u32 argument) {
    u32 by = argument & 15;
    return self->value = self->value << by | self->value >> ((32 - by) & 31);
}

static const method methods[KINDS] = {counter, mask, toggle, limit, average, rotate};

int run(void) {
    u32 seed = 271828, value = 1, checksum = 2166136261u;
    for (i32 i = 0; i < OBJECTS; i++) {
        objects[i].kind = next_random(&seed) % KINDS;
        objects[i].value = next_random(&seed);
        objects[i].count = 0;
    }
    for (i32 round = 0; round < ROUNDS(50000, 250); round++) {
        for (i32 i = 0; i < OBJECTS; i++) {
            value = methods[objects[i].kind](&objects[i], value + (u32)round);
        }
        checksum = mix(checksum, value);
    }
    return (int)checksum;
}
