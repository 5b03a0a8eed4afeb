/* segments.c - copies active segments into memory and table, and keeps passive segments for later copies.
 *
 * An active segment is copied when the instance is made, and is empty from then on. A passive segment stays for memory.init and
 * table.init until the module drops it. A module without passive segments pays nothing for this.
 *
 * Passive data stays in the module's bytes where the task keeps them; else the task keeps a copy. Passive elements become function
 * indices of two bytes each.
 *
 * Invariants: the bytes passed the validator; no code of the module runs here; a dropped segment is empty; only dropping changes a
 * segment.
 */
#include "table.h"

#include <string.h>

/* All segments of a module that has at least one passive segment. */
struct sov_segments {
    struct sov_segment *data, *elements; /* by index; NULL: none of this kind is passive */
};

static const struct sov_segment empty;

const struct sov_segment *sov_segment(const struct sov_task *task, bool is_data, u32 index) {
    const struct sov_segment *all = !task->segments ? NULL : is_data ? task->segments->data : task->segments->elements;
    return all ? &all[index] : &empty;
}

/* Returns the place for a passive segment. The first passive segment of a kind allocates the places of all. */
static struct sov_segment *keep_segment(struct sov_task *task, bool is_data, u32 count, u32 index) {
    if (!task->segments) task->segments = m3_AllocStruct(struct sov_segments);
    struct sov_segment **all = is_data ? &task->segments->data : &task->segments->elements;
    if (!*all) *all = m3_AllocArray(struct sov_segment, count);
    return &(*all)[index];
}

static u32 offset_of(struct sov_task *task, bytes_t *at, cbytes_t end) {
    u64 offset;
    sov_constant_value(at, end, sov_earlier_global, task->module, &offset);
    return (u32)offset;
}

/* ---- data ----------------------------------------------------------------------------------------- */

static const char *copy_data(struct sov_task *task, u32 offset, bytes_t from, u32 size) {
    uint8_t *to = sov_slice(task, offset, size);
    if (!to) {
        return sov_reason("data segment out of bounds: %u bytes at %u of %u bytes of memory; raise memory or link with less data",
            (unsigned)size, (unsigned)offset, (unsigned)task->header.length); /* MicroPython's printf has no %llu */
    }
    memcpy(to, from, size);
    return NULL;
}

static void keep_data(struct sov_task *task, struct sov_segment *segment, bytes_t from, u32 size) {
    if (!size) return;
    if (!task->on_demand) from = memcpy(m3_AllocArray(u8, size), from, size);
    *segment = (struct sov_segment){ from, size };
}

const char *sov_load_data(struct sov_task *task, const struct sov_module *scan) {
    bytes_t at = scan->section[11].start;
    cbytes_t end = scan->section[11].end;
    u32 count = at ? sov_number(&at) : 0;
    for (u32 i = 0; i < count; i++) {
        u32 kind = sov_number(&at), offset = 0;
        if (kind & SEGMENT_EXPLICIT) sov_number(&at);
        if (!(kind & SEGMENT_PASSIVE)) offset = offset_of(task, &at, end);
        u32 size = sov_number(&at);
        const char *reason = NULL;
        if (kind & SEGMENT_PASSIVE) keep_data(task, keep_segment(task, true, count, i), at, size);
        else reason = copy_data(task, offset, at, size);
        if (reason) return reason;
        at += size;
    }
    return NULL;
}

/* ---- table ---------------------------------------------------------------------------------------- */

/* Reads the next element of a segment. Returns the index of its function, or SOV_NO_ELEMENT. */
static u32 read_element(bytes_t *at, u32 kind) {
    if (!(kind & SEGMENT_EXPRESSIONS)) return sov_number(at);
    u8 opcode = *(*at)++;
    u32 index = sov_number(at); /* of ref.null: its type */
    (*at)++; /* end */
    return opcode == OP_REF_FUNC ? index : SOV_NO_ELEMENT;
}

static void keep_elements(struct sov_segment *segment, bytes_t *at, u32 kind, u32 count) {
    u16 *indices = count ? m3_AllocArray(u16, count) : NULL;
    for (u32 i = 0; i < count; i++) indices[i] = (u16)read_element(at, kind);
    *segment = (struct sov_segment){ indices, count };
}

static void make_table(struct sov_task *task, u32 size) {
    IM3Module module = task->module;
    if (!size) return;
    module->table0 = m3_AllocArray(IM3Function, size);
    module->table0Size = size;
    /* The first call through an element needs the index of the element's function. The index is stored, because a search of
     * the segments would take time that the task does not pay for when its table is large. */
    if (task->functions) task->elements = m3_AllocArray(u16, size);
}

const char *sov_load_table(struct sov_task *task, const struct sov_module *scan) {
    u32 size = scan->table_size;
    bytes_t at = scan->section[9].start;
    cbytes_t end = scan->section[9].end;
    u32 segments = at ? sov_number(&at) : 0;
    make_table(task, size);
    for (u32 i = 0; i < segments; i++) {
        u32 kind = sov_number(&at), offset = 0;
        bool is_active = !(kind & SEGMENT_PASSIVE);
        if (is_active && (kind & SEGMENT_EXPLICIT)) sov_number(&at); /* the table */
        if (is_active) offset = offset_of(task, &at, end);
        if (kind & (SEGMENT_PASSIVE | SEGMENT_EXPLICIT)) at++; /* the kind of its elements: functions */
        u32 count = sov_number(&at);
        if (is_active && (offset > size || count > size - offset)) {
            return sov_reason(
                "element segment out of bounds: %u elements at %u of a table of %u", (unsigned)count, (unsigned)offset, (unsigned)size);
        }
        if (kind & SEGMENT_PASSIVE && !(kind & SEGMENT_EXPLICIT)) {
            keep_elements(keep_segment(task, false, segments, i), &at, kind, count);
            continue;
        }
        for (u32 e = 0; e < count; e++) {
            u32 index = read_element(&at, kind);
            if (is_active) set_element(task, offset + e, table_entry(task, index), index); /* else the segment only declares functions */
        }
    }
    task->table_changed = false; /* no call was made so far */
    return NULL;
}
