/* random.h - random bytes for a machine that has none of its own; QEMU's machine and the board use them.
 *
 * Nothing here blocks or allocates. The buffers stay the caller's. Not for interrupt handlers; one thread.
 */
#ifndef SOV_RANDOM_H
#define SOV_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#define SOV_RANDOM_KEY_BYTES 32

/* Starts the stream from the beginning with a key of SOV_RANDOM_KEY_BYTES bytes, which are copied. */
void sov_random_seed(const uint8_t *key);

/* Fills buffer[:n] from a ChaCha20 stream. Returns 1, or 0 with the buffer unchanged while there is no key. */
int sov_random_bytes(uint8_t *buffer, size_t n);

#endif
