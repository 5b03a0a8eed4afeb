/* validate.h - the strict validator: a module that passes cannot crash what runs after it.
 *
 * wasm3 trusts its input; users load modules from strangers. The validation algorithm of the WebAssembly
 * specification, for the language that is accepted here: version 1.0 with sign extension, saturating
 * truncation, mutable globals, multi-value, bulk memory, extended constant expressions, and of reference types what ordinary code
 * encodes with them (docs/RUNTIME.md). One pass over the module, no
 * recursion, memory bounded by the workspace.
 */
#ifndef SOV_VALIDATE_H
#define SOV_VALIDATE_H

#include "opcodes.h"
#include "scan.h"

#include <stddef.h>
#include <stdint.h>

/* Functions that are kept by index; where there are more, all after the last one are doubtful. */
#define SOV_DOUBTFUL_KEPT 16

struct sov_facts {
    uint32_t nesting;   /* deepest nesting of blocks in any function */
    uint32_t values;    /* most parameters or results of a block in any function */
    uint32_t functions; /* imported and defined */
    uint32_t workspace; /* bytes of workspace that are enough to validate the module again */
    /* Functions that wasm3's compiler may have no room for: its tables are counted in slots, and the validator counts
     * values. Whether it has, only compiling tells. */
    uint32_t doubtful_count;
    uint16_t doubtful[SOV_DOUBTFUL_KEPT];
};

enum sov_verdict {
    SOV_VALID,
    SOV_INVALID,        /* the reason says where and why: "offset 0x1f: function 3: ..." */
    SOV_WORKSPACE_FULL, /* the workspace is too small for this module */
};

/* Validates `size` bytes of wasm. The workspace (aligned to 8) is used during the call only. `reason` is
 * written when the verdict is SOV_INVALID. Does not block, allocates nothing, O(size) but for the sorting of
 * export names. */
enum sov_verdict sov_validate(const uint8_t *wasm, uint32_t size, void *workspace, uint32_t workspace_bytes, struct sov_facts *facts,
    char *reason, size_t reason_bytes);

#endif
