/* config.h - the build constants of the runtime and of the wasm3 sources under it.
 *
 * Every translation unit that sees a wasm3 header includes this file first: the constants shape wasm3's
 * structures, and two units that disagree corrupt memory instead of failing to link.
 */
#ifndef SOV_CONFIG_H
#define SOV_CONFIG_H

#include <stdint.h>

/* A machine with an operating system under us, as opposed to a microcontroller. */
#if defined(__unix__) || defined(SOV_HOST)
#define SOV_IS_HOST 1
#else
#define SOV_IS_HOST 0
#endif

/* Bytes of the static arena: all tasks, their code, stacks and memories live in it. 300 KB is the
 * specification's figure; boards set their own (what bss leaves beside Wi-Fi). */
#ifndef SOV_ARENA_BYTES
#define SOV_ARENA_BYTES (300u * 1024u)
#endif

/* Hooks that only tests use: failing allocations, the `spectest` imports of the specification scripts. */
#ifndef SOV_TEST_HOOKS
#define SOV_TEST_HOOKS SOV_IS_HOST
#endif

/* Blocks nested deeper are refused everywhere. LLVM turns a switch of N cases into N nested blocks; 2000 of them
 * need 1 MB of the 8 MB of stack that a host process has. Where the stack is smaller, it is the bound. */
#ifndef SOV_MAX_NESTED_BLOCKS
#define SOV_MAX_NESTED_BLOCKS 2000
#endif

/* C stack that wasm3's compiler takes: for each nested block, since it recurses; for each value of a block that has
 * several; for the rest, from the check to the deepest leaf. And what validating and parsing take, wasm3's tables
 * once and again among it. test_rv32_compile.py holds them against the frames that the compiler makes. */
#ifndef SOV_STACK_PER_BLOCK
#define SOV_STACK_PER_BLOCK (SOV_IS_HOST ? 800u : 400u)
#define SOV_STACK_PER_VALUE (SOV_IS_HOST ? 256u : 128u)
#define SOV_STACK_BASE (SOV_IS_HOST ? 4096u : 1536u)
#define SOV_STACK_TO_CREATE (SOV_IS_HOST ? 32768u : 4096u)
#endif

/* Fuel that one resume() may add: the largest small int of MicroPython on a 32-bit machine. */
#define SOV_MAX_FUEL ((1 << 30) - 1)

/* Operand stack plus locals of one function. The specification's own tests have 1,056 locals; a board has
 * no room for tables of that size. */
#ifndef d_m3MaxFunctionStackHeight
#define d_m3MaxFunctionStackHeight (SOV_IS_HOST ? 2000 : 256)
#endif

/* Slots for constants at the bottom of a frame; the rest become immediates. More would make every entry of
 * a function with many constants slower than the immediates are. Part of the fuel charge of an entry, so
 * the same on all machines. */
#define d_m3MaxConstantTableSize 64

/* One name per function: names are looked up in the export section, this one is for backtraces. */
#define d_m3MaxDuplicateFunctionImpl 1

/* Bytes of a code page: a variable, because a page that suits a 2 KB program wastes most of a hello and a
 * page that suits hello scatters a large program. Chosen per task from the size of its code section. */
extern uint32_t sov_code_page_bytes;
#define SOV_MIN_CODE_PAGE 256u
#define d_m3CodePageAlignSize sov_code_page_bytes

#define d_m3Use32BitSlots 1        /* the same frame layout on every machine */
#define d_m3VerboseErrorMessages 0 /* saves 256 bytes in each task; our messages name the import or section */
#define d_m3HasFloat 1
#define d_m3RecordBacktraces 0     /* wasm3's record doubles the code; ours walks the frames instead */
#define d_m3LogOutput 0

#endif
