/* operations_bulk.h - operations that copy many bytes or elements at once.
 *
 * A bulk operation charges for its bytes after it has copied them. If it suspended before, it would have to know on resuming
 * whether it has paid. It runs past the slice by at most one pass over the task's own memory or table. It checks the bounds
 * first, so an operation that traps has written nothing.
 *
 * Included by interpreter.c only, after operations_control.h.
 */
#ifndef SOV_OPERATIONS_BULK_H
#define SOV_OPERATIONS_BULK_H

#include "table.h"

d_m3Op(metered_MemCopy) {
    u32 size = (u32)_r0;
    u64 source = slot(u32);
    u64 destination = slot(u32);
    if (UNLIKELY(destination + size > _mem->length || source + size > _mem->length)) newTrap(m3Err_trapOutOfBoundsMemoryAccess);
    memmove(m3MemData(_mem) + destination, m3MemData(_mem) + source, size);
    charge_and_next(size / SOV_BULK_BYTES_PER_FUEL);
}

d_m3Op(metered_MemFill) {
    u32 size = (u32)_r0;
    u32 byte = slot(u32);
    u64 destination = slot(u32);
    if (UNLIKELY(destination + size > _mem->length)) newTrap(m3Err_trapOutOfBoundsMemoryAccess);
    memset(m3MemData(_mem) + destination, (u8)byte, size);
    charge_and_next(size / SOV_BULK_BYTES_PER_FUEL);
}

static const char trap_table[] = "[trap] out of bounds table access";

/* [segment][source slot][destination slot] */
d_m3Op(metered_MemoryInit) {
    const struct sov_segment *segment = immediate(const struct sov_segment *);
    u32 size = (u32)_r0;
    u64 source = slot(u32);
    u64 destination = slot(u32);
    if (UNLIKELY(destination + size > _mem->length || source + size > segment->size)) newTrap(m3Err_trapOutOfBoundsMemoryAccess);
    if (size) memcpy(m3MemData(_mem) + destination, (const u8 *)segment->start + source, size);
    charge_and_next(size / SOV_BULK_BYTES_PER_FUEL);
}

/* [segment]: a data or element segment that can be dropped. */
d_m3Op(metered_Drop) {
    struct sov_segment *segment = immediate(struct sov_segment *);
    segment->size = 0;
    nextOp();
}

/* Copies elements of a segment to the table; out of line, like memmove. False: out of bounds, nothing was copied. O(count). */
static cold bool init_table(struct sov_task *task, const struct sov_segment *segment, u32 to, u32 from, u32 count) {
    u32 size = task->module->table0Size;
    if (from > segment->size || count > segment->size - from || to > size || count > size - to) return false;
    const u16 *indices = segment->start;
    for (u32 i = 0; i < count; i++) set_element(task, to + i, table_entry(task, indices[from + i]), indices[from + i]);
    return true;
}

static cold bool copy_table(struct sov_task *task, u32 to, u32 from, u32 count) {
    IM3Module module = task->module;
    u32 size = module->table0Size;
    if (from > size || count > size - from || to > size || count > size - to) return false;
    for (u32 i = 0; i < count; i++) {
        u32 n = to <= from ? i : count - 1 - i; /* the ranges may overlap */
        set_element(task, to + n, module->table0[from + n], task->elements ? task->elements[from + n] : 0);
    }
    return true;
}

#define SOV_BULK_ELEMENTS_PER_FUEL (SOV_BULK_BYTES_PER_FUEL / 4u) /* an element counts as four bytes on every machine */

/* [segment][source slot][destination slot] */
d_m3Op(metered_TableInit) {
    const struct sov_segment *segment = immediate(const struct sov_segment *);
    u32 count = (u32)_r0;
    u32 source = slot(u32);
    u32 destination = slot(u32);
    if (UNLIKELY(!init_table(sov_task_of(_mem), segment, destination, source, count))) newTrap(trap_table);
    charge_and_next(count / SOV_BULK_ELEMENTS_PER_FUEL);
}

d_m3Op(metered_TableCopy) {
    u32 count = (u32)_r0;
    u32 source = slot(u32);
    u32 destination = slot(u32);
    if (UNLIKELY(!copy_table(sov_task_of(_mem), destination, source, count))) newTrap(trap_table);
    charge_and_next(count / SOV_BULK_ELEMENTS_PER_FUEL);
}

#endif
