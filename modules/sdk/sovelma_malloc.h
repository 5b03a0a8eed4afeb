/* A tiny heap: malloc, calloc, realloc, free over what lies behind the module's data.
 *
 * A task's memory is as large as the manifest says ("memory": 16384), or just large enough for stack and data: without
 * that line there is no heap, and malloc gives NULL. First fit over a chain of blocks; neighbours that are free become
 * one when they are walked over. Four bytes for each block, 8-byte alignment. A pointer that malloc did not give is
 * a fault when it is freed.
 *
 * Invariant: the blocks lie one behind the other from the first to the end of the memory. */
#ifndef SOVELMA_MALLOC_H
#define SOVELMA_MALLOC_H

#include <stddef.h>

#include "sovelma.h"

#define HEAP_USED 1u            /* lowest bit of a block's header; the others are its size, header included */

extern unsigned char __heap_base;       /* from the linker: behind stack and data */

static uintptr_t heap_first, heap_end;  /* header of the first block; behind the last one */

static inline uint32_t *heap_header(uintptr_t block)
{
    return (uint32_t *)block;
}

static inline void heap_open(void)
{
    heap_first = (((uintptr_t)&__heap_base + 11) & ~(uintptr_t)7) - 4;  /* so that what follows a header is aligned */
    heap_end = ((uintptr_t)sp_memory_bytes() & ~(uintptr_t)7) - 4;
    if (heap_end > heap_first)
        *heap_header(heap_first) = (uint32_t)(heap_end - heap_first);
    else
        heap_end = heap_first;
}

/* Makes a free block and the free ones behind it one; returns its size. */
static inline uint32_t heap_join(uintptr_t block)
{
    uint32_t size = *heap_header(block);
    while (block + size < heap_end && !(*heap_header(block + size) & HEAP_USED))
        size += *heap_header(block + size);
    *heap_header(block) = size;
    return size;
}

/* Takes `need` bytes of a free block of `size`, the rest stays free where it is worth it. */
static inline void *heap_take(uintptr_t block, uint32_t size, uint32_t need)
{
    if (size - need >= 16) {
        *heap_header(block + need) = size - need;
        size = need;
    }
    *heap_header(block) = size | HEAP_USED;
    return (void *)(block + 4);
}

/* `size` bytes of any content, aligned to 8, or NULL. */
__attribute__((unused)) static void *malloc(size_t size)
{
    if (!heap_end)
        heap_open();
    if (size > heap_end - heap_first)
        return NULL;
    uint32_t need = (uint32_t)((size + 4 + 7) & ~(size_t)7);
    for (uintptr_t block = heap_first; block < heap_end; block += *heap_header(block) & ~HEAP_USED) {
        if (*heap_header(block) & HEAP_USED)
            continue;
        uint32_t free_size = heap_join(block);
        if (free_size >= need)
            return heap_take(block, free_size, need);
    }
    return NULL;
}

/* Gives back what malloc gave; NULL is nothing. */
__attribute__((unused)) static void free(void *pointer)
{
    if (!pointer)
        return;
    uintptr_t block = (uintptr_t)pointer - 4;
    if (block < heap_first || block >= heap_end || (block - heap_first) % 8 || !(*heap_header(block) & HEAP_USED))
        __builtin_trap();
    *heap_header(block) &= ~HEAP_USED;
}

/* `count` times `size` bytes, all 0, or NULL. */
__attribute__((unused)) static void *calloc(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        return NULL;
    void *result = malloc(bytes);
    if (result)
        __builtin_memset(result, 0, bytes);
    return result;
}

/* A block of `size` bytes with the content of the old one as far as it fits, which is given back; or NULL, and the old
 * one stays. */
__attribute__((unused)) static void *realloc(void *pointer, size_t size)
{
    if (!pointer)
        return malloc(size);
    uint32_t old = (*heap_header((uintptr_t)pointer - 4) & ~HEAP_USED) - 4;
    if (size <= old)
        return pointer;
    void *result = malloc(size);
    if (result) {
        __builtin_memcpy(result, pointer, old);
        free(pointer);
    }
    return result;
}

#endif
