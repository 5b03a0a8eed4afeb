/* config.h - the build constants of the runtime and of the wasm3 sources under it.
 *
 * Every translation unit that includes a wasm3 header includes this file first. The constants decide the layout of wasm3's
 * structures, and two units that disagree corrupt memory instead of failing to link.
 */
#ifndef SOV_CONFIG_H
#define SOV_CONFIG_H

#include <stdint.h>

/* A host has an operating system below the runtime; a microcontroller has none. */
#if defined(__unix__) || defined(SOV_HOST)
#define SOV_IS_HOST 1
#else
#define SOV_IS_HOST 0
#endif

/* Bytes of the static arena, which holds all tasks with their code, stacks and memories. 300 KB is the figure of the
 * specification; a board sets its own figure, the RAM that bss leaves beside Wi-Fi. */
#ifndef SOV_ARENA_BYTES
#define SOV_ARENA_BYTES (300u * 1024u)
#endif

/* Enables hooks that only tests use: failing allocations and the `spectest` imports of the specification scripts. */
#ifndef SOV_TEST_HOOKS
#define SOV_TEST_HOOKS SOV_IS_HOST
#endif

/* The validator refuses blocks that are nested deeper, on every machine. LLVM turns a switch of N cases into N nested
 * blocks; 2000 of them need 1 MB of the 8 MB of stack of a host process. Where the stack is smaller, the stack is the bound. */
#ifndef SOV_MAX_NESTED_BLOCKS
#define SOV_MAX_NESTED_BLOCKS 2000
#endif

/* Bytes of C stack that wasm3's compiler takes: for each nested block, because it recurses; for each value of a block with
 * several values; and for the rest, from the check to the deepest leaf. TO_CREATE is for validating and parsing.
 * test_rv32_compile.py compares these numbers with the stack frames that the C compiler reports. */
#ifndef SOV_STACK_PER_BLOCK
#define SOV_STACK_PER_BLOCK (SOV_IS_HOST ? 800u : 400u)
#define SOV_STACK_PER_VALUE (SOV_IS_HOST ? 256u : 128u)
#define SOV_STACK_BASE (SOV_IS_HOST ? 4096u : 1536u)
#define SOV_STACK_TO_CREATE (SOV_IS_HOST ? 32768u : 4096u)
#endif

/* The most fuel that one resume() may add: the largest small int of MicroPython on a 32-bit machine. */
#define SOV_MAX_FUEL ((1 << 30) - 1)

/* The most operands plus locals of one function. The specification's own tests have 1,056 locals; a board has
 * no room for tables of that size. */
#ifndef d_m3MaxFunctionStackHeight
#define d_m3MaxFunctionStackHeight (SOV_IS_HOST ? 2000 : 256)
#endif

/* Slots for constants at the bottom of a frame; further constants become immediates. With more slots, the entry of a
 * function with many constants would lose more time than the immediates cost. The number is a part of the fuel charge of
 * an entry, so all machines have the same number. */
#define d_m3MaxConstantTableSize 64

/* One name for each function, which backtraces use; a lookup by name searches the export section instead. */
#define d_m3MaxDuplicateFunctionImpl 1

/* Bytes of a code page, chosen for each task from the size of its code section. It is a variable, because a page that suits
 * a program of 2 KB is mostly wasted on hello, and a page that suits hello splits a large program into many pages. */
extern uint32_t sov_code_page_bytes;
#define SOV_MIN_CODE_PAGE 256u
#define d_m3CodePageAlignSize sov_code_page_bytes

#define d_m3Use32BitSlots 1        /* the same frame layout on every machine */
#define d_m3VerboseErrorMessages 0 /* saves 256 bytes in each task; our messages name the import or section themselves */
#define d_m3HasFloat 1
#define d_m3RecordBacktraces 0     /* wasm3's records double the code; our backtrace walks the frames instead */
#define d_m3LogOutput 0

#endif
