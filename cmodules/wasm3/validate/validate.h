/* validate.h - the strict validator: a module that passes cannot crash the code that reads it afterwards.
 *
 * It is needed because wasm3 trusts its input and users load modules from strangers. It is the validation algorithm of the
 * WebAssembly specification, for the accepted language: version 1.0 with sign extension, saturating truncation, mutable globals,
 * multi-value, bulk memory, extended constant expressions and the encodings of reference types that ordinary code uses
 * (docs/RUNTIME.md). It makes one pass over the module and does not recurse; the workspace bounds its memory.
 */
#ifndef SOV_VALIDATE_H
#define SOV_VALIDATE_H

#include "opcodes.h"
#include "scan.h"

#include <stddef.h>
#include <stdint.h>

/* The number of doubtful functions whose index is kept; where there are more, all functions after the last kept one are doubtful. */
#define SOV_DOUBTFUL_KEPT 16

struct sov_facts {
    uint32_t nesting;   /* deepest nesting of blocks in any function */
    uint32_t values;    /* most parameters and results together of a block in any function */
    uint32_t functions; /* imported and defined functions */
    uint32_t workspace; /* bytes of workspace that are enough to validate the module again */
    /* Functions for which the compiler's tables may be too small. The validator cannot decide it, because it counts values and
     * the tables hold slots; only compiling the function decides it. */
    uint32_t doubtful_count;
    uint16_t doubtful[SOV_DOUBTFUL_KEPT];
};

enum sov_verdict {
    SOV_VALID,
    SOV_INVALID,        /* the reason gives place and cause: "offset 0x1f: function 3: ..." */
    SOV_WORKSPACE_FULL, /* the workspace is too small for this module */
};

/* Validates `size` bytes of wasm. Uses the workspace (aligned to 8) only during the call. Writes `reason` when the verdict is
 * SOV_INVALID. Does not block and allocates nothing. O(size), except for the sorting of export names. */
enum sov_verdict sov_validate(const uint8_t *wasm, uint32_t size, void *workspace, uint32_t workspace_bytes, struct sov_facts *facts,
    char *reason, size_t reason_bytes);

#endif
