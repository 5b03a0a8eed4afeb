/* Processor work with a known result: counts the primes below 200,000 with a segmented sieve over odd numbers. */
#include "sovelma_io.h"

#define LIMIT 200000
#define ROOT 448            /* > sqrt(LIMIT): a composite below LIMIT has a prime factor below it */
#define SEGMENT 2048        /* odd numbers per segment, one byte each: small enough for a region of a few KB */

static uint8_t small_composite[ROOT];
static uint8_t composite[SEGMENT];

static int32_t count_segment(uint32_t low)
{
    for (uint32_t i = 0; i < SEGMENT; i++)
        composite[i] = 0;
    for (uint32_t prime = 3; prime < ROOT; prime += 2) {
        if (small_composite[prime])
            continue;
        uint32_t first = prime * prime;
        if (first < low)
            first = low + (prime - low % prime) % prime;
        if (first % 2 == 0)
            first += prime;
        for (uint32_t at = (first - low) / 2; at < SEGMENT; at += prime)
            composite[at] = 1;
    }
    int32_t count = 0;
    for (uint32_t i = 0; i < SEGMENT && low + 2 * i < LIMIT; i++)
        count += !composite[i];
    return count;
}

__attribute__((export_name("_start"))) void start(void)
{
    for (uint32_t factor = 2; factor * factor < ROOT; factor++)
        for (uint32_t multiple = factor * factor; multiple < ROOT; multiple += factor)
            small_composite[multiple] = 1;
    int32_t count = 1;      /* 2, the even one */
    for (uint32_t low = 3; low < LIMIT; low += 2 * SEGMENT)
        count += count_segment(low);
    char line[64];
    char *end = put_number(line, count);
    end = put_text(end, " primes below ");
    end = put_number(end, LIMIT);
    sp_log(SP_LOG_INFO, line, (uint32_t)(end - line));
}
