/* event.c - counted events: expiries of timers, edges of pins, ends of tasks.
 *
 * An event object counts until a task takes the count. If it is bound to a notification, it also signals bits there. The interrupt
 * handler counts edges; the scheduler looks at the counts before its next slice.
 *
 * Invariants: nothing here allocates on the Python heap but the constructors and text(). Only services_edge() runs in interrupt
 * handlers. It alone writes `edges` and `last`, and it sets sched_interrupt_came.
 */
#include "py/runtime.h"

#include "../common/abi_table.h"
#include "services.h"

#define COUNT_MAX ((1u << 30) - 1) /* a small integer of 32-bit MicroPython */
#define PERIOD_MIN 100            /* us: a shorter period would keep a board busy with the timer alone */

typedef struct {
    shared_object shared;
    uint32_t count;      /* events that no task has taken yet */
    sched_link waiting;
    services_hold hold;  /* the capability to the notification that it is bound to */
    uint32_t bits;       /* the bits it signals there */
} event;

typedef struct {
    event event;
    sched_timer timer;
    uint32_t period;     /* us; 0: once */
    scheduler *home;
} timer;

typedef struct {
    event event;
    sched_link source;   /* in the ring `sources` of the scheduler whose tasks use it */
    volatile uint32_t edges; /* number of edges, modulo 2^32; the interrupt handler writes it */
    uint32_t seen;       /* how many of them `event.count` includes */
    uint32_t debounce;   /* us after an edge in which further edges are ignored */
    uint32_t last;       /* us modulo 2^32 */
    bool any;            /* an edge has come, so `last` is valid */
    mp_obj_t off;        /* off() is called at release; None: nothing */
} irq;

#define NEED_SIGNAL (ABI_KIND_NOTIFICATION | ABI_RIGHT_WRITE << CAP_RIGHTS_SHIFT)

/* Counts `times` events: wakes the first waiting task with the count and signals the bound notification. */
static void happen(event *self, uint64_t times) {
    self->count = times > COUNT_MAX - self->count ? COUNT_MAX : self->count + (uint32_t)times;
    thread *which = services_first(&self->waiting);
    if (which) {
        int32_t count = (int32_t)self->count;
        self->count = 0;
        sched_unblock(which, count);
    }
    notification *bound = services_held(&self->hold, NEED_SIGNAL);
    if (bound) notification_signal(bound, self->bits);
}

static void event_init(event *self, mp_obj_t name) {
    services_init(&self->shared, name);
    self->count = self->bits = 0;
    self->hold.table = NULL;
    sched_ring(&self->waiting);
}

/* ---- time ------------------------------------------------------------------------------------------- */

/* sp_sleep_until(when): `when` is a time of the monotonic clock, in us. A time in the past only yields. */
static mp_obj_t sleep_until(mp_obj_t task) {
    thread *which = sched_thread_of(task);
    int64_t when = sov_task_argument(services_instance(task)->task, 0);
    if (when <= sched_now(which->home)) {
        sched_add(which->home, which);
    } else {
        sched_start_timer(which->home, &which->timer, when);
        which->state = THREAD_SLEEPING;
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(services_sleep_until_obj, sleep_until);

static timer *of(const sched_timer *self) { return (timer *)((char *)self - offsetof(timer, timer)); }

static void fire(sched_timer *which, int64_t now) {
    timer *self = of(which);
    int64_t times = 1;
    if (self->period) {
        if (now - which->due >= (int64_t)self->period) times += (now - which->due) / self->period;
        sched_start_timer(self->home, which, which->due + times * self->period);
    }
    happen(&self->event, (uint64_t)times);
}

static int priority(const sched_timer *which) {
    event *self = &of(which)->event;
    int waiting = sched_highest(&self->waiting);
    const notification *bound = services_held(&self->hold, NEED_SIGNAL);
    int told = bound ? notification_priority(bound) : -1;
    return told > waiting ? told : waiting;
}

static const sched_timer_kind timer_kind = { fire, priority };

/* sp_timer_set(timer, first, period): `first` is a time of the monotonic clock in us, 0 stops the timer; `period` in us, 0: once. */
static mp_obj_t timer_set(mp_obj_t task) {
    const instance_object *instance = services_instance(task);
    timer *self = MP_OBJ_TO_PTR(services_target(instance)->object);
    int64_t first = sov_task_argument(instance->task, 1);
    uint32_t period = services_argument(instance, 2);
    if (period && period < PERIOD_MIN) return MP_OBJ_NEW_SMALL_INT(ABI_ERR_INVAL);
    self->event.count = 0;
    self->period = period;
    sched_stop_timer(self->home, &self->timer);
    if (first) sched_start_timer(self->home, &self->timer, first < 0 ? 0 : first);
    return MP_OBJ_NEW_SMALL_INT(0);
}
MP_DEFINE_CONST_FUN_OBJ_1(services_timer_set_obj, timer_set);

static mp_obj_t timer_release(mp_obj_t self_in) {
    timer *self = MP_OBJ_TO_PTR(self_in);
    sched_stop_timer(self->home, &self->timer);
    sched_release_timer(self->home);
    return services_release(self_in);
}

mp_obj_t timer_new(mp_obj_t name, scheduler *home) {
    timer *self = mp_obj_malloc(timer, &timer_type);
    event_init(&self->event, name);
    self->timer.place = -1;
    self->timer.kind = &timer_kind;
    self->home = home;
    sched_reserve_timer(home);
    return MP_OBJ_FROM_PTR(self);
}

#define timer_make_new NULL
SERVICES_TYPE(timer, "timer ", TIMER, Timer, timer_release, );

/* ---- edges ------------------------------------------------------------------------------------------ */

void services_edge(mp_obj_t irq_in, uint32_t now) {
    irq *self = MP_OBJ_TO_PTR(irq_in);
    if (self->any && now - self->last < self->debounce) return;
    self->any = true;
    self->last = now;
    self->edges++;
    sched_interrupt_came = true;
}

/* Counts the new edges of all pins. */
static void interrupted(scheduler *home) {
    for (sched_link *link = home->sources.next; link != &home->sources; link = link->next) {
        irq *self = (irq *)((char *)link - offsetof(irq, source));
        uint32_t edges = self->edges, more = edges - self->seen;
        self->seen = edges;
        if (more) happen(&self->event, more);
    }
}

/* Returns the event of the pending call. Registers an Irq with the scheduler of the calling task at its first use. */
static event *target(const instance_object *instance, scheduler *home) {
    event *self = MP_OBJ_TO_PTR(services_target(instance)->object);
    if (self->shared.base.type != &irq_type) return self;
    irq *which = (irq *)self;
    if (sched_is_empty(&which->source)) {
        home->interrupted = interrupted;
        sched_join(&which->source, &home->sources);
    }
    if (which->edges != which->seen) interrupted(home); /* the call sees every edge up to now */
    return self;
}

/* ---- wait and bind, for every event ------------------------------------------------------------------ */

/* sp_timer_wait(timer, timeout), sp_irq_wait(irq, timeout), sp_task_wait(task, timeout): takes the count, or waits while it is 0. */
static mp_obj_t event_wait(mp_obj_t task) {
    const instance_object *instance = services_instance(task);
    thread *which = sched_thread_of(task);
    event *self = target(instance, which->home);
    int32_t timeout = (int32_t)services_argument(instance, 1);
    uint32_t count = self->count;
    self->count = 0;
    if (count) return MP_OBJ_NEW_SMALL_INT(count);
    if (timeout == 0) return MP_OBJ_NEW_SMALL_INT(ABI_ERR_AGAIN);
    sched_block(which, MP_OBJ_FROM_PTR(self), &self->waiting, timeout);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(services_event_wait_obj, event_wait);

/* sp_timer_bind(timer, notification, bits), sp_irq_bind, sp_task_bind: each event signals `bits` from now on; notification 0: no more. */
static mp_obj_t event_bind(mp_obj_t task) {
    const instance_object *instance = services_instance(task);
    event *self = target(instance, sched_thread_of(task)->home);
    uint32_t identifier = services_argument(instance, 1);
    int32_t refused = identifier ? cap_check(instance->capabilities, identifier, NEED_SIGNAL) : 0;
    if (refused) return MP_OBJ_NEW_SMALL_INT(refused);
    self->hold = services_hold_of(identifier ? instance->capabilities : NULL, identifier);
    self->bits = services_argument(instance, 2);
    return MP_OBJ_NEW_SMALL_INT(0);
}
MP_DEFINE_CONST_FUN_OBJ_1(services_event_bind_obj, event_bind);

/* ---- the object of a pin's edges --------------------------------------------------------------------- */

/* Irq(name, debounce): the object of a pin's edges. The HAL calls services_edge() in its interrupt handler, or edge(). debounce: us. */
static mp_obj_t irq_make_new(const mp_obj_type_t *type, size_t count, size_t keywords, const mp_obj_t *given) {
    mp_arg_check_num(count, keywords, 2, 2, false);
    irq *self = mp_obj_malloc(irq, type);
    event_init(&self->event, given[0]);
    sched_ring(&self->source);
    self->edges = self->seen = self->last = 0;
    self->any = false;
    self->debounce = (uint32_t)mp_obj_get_int(given[1]);
    self->off = mp_const_none;
    return MP_OBJ_FROM_PTR(self);
}

/* edge(us): counts an edge of a simulated pin at that time, in microseconds modulo 2^32. */
static mp_obj_t irq_edge(mp_obj_t self, mp_obj_t now) {
    services_edge(self, (uint32_t)mp_obj_get_int_truncated(now));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(irq_edge_obj, irq_edge);

/* ends_with(off): the Irq calls off() when the last capability to it is gone. */
static mp_obj_t irq_ends_with(mp_obj_t self_in, mp_obj_t off) {
    irq *self = MP_OBJ_TO_PTR(self_in);
    self->off = off;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(irq_ends_with_obj, irq_ends_with);

static mp_obj_t irq_release(mp_obj_t self_in) {
    irq *self = MP_OBJ_TO_PTR(self_in);
    sched_leave(&self->source);
    if (self->off != mp_const_none) mp_call_function_0(self->off);
    return services_release(self_in);
}

SERVICES_TYPE(irq, "", IRQ, Irq, irq_release, { MP_ROM_QSTR(MP_QSTR_edge), MP_ROM_PTR(&irq_edge_obj) },
    { MP_ROM_QSTR(MP_QSTR_ends_with), MP_ROM_PTR(&irq_ends_with_obj) }, );

/* ---- the object of a task's ends --------------------------------------------------------------------- */

/* Watch(name): counts the ends of the task of that name. */
static mp_obj_t watch_make_new(const mp_obj_type_t *type, size_t count, size_t keywords, const mp_obj_t *given) {
    mp_arg_check_num(count, keywords, 1, 1, false);
    event *self = mp_obj_malloc(event, type);
    event_init(self, given[0]);
    return MP_OBJ_FROM_PTR(self);
}

/* name() -> the name of the task. */
static mp_obj_t watch_name(mp_obj_t self) { return ((event *)MP_OBJ_TO_PTR(self))->shared.name; }
static MP_DEFINE_CONST_FUN_OBJ_1(watch_name_obj, watch_name);

/* ended(): the kernel calls this when the task has ended. */
static mp_obj_t watch_ended(mp_obj_t self) {
    happen(MP_OBJ_TO_PTR(self), 1);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(watch_ended_obj, watch_ended);

SERVICES_TYPE(watch, "task ", TASK, Watch, services_release, { MP_ROM_QSTR(MP_QSTR_name), MP_ROM_PTR(&watch_name_obj) },
    { MP_ROM_QSTR(MP_QSTR_ended), MP_ROM_PTR(&watch_ended_obj) }, );
