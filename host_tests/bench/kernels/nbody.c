/* Planets pulling at each other: f64 arithmetic on structures, with square roots and divisions. */
#include "bench.h"

#define BODIES 5

struct body {
    double position[3], velocity[3], mass;
};

static struct body bodies[BODIES];

static NOINLINE void advance(double step) {
    for (i32 i = 0; i < BODIES; i++) {
        struct body *a = &bodies[i];
        for (i32 j = i + 1; j < BODIES; j++) {
            struct body *b = &bodies[j];
            double dx = a->position[0] - b->position[0];
            double dy = a->position[1] - b->position[1];
            double dz = a->position[2] - b->position[2];
            double squared = dx * dx + dy * dy + dz * dz;
            double magnitude = step / (squared * __builtin_sqrt(squared));
            a->velocity[0] -= dx * b->mass * magnitude;
            a->velocity[1] -= dy * b->mass * magnitude;
            a->velocity[2] -= dz * b->mass * magnitude;
            b->velocity[0] += dx * a->mass * magnitude;
            b->velocity[1] += dy * a->mass * magnitude;
            b->velocity[2] += dz * a->mass * magnitude;
        }
    }
    for (i32 i = 0; i < BODIES; i++) {
        for (i32 axis = 0; axis < 3; axis++) {
            bodies[i].position[axis] += step * bodies[i].velocity[axis];
        }
    }
}

/* A made-up system: one heavy body and lighter ones on rough circles around it. */
static void place(void) {
    for (i32 i = 0; i < BODIES; i++) {
        struct body *body = &bodies[i];
        double distance = i * (1.0 + 0.25 * i);
        body->position[0] = i & 1 ? distance : -distance;
        body->position[1] = distance * 0.125;
        body->position[2] = distance * 0.03125;
        body->velocity[0] = 0;
        body->velocity[1] = i == 0 ? 0 : (i & 1 ? 6.0 : -6.0) / __builtin_sqrt(distance);
        body->velocity[2] = 0;
        body->mass = i == 0 ? 40.0 : 0.01 * i;
    }
}

int run(void) {
    place();
    for (i32 i = 0; i < ROUNDS(100000, 500); i++) {
        advance(0.0009765625);
    }
    u32 checksum = 2166136261u;
    for (i32 i = 0; i < BODIES; i++) {
        for (i32 axis = 0; axis < 3; axis++) {
            union { double value; u64 bits; } position = {bodies[i].position[axis]};
            checksum = mix(mix(checksum, (u32)position.bits), (u32)(position.bits >> 32));
        }
    }
    return (int)checksum;
}
