/* run.c - slices: the scheduler's loop, which runs tasks until a millisecond has passed or a task needs the kernel.
 *
 * The loop is mechanism only: it passes a task's call to its handler, and returns an end or a fault to the kernel's loop.
 *
 * Invariants: an exception of a handler becomes an error code and never ends the loop. Nothing here allocates on the Python
 * heap. The loop reads `instance` again after each handler, because the handler may have ended the task.
 */
#include "py/runtime.h"

#include "python/python.h"
#include "scheduler.h"

#define RUN_MAX 1000 /* us: the kernel's loop polls sockets and keys once in this time */

int64_t sched_now(const scheduler *self) { return (int64_t)sov_python_bits(mp_call_function_0(mp_load_attr(self->machine, MP_QSTR_now))); }

/* Calls function(task). Returns false if the task waits now. Else returns true, with the result of the task's call in *answer, or
 * the error code of the exception that the function raised. */
static bool ask(const scheduler *self, mp_obj_t function, const thread *which, int64_t *answer) {
    mp_obj_t given;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        given = mp_call_function_1(function, which->task);
        if (given != mp_const_none) *answer = (int64_t)sov_python_bits(given);
        nlr_pop();
    } else {
        given = mp_call_function_2(self->failed, which->task, MP_OBJ_FROM_PTR(nlr.ret_val));
        if (given != mp_const_none) *answer = (int64_t)sov_python_bits(given);
    }
    return given != mp_const_none;
}

/* Returns the fuel of the next slice. Sets *counted if the slice is charged to a budget. */
static int32_t fuel_of(thread *which, struct sov_task *task, bool *counted) {
    *counted = which->budget && which->left > 0;
    int32_t slice = which->rest ? which->rest : which->slice;
    which->rest = 0;
    if (!*counted) return slice;
    sov_task_bill(task); /* fuel used while over the budget is charged to no period */
    int64_t max = (int64_t)which->left + sov_task_debt(task); /* the budget has paid for the debt already */
    return slice < max ? slice : (int32_t)max;
}

static enum sov_status resume(thread *which, int32_t fuel, int64_t answer) {
    return which->status = (uint8_t)sov_task_resume(sov_instance_task(which->instance), fuel, answer);
}

int32_t sched_left(const thread *running) {
    int32_t left = sov_task_left(sov_instance_task(running->instance)) + running->home->later;
    return left > 0 ? left : 1;
}

enum part { USED_UP, WAITS, PREEMPTED, OVER };

/* Runs a thread for `fuel` and handles its calls. USED_UP: the fuel is used. PREEMPTED: one of its calls made a higher priority ready
 * that was not ready before (during a slice of the guard, higher ones are ready all along); a call that returns a time, in 64 bits,
 * makes no task ready. WAITS: the call's handler has put the thread where it belongs. OVER: the task ended or faulted. */
static enum part run_part(const scheduler *self, thread *which, int32_t fuel, int64_t answer) {
    uint8_t ready = self->ready & 0xfe << which->priority; /* above the thread's, which falls when a loan ends */
    size_t count;
    mp_obj_t *handlers;
    mp_obj_get_array(self->handlers, &count, &handlers);
    resume(which, fuel, answer);
    while (which->status == SOV_SYSCALL) {
        answer = sov_instance_refused(which->instance);
        if (!answer && !ask(self, handlers[sov_task_number(sov_instance_task(which->instance))], which, &answer)) return WAITS;
        if (which->instance == mp_const_none) return WAITS;
        if ((self->ready & ~ready) >> which->priority > 1 && answer == (int32_t)answer) { /* else: a time */
            which->answer = (int32_t)answer;
            return PREEMPTED;
        }
        resume(which, 0, answer);
    }
    return which->status == SOV_PREEMPTED ? USED_UP : OVER;
}

/* Runs one slice, which begins at *now, and sets *now to the time at its end. Returns false if the task ended or faulted; the kernel
 * handles that. */
static bool run_slice(scheduler *self, thread *which, int64_t *now) {
    bool counted;
    enum part how = USED_UP;
    int32_t fuel = fuel_of(which, sov_instance_task(which->instance), &counted);
    int64_t answer = which->answer;
    which->answer = 0; /* a preempted task gets no answer */
    if (which->block != MP_OBJ_NULL) {
        if (!sched_woken(which, *now, &answer)) how = WAITS;
    } else if (which->waiting != mp_const_none) {
        if (!ask(self, self->again, which, &answer)) how = WAITS;
    }
    while (how == USED_UP && fuel > 0 && which->instance != mp_const_none) {
        int64_t began = *now;
        int32_t part = sched_part(self, which, fuel, began);
        self->later = fuel - part;
        uint64_t before = sov_task_fuel(sov_instance_task(which->instance));
        how = run_part(self, which, part, answer);
        *now = sched_now(self);
        if (which->instance == mp_const_none || how == OVER) break;
        uint32_t used = (uint32_t)(sov_task_fuel(sov_instance_task(which->instance)) - before);
        sched_learn(which, used, *now - began);
        fuel -= how == PREEMPTED && used < (uint32_t)part ? (int32_t)used : part; /* use beyond the part becomes debt */
        answer = 0;
        if (self->waiting && self->timers[0]->due <= *now) break;
    }
    if (which->instance == mp_const_none) return true;
    if (how == OVER) return false;
    if (how != WAITS && fuel > 0) {
        which->rest = fuel;
        sched_add_first(self, which);
    } else if (how != WAITS) {
        sched_add(self, which);
    }
    if (counted) which->left -= sov_task_bill(sov_instance_task(which->instance));
    return true;
}

/* run() -> None after a millisecond of slices, or when no task is ready. Returns a task as soon as it is over (see `status` of its
 * thread) or needs the kernel to start it (it has no instance). */
static mp_obj_t sched_run(mp_obj_t self_in) {
    scheduler *self = MP_OBJ_TO_PTR(self_in);
    int64_t now = sched_now(self), end = now + RUN_MAX;
    do {
        sched_wake(self, now);
        thread *which = self->running = sched_next(self, now);
        if (!which) {
            now = sched_now(self);
            if (self->waiting && self->timers[0]->due <= now) continue; /* a timer became due meanwhile */
            break;
        }
        self->slices = (self->slices + 1) & SCHED_SLICES_MASK;
        if (which->instance == mp_const_none || !run_slice(self, which, &now)) return which->task;
    } while (now < end);
    self->running = NULL;
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(sched_run_obj, sched_run);
