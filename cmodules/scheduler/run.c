/* run.c - slices: the scheduler's own loop, which runs tasks until one of them, or the clock, needs the kernel.
 *
 * Mechanism only: a call of a task goes to its handler in Python, an end or a fault goes back to the kernel's loop.
 *
 * Invariants: a handler that raises becomes an error code, never an end of the loop. Nothing here allocates on the Python
 * heap. After a handler the instance is read anew: the handler may have ended the task.
 */
#include "py/runtime.h"

#include "python/python.h"
#include "scheduler.h"

static uint32_t ticks(const scheduler *self) {
    return (uint32_t)mp_obj_get_int(mp_call_function_0(mp_load_attr(self->machine, MP_QSTR_ticks))) & SCHED_TICKS_MASK;
}

/* Asks function(task). False where the task waits now; else *answer is what the call answers, or the error code of what the
 * function raised. */
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

/* The fuel of a slice; *counted: it is taken off a budget. */
static int32_t fuel_of(const thread *which, struct sov_task *task, bool *counted) {
    *counted = which->budget && which->left > 0;
    if (!*counted) return which->slice;
    sov_task_bill(task); /* what it used while over its budget is charged to no period */
    int64_t most = (int64_t)which->left + sov_task_debt(task); /* what it owes was taken off the budget already */
    return which->slice < most ? which->slice : (int32_t)most;
}

static enum sov_status resume(thread *which, int32_t fuel, int64_t answer) {
    return which->status = (uint8_t)sov_task_resume(sov_instance_task(which->instance), fuel, answer);
}

/* Runs one slice. False where the task ended or faulted: the kernel's part. */
static bool run_slice(scheduler *self, thread *which) {
    size_t count;
    mp_obj_t *handlers;
    mp_obj_get_array(self->handlers, &count, &handlers);
    bool counted;
    int32_t fuel = fuel_of(which, sov_instance_task(which->instance), &counted);
    int64_t answer = which->answer;
    which->answer = 0; /* a preempted task is owed none */
    bool goes_on = which->block == MP_OBJ_NULL ? which->waiting == mp_const_none || ask(self, self->again, which, &answer)
                                               : sched_woken(which, &answer);
    if (goes_on) {
        resume(which, fuel, answer);
        while (which->status == SOV_SYSCALL) {
            answer = sov_instance_refused(which->instance);
            if (!answer) goes_on = ask(self, handlers[sov_task_number(sov_instance_task(which->instance))], which, &answer);
            if (!goes_on || which->instance == mp_const_none) break;
            resume(which, 0, answer);
        }
    }
    if (which->instance == mp_const_none) return true;
    if (goes_on && which->status != SOV_PREEMPTED) return false;
    if (goes_on) sched_add(self, which);
    if (counted) which->left -= sov_task_bill(sov_instance_task(which->instance));
    return true;
}

/* run(now): runs slices until the tick is no longer `now` or no task is ready: None. Or returns the task that is over (see
 * `status` of its thread), or that the kernel is to start: it has no instance. */
static mp_obj_t sched_run(mp_obj_t self_in, mp_obj_t now_in) {
    scheduler *self = MP_OBJ_TO_PTR(self_in);
    uint32_t now = self->now = (uint32_t)mp_obj_get_int(now_in) & SCHED_TICKS_MASK;
    do {
        thread *which = self->running = sched_next(self, now);
        if (!which) break;
        self->slices = (self->slices + 1) & SCHED_TICKS_MASK;
        if (which->instance == mp_const_none || !run_slice(self, which)) return which->task;
    } while (ticks(self) == now);
    self->running = NULL;
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(sched_run_obj, sched_run);
