/* modscheduler.c - the module `scheduler`: Thread and Scheduler as Python objects.
 *
 * Methods take a task: any object whose attribute `thread` is its Thread. The machine's now() gives the time. The tests run the
 * same operations through a plain Python twin of this module.
 *
 * Invariant: nothing here allocates but the constructors, reserve() and, without a reserve() before, add() and the first use of a
 * timer.
 */
#include "py/runtime.h"

#include "python/python.h"
#include "scheduler.h"
#include "task/system_calls.h"

static const mp_obj_type_t thread_type;

#define IDLE_MAX ((1 << 30) - 1) /* us: a small integer of 32-bit MicroPython */

static int32_t within(mp_obj_t given, int32_t min, int32_t max) {
    int64_t number = sov_python_number(given);
    if (number < min || number > max) mp_raise_ValueError(MP_ERROR_TEXT("number is out of range"));
    return (int32_t)number;
}

thread *sched_thread_of(mp_obj_t task) {
    mp_obj_t found = mp_load_attr(task, MP_QSTR_thread);
    if (!mp_obj_is_type(found, &thread_type)) mp_raise_TypeError(MP_ERROR_TEXT("thread is no Thread"));
    return MP_OBJ_TO_PTR(found);
}

/* ---- Thread ----------------------------------------------------------------------------------------- */

/* Thread(task, priority, slice): a thread in no queue. `priority`: 0 runs last, 7 first; `slice`: fuel, 1 to 2^30-1. */
static mp_obj_t thread_make_new(const mp_obj_type_t *type, size_t count, size_t keywords, const mp_obj_t *given) {
    mp_arg_check_num(count, keywords, 3, 3, false);
    int32_t priority = within(given[1], 0, SCHED_PRIORITIES - 1), slice = within(given[2], 1, SOV_MAX_FUEL);
    thread *self = mp_obj_malloc(thread, type);
    *self = (thread){ .base = self->base,
        .task = given[0],
        .instance = mp_const_none,
        .waiting = mp_const_none,
        .timer = { .place = -1 },
        .limit = SCHED_NEVER,
        .period = 1,
        .slice = slice,
        .state = THREAD_RUNNING,
        .own = (uint8_t)priority,
        .priority = (uint8_t)priority };
    sched_ring(&self->beside);
    sched_ring(&self->clients);
    sched_ring(&self->holds);
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t thread_load(const thread *self, qstr name) {
    switch (name) {
        case MP_QSTR_task: return self->task;
        case MP_QSTR_instance: return self->instance;
        case MP_QSTR_waiting: return self->waiting;
        case MP_QSTR_block: return self->block == MP_OBJ_NULL ? mp_const_none : self->block;
        case MP_QSTR_state: return MP_OBJ_NEW_SMALL_INT(self->state);
        case MP_QSTR_status: return MP_OBJ_NEW_SMALL_INT(self->status);
        case MP_QSTR_priority: return MP_OBJ_NEW_SMALL_INT(self->own);
        case MP_QSTR_slice: return MP_OBJ_NEW_SMALL_INT(self->slice);
        case MP_QSTR_timer: return MP_OBJ_NEW_SMALL_INT(self->timer.place);
        case MP_QSTR_due: return mp_obj_new_int_from_ll(self->timer.due);
        case MP_QSTR_budget: return MP_OBJ_NEW_SMALL_INT(self->budget);
        case MP_QSTR_left: return MP_OBJ_NEW_SMALL_INT(self->left);
        case MP_QSTR_period: return MP_OBJ_NEW_SMALL_INT(self->period);
        default: return MP_OBJ_NULL;
    }
}

/* Only the scheduler's methods move a thread, so Python cannot write its place or state. Exception: it may set a state that says the
 * thread is over. */
static bool thread_store(thread *self, qstr name, mp_obj_t value) {
    switch (name) {
        case MP_QSTR_instance:
            if (value != mp_const_none && !mp_obj_is_type(value, &sov_instance_type)) mp_raise_TypeError(MP_ERROR_TEXT("no Instance"));
            if (value == mp_const_none) sched_forget(self);
            self->instance = value;
            return true;
        case MP_QSTR_waiting: self->waiting = value; return true;
        case MP_QSTR_state: self->state = (uint8_t)within(value, THREAD_ENDED, THREAD_KILLED); return true;
        case MP_QSTR_budget: self->budget = within(value, 0, SOV_MAX_FUEL); return true;
        case MP_QSTR_left: self->left = within(value, -SOV_MAX_FUEL, SOV_MAX_FUEL); return true;
        case MP_QSTR_period: self->period = (uint32_t)within(value, 1, SCHED_SLEEP_MAX); return true;
        default: return false;
    }
}

static void thread_attr(mp_obj_t self_in, qstr name, mp_obj_t *dest) {
    if (dest[0] == MP_OBJ_NULL) {
        dest[0] = thread_load(MP_OBJ_TO_PTR(self_in), name);
    } else if (dest[1] != MP_OBJ_NULL && thread_store(MP_OBJ_TO_PTR(self_in), name, dest[1])) {
        dest[0] = MP_OBJ_NULL; /* tells MicroPython that the store succeeded */
    }
}

static MP_DEFINE_CONST_OBJ_TYPE(thread_type, MP_QSTR_Thread, MP_TYPE_FLAG_NONE, make_new, thread_make_new, attr, thread_attr);

/* ---- Scheduler: ready tasks ------------------------------------------------------------------------- */

/* Scheduler(machine): `machine` has now(), see hal. */
static mp_obj_t scheduler_make_new(const mp_obj_type_t *type, size_t count, size_t keywords, const mp_obj_t *given) {
    mp_arg_check_num(count, keywords, 1, 1, false);
    scheduler *self = mp_obj_malloc(scheduler, type);
    *self = (scheduler){
        .base = self->base, .machine = given[0], .handlers = mp_const_empty_tuple, .again = mp_const_none, .failed = mp_const_none
    };
    sched_ring(&self->sources);
    return MP_OBJ_FROM_PTR(self);
}

/* bind(handlers, again, failed): sets the functions that run() calls, see scheduler.h. Raises ValueError unless `handlers` has one
 * handler for each call of the ABI. */
static mp_obj_t scheduler_bind(size_t count, const mp_obj_t *given) {
    (void)count;
    scheduler *self = MP_OBJ_TO_PTR(given[0]);
    size_t handlers;
    mp_obj_t *handler;
    mp_obj_get_array(given[1], &handlers, &handler);
    if (handlers != sov_call_count) mp_raise_ValueError(MP_ERROR_TEXT("a handler for each call is needed"));
    self->handlers = given[1];
    self->again = given[2];
    self->failed = given[3];
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(scheduler_bind_obj, 4, 4, scheduler_bind);

/* add(task): makes a task ready, at the back of the queue of its priority. Also the handler of sp_yield. */
static mp_obj_t scheduler_add(mp_obj_t self_in, mp_obj_t task) {
    scheduler *self = MP_OBJ_TO_PTR(self_in);
    thread *which = sched_thread_of(task);
    if (!which->home) {
        if (self->threads == SCHED_THREADS_MAX) mp_raise_ValueError(MP_ERROR_TEXT("a system has 4095 tasks at most"));
        if (self->threads == self->room) sched_reserve(self, self->room + 1);
        self->all[self->threads++] = which;
        which->number = self->threads;
        which->home = self;
    }
    sched_add(self, which);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(scheduler_add_obj, scheduler_add);

/* next() -> the task that runs next, taken out of its queue; None if no task is ready. */
static mp_obj_t scheduler_next(mp_obj_t self_in) {
    const thread *which = sched_next(MP_OBJ_TO_PTR(self_in), sched_now(MP_OBJ_TO_PTR(self_in)));
    return which ? which->task : mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(scheduler_next_obj, scheduler_next);

/* idle() -> microseconds that the machine may sleep, 2^30-1 at most; 0 if a task is ready, -1 if no timer runs. */
static mp_obj_t scheduler_idle(mp_obj_t self_in) {
    const scheduler *self = MP_OBJ_TO_PTR(self_in);
    int64_t left = -1;
    if (self->ready || self->first[SCHED_OVER_BUDGET] || (sched_interrupt_came && self->interrupted)) {
        left = 0;
    } else if (self->waiting) {
        left = self->timers[0]->due - sched_now(self);
        if (left < 0) left = 0;
        if (left > IDLE_MAX) left = IDLE_MAX;
    }
    return MP_OBJ_NEW_SMALL_INT(left);
}
static MP_DEFINE_CONST_FUN_OBJ_1(scheduler_idle_obj, scheduler_idle);

/* remove(task): takes a task out of its queue and stops its timer. The task must not be running. */
static mp_obj_t scheduler_remove(mp_obj_t self_in, mp_obj_t task) {
    sched_remove(MP_OBJ_TO_PTR(self_in), sched_thread_of(task));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(scheduler_remove_obj, scheduler_remove);

/* ---- Scheduler: tasks that wait --------------------------------------------------------------------- */

/* Puts a task into `state` for some milliseconds; -1: no timer wakes it. `given`: scheduler, task, milliseconds. */
static mp_obj_t hold(const mp_obj_t *given, enum thread_state state) {
    scheduler *self = MP_OBJ_TO_PTR(given[0]);
    thread *which = sched_thread_of(given[1]);
    int32_t milliseconds = within(given[2], state == THREAD_WAITING ? -1 : 0, SCHED_SLEEP_MAX);
    sched_remove(self, which);
    if (milliseconds >= 0) sched_start_timer(self, &which->timer, sched_now(self) + (int64_t)milliseconds * 1000);
    which->state = (uint8_t)state;
    return mp_const_none;
}

/* sleep(task, milliseconds): the task sleeps for 0 to SLEEP_MAX ms. */
static mp_obj_t scheduler_sleep(size_t count, const mp_obj_t *given) {
    (void)count;
    return hold(given, THREAD_SLEEPING);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(scheduler_sleep_obj, 3, 3, scheduler_sleep);

/* wait(task, milliseconds): the task waits for rouse(), at most that long; -1: no limit. */
static mp_obj_t scheduler_wait(size_t count, const mp_obj_t *given) {
    (void)count;
    return hold(given, THREAD_WAITING);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(scheduler_wait_obj, 3, 3, scheduler_wait);

/* restart(task, milliseconds): makes a task that is over ready after that time. It has no instance, so run() returns it. */
static mp_obj_t scheduler_restart(size_t count, const mp_obj_t *given) {
    (void)count;
    return hold(given, THREAD_RESTARTING);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(scheduler_restart_obj, 3, 3, scheduler_restart);

/* rouse(task): makes a waiting task ready, so that it checks its condition again. Does nothing if the task does not wait. */
static mp_obj_t scheduler_rouse(mp_obj_t self_in, mp_obj_t task) {
    thread *which = sched_thread_of(task);
    if (which->state == THREAD_WAITING) scheduler_add(self_in, task);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(scheduler_rouse_obj, scheduler_rouse);

/* wake(): makes every task ready whose timer is due, whatever it waits for. */
static mp_obj_t scheduler_wake(mp_obj_t self_in) {
    scheduler *self = MP_OBJ_TO_PTR(self_in);
    sched_wake(self, sched_now(self));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(scheduler_wake_obj, scheduler_wake);

/* reserve(count): makes room for `count` tasks and their timers, so that adding them and starting a timer allocates nothing. */
static mp_obj_t scheduler_reserve(mp_obj_t self_in, mp_obj_t count) {
    sched_reserve(MP_OBJ_TO_PTR(self_in), (uint32_t)within(count, 0, INT16_MAX));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(scheduler_reserve_obj, scheduler_reserve);

/* Attributes. slices: number of slices so far, modulo 2^30, the only writable one. running: the task whose slice runs, or that run()
 * returned last, or None. timers: number of running timers. */
static void scheduler_attr(mp_obj_t self_in, qstr name, mp_obj_t *dest) {
    scheduler *self = MP_OBJ_TO_PTR(self_in);
    if (dest[0] != MP_OBJ_NULL) {
        if (name != MP_QSTR_slices || dest[1] == MP_OBJ_NULL) return;
        self->slices = (uint32_t)sov_python_number(dest[1]) & SCHED_SLICES_MASK;
        dest[0] = MP_OBJ_NULL;
        return;
    }
    switch (name) {
        case MP_QSTR_slices: dest[0] = MP_OBJ_NEW_SMALL_INT(self->slices); break;
        case MP_QSTR_running: dest[0] = self->running ? self->running->task : mp_const_none; break;
        case MP_QSTR_timers: dest[0] = MP_OBJ_NEW_SMALL_INT(self->waiting); break;
        default: dest[1] = MP_OBJ_SENTINEL; /* a method */
    }
}

static const mp_rom_map_elem_t scheduler_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_run), MP_ROM_PTR(&sched_run_obj) },
    { MP_ROM_QSTR(MP_QSTR_wake), MP_ROM_PTR(&scheduler_wake_obj) },
    { MP_ROM_QSTR(MP_QSTR_idle), MP_ROM_PTR(&scheduler_idle_obj) },
    { MP_ROM_QSTR(MP_QSTR_sleep), MP_ROM_PTR(&scheduler_sleep_obj) },
    { MP_ROM_QSTR(MP_QSTR_wait), MP_ROM_PTR(&scheduler_wait_obj) },
    { MP_ROM_QSTR(MP_QSTR_rouse), MP_ROM_PTR(&scheduler_rouse_obj) },
    { MP_ROM_QSTR(MP_QSTR_add), MP_ROM_PTR(&scheduler_add_obj) },
    { MP_ROM_QSTR(MP_QSTR_remove), MP_ROM_PTR(&scheduler_remove_obj) },
    { MP_ROM_QSTR(MP_QSTR_next), MP_ROM_PTR(&scheduler_next_obj) },
    { MP_ROM_QSTR(MP_QSTR_restart), MP_ROM_PTR(&scheduler_restart_obj) },
    { MP_ROM_QSTR(MP_QSTR_reserve), MP_ROM_PTR(&scheduler_reserve_obj) },
    { MP_ROM_QSTR(MP_QSTR_bind), MP_ROM_PTR(&scheduler_bind_obj) },
};
static MP_DEFINE_CONST_DICT(scheduler_locals, scheduler_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(scheduler_type, MP_QSTR_Scheduler, MP_TYPE_FLAG_NONE, make_new, scheduler_make_new, attr, scheduler_attr,
    locals_dict, &scheduler_locals);

/* ---- the module ------------------------------------------------------------------------------------- */

/* until(tick, now) -> milliseconds from `now` to `tick`, below 0 if `tick` is past. Both come from hal.ticks, modulo 2^30; the result
 * is right across the wrap if they are at most SLEEP_MAX apart. */
static mp_obj_t scheduler_until(mp_obj_t tick, mp_obj_t now) {
    return MP_OBJ_NEW_SMALL_INT((int32_t)((uint32_t)(mp_obj_get_int(tick) - mp_obj_get_int(now)) << 2) >> 2);
}
static MP_DEFINE_CONST_FUN_OBJ_2(scheduler_until_obj, scheduler_until);

static const mp_rom_map_elem_t scheduler_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_scheduler) },
    { MP_ROM_QSTR(MP_QSTR_Scheduler), MP_ROM_PTR(&scheduler_type) },
    { MP_ROM_QSTR(MP_QSTR_Thread), MP_ROM_PTR(&thread_type) },
    { MP_ROM_QSTR(MP_QSTR_until), MP_ROM_PTR(&scheduler_until_obj) },
    { MP_ROM_QSTR(MP_QSTR_lost), MP_ROM_PTR(&sched_lost_obj) },
    { MP_ROM_QSTR(MP_QSTR_SLEEP_MAX), MP_ROM_INT(SCHED_SLEEP_MAX) },
};
static MP_DEFINE_CONST_DICT(scheduler_globals, scheduler_globals_table);

const mp_obj_module_t scheduler_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&scheduler_globals,
};
MP_REGISTER_MODULE(MP_QSTR_scheduler, scheduler_module);
