/* A stack machine in one switch (br_table): an interpreter inside the interpreter.
 *
 * Its program finds the longest Collatz sequence among the starts below a limit; arithmetic, variables and
 * control flow are all the inner machine's. The program is assembled in memory first, so that the compiler
 * of the kernel cannot specialise the machine for it.
 */
#include "bench.h"

enum op { PUSH, LOAD, STORE, ADD, SUB, MUL, SHR, AND, LESS, JUMP, JUMP_IF, JUMP_UNLESS, DUP, DROP, SWAP, HALT };
enum variable { START_AT, VALUE, STEPS, BEST, BEST_AT, LIMIT, VARIABLES };

static u8 code[128];
static i32 code_size;
static u32 variables[VARIABLES];

static void emit(enum op op) {
    code[code_size++] = (u8)op;
}

static i32 emit_with(enum op op, u8 operand) {
    emit(op);
    code[code_size] = operand;
    return code_size++;
}

static void land(i32 cell) {
    code[cell] = (u8)code_size;
}

static void assemble(void) {
    code_size = 0;
    emit_with(PUSH, 1);
    emit_with(STORE, START_AT);

    i32 outer = code_size;                  /* while (start < limit) { */
    emit_with(LOAD, START_AT);
    emit_with(LOAD, LIMIT);
    emit(LESS);
    i32 finished = emit_with(JUMP_UNLESS, 0);
    emit_with(LOAD, START_AT);
    emit_with(STORE, VALUE);
    emit_with(PUSH, 0);
    emit_with(STORE, STEPS);

    i32 inner = code_size;                  /* while (1 < value) { */
    emit_with(PUSH, 1);
    emit_with(LOAD, VALUE);
    emit(LESS);
    i32 reached_one = emit_with(JUMP_UNLESS, 0);
    emit_with(LOAD, VALUE);
    emit(DUP);
    emit_with(PUSH, 1);
    emit(AND);
    i32 even = emit_with(JUMP_UNLESS, 0);
    emit_with(PUSH, 3);
    emit(MUL);
    emit_with(PUSH, 1);
    emit(ADD);
    i32 joined = emit_with(JUMP, 0);
    land(even);
    emit_with(PUSH, 1);
    emit(SHR);
    land(joined);
    emit_with(STORE, VALUE);
    emit_with(LOAD, STEPS);
    emit_with(PUSH, 1);
    emit(ADD);
    emit_with(STORE, STEPS);
    emit_with(JUMP, (u8)inner);             /* } */

    land(reached_one);
    emit_with(LOAD, BEST);
    emit_with(LOAD, STEPS);
    emit(LESS);
    i32 not_better = emit_with(JUMP_UNLESS, 0);
    emit_with(LOAD, STEPS);
    emit_with(STORE, BEST);
    emit_with(LOAD, START_AT);
    emit_with(STORE, BEST_AT);
    land(not_better);
    emit_with(LOAD, START_AT);
    emit_with(PUSH, 1);
    emit(ADD);
    emit_with(STORE, START_AT);
    emit_with(JUMP, (u8)outer);             /* } */
    land(finished);
    emit(HALT);
}

static NOINLINE u32 interpret(void) {
    u32 stack[16];
    u32 executed = 0;
    i32 pc = 0, sp = 0;
    for (;;) {
        executed++;
        switch ((enum op)code[pc++]) {
            case PUSH: stack[sp++] = code[pc++]; break;
            case LOAD: stack[sp++] = variables[code[pc++]]; break;
            case STORE: variables[code[pc++]] = stack[--sp]; break;
            case ADD: sp--; stack[sp - 1] += stack[sp]; break;
            case SUB: sp--; stack[sp - 1] -= stack[sp]; break;
            case MUL: sp--; stack[sp - 1] *= stack[sp]; break;
            case SHR: sp--; stack[sp - 1] >>= stack[sp] & 31; break;
            case AND: sp--; stack[sp - 1] &= stack[sp]; break;
            case LESS: sp--; stack[sp - 1] = stack[sp - 1] < stack[sp]; break;
            case JUMP: pc = code[pc]; break;
            case JUMP_IF: pc = stack[--sp] ? code[pc] : pc + 1; break;
            case JUMP_UNLESS: pc = stack[--sp] ? pc + 1 : code[pc]; break;
            case DUP: stack[sp] = stack[sp - 1]; sp++; break;
            case DROP: sp--; break;
            case SWAP: {
                u32 top = stack[sp - 1];
                stack[sp - 1] = stack[sp - 2];
                stack[sp - 2] = top;
                break;
            }
            case HALT: return executed;
        }
    }
}

int run(void) {
    for (i32 i = 0; i < VARIABLES; i++) {
        variables[i] = 0;
    }
    variables[LIMIT] = ROUNDS(4000, 120);
    assemble();
    u32 executed = interpret();
    return (int)mix(mix(executed, variables[BEST]), variables[BEST_AT]);
}
