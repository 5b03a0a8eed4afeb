/* random.h - random bytes for a machine without a source of its own; QEMU's machine and the board use them.
 *
 * Nothing here blocks or allocates. The caller keeps its buffers. Not for interrupt handlers; one thread only.
 */
#ifndef SOV_RANDOM_H
#define SOV_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#define SOV_RANDOM_KEY_BYTES 32

/* Starts the stream from the beginning. Copies the key, SOV_RANDOM_KEY_BYTES bytes. */
void sov_random_seed(const uint8_t *key);

/* Fills buffer[:n] from the ChaCha20 stream. Returns 1, or 0 with the buffer unchanged if there is no key yet. */
int sov_random_bytes(uint8_t *buffer, size_t n);

#endif
