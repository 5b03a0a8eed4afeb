/* sync.c - the mutex, which one task holds at a time, and the counting semaphore.
 *
 * A task that waits for a mutex lends its priority to the holder. If the holder ends or loses its capability, the next task gets the
 * mutex with the result HALF_DONE, because the guarded state may be inconsistent.
 *
 * Invariants: a mutex that a task waits for is held. A semaphore that a task waits for is 0. Nothing here allocates but the
 * constructors and text().
 */
#include "py/runtime.h"

#include "../common/abi_table.h"
#include "services.h"

#define COUNT_MAX ((1u << 30) - 1) /* a small integer of 32-bit MicroPython */
#define HALF_DONE 1                 /* result of sp_sync_lock: the last holder did not unlock the mutex */

typedef struct {
    shared_object shared;
    sched_held held;    /* in the ring `holds` of the holder */
    thread *holder;     /* NULL: none */
    bool abandoned;     /* the last holder did not unlock it */
    sched_link waiting;
} mutex;

typedef struct {
    shared_object shared;
    uint32_t count;
    sched_link waiting;
} semaphore;

/* ---- the mutex -------------------------------------------------------------------------------------- */

static int32_t give_to(mutex *self, thread *which) {
    int32_t answer = self->abandoned ? HALF_DONE : 0;
    self->abandoned = false;
    self->holder = which;
    sched_join(&self->held.link, &which->holds);
    return answer;
}

/* Returns the waiter of the highest priority that may still wait, the first of several; NULL if there is none. O(waiters). */
static thread *most_urgent(mutex *self) {
    thread *best = services_first(&self->waiting);
    if (!best) return NULL;
    for (sched_link *next = best->beside.next; next != &self->waiting; next = next->next)
        if (sched_at(next)->priority > best->priority && !sov_instance_refused(sched_at(next)->instance)) best = sched_at(next);
    return best;
}

static void release(mutex *self) {
    self->holder = NULL;
    sched_leave(&self->held.link);
    thread *next = most_urgent(self);
    if (!next) return;
    sched_unblock(next, give_to(self, next));
    for (sched_link *link = self->waiting.next; link != &self->waiting; link = link->next) sched_lend(sched_at(link), next);
}

static void abandon(sched_held *held) {
    mutex *self = MP_OBJ_TO_PTR(held->object);
    self->abandoned = true;
    release(self);
}

/* sp_sync_lock(mutex, timeout): locks the mutex, or waits until its holder releases it. INVAL if the caller holds it already. */
static mp_obj_t sync_lock(mp_obj_t task) {
    thread *which = sched_thread_of(task);
    const instance_object *instance = services_instance(task);
    mutex *self = MP_OBJ_TO_PTR(services_target(instance)->object);
    int32_t timeout = (int32_t)services_argument(instance, 1);
    if (!self->holder) return MP_OBJ_NEW_SMALL_INT(give_to(self, which));
    if (self->holder == which) return MP_OBJ_NEW_SMALL_INT(ABI_ERR_INVAL);
    if (timeout == 0) return MP_OBJ_NEW_SMALL_INT(ABI_ERR_AGAIN);
    sched_block(which, MP_OBJ_FROM_PTR(self), &self->waiting, timeout);
    sched_lend(which, self->holder);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(services_sync_lock_obj, sync_lock);

/* sp_sync_unlock(mutex): passes the mutex to the most urgent waiter. DENIED if the caller does not hold it. */
static mp_obj_t sync_unlock(mp_obj_t task) {
    mutex *self = MP_OBJ_TO_PTR(services_target(services_instance(task))->object);
    if (self->holder != sched_thread_of(task)) return MP_OBJ_NEW_SMALL_INT(ABI_ERR_DENIED);
    release(self);
    return MP_OBJ_NEW_SMALL_INT(0);
}
MP_DEFINE_CONST_FUN_OBJ_1(services_sync_unlock_obj, sync_unlock);

/* Mutex(name) */
static mp_obj_t mutex_make_new(const mp_obj_type_t *type, size_t count, size_t keywords, const mp_obj_t *given) {
    mp_arg_check_num(count, keywords, 1, 1, false);
    mutex *self = mp_obj_malloc(mutex, type);
    services_init(&self->shared, given[0]);
    self->holder = NULL;
    self->abandoned = false;
    self->held.object = MP_OBJ_FROM_PTR(self);
    self->held.ended = abandon;
    sched_ring(&self->held.link);
    sched_ring(&self->waiting);
    return MP_OBJ_FROM_PTR(self);
}

SERVICES_TYPE(mutex, "mutex ", MUTEX, Mutex, services_release, );

/* ---- the semaphore ---------------------------------------------------------------------------------- */

/* sp_sync_take(semaphore, timeout): takes one off the count, or waits while it is 0. */
static mp_obj_t sync_take(mp_obj_t task) {
    const instance_object *instance = services_instance(task);
    semaphore *self = MP_OBJ_TO_PTR(services_target(instance)->object);
    int32_t timeout = (int32_t)services_argument(instance, 1);
    if (self->count) {
        self->count--;
        return MP_OBJ_NEW_SMALL_INT(0);
    }
    if (timeout == 0) return MP_OBJ_NEW_SMALL_INT(ABI_ERR_AGAIN);
    sched_block(sched_thread_of(task), MP_OBJ_FROM_PTR(self), &self->waiting, timeout);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(services_sync_take_obj, sync_take);

/* sp_sync_give(semaphore, count): adds to the count and wakes as many waiters. TOOBIG, unchanged, above COUNT_MAX. */
static mp_obj_t sync_give(mp_obj_t task) {
    const instance_object *instance = services_instance(task);
    semaphore *self = MP_OBJ_TO_PTR(services_target(instance)->object);
    uint32_t count = services_argument(instance, 1);
    if (count > COUNT_MAX - self->count) return MP_OBJ_NEW_SMALL_INT(ABI_ERR_TOOBIG);
    self->count += count;
    for (thread *which; self->count && (which = services_first(&self->waiting));) {
        self->count--;
        sched_unblock(which, 0);
    }
    return MP_OBJ_NEW_SMALL_INT(0);
}
MP_DEFINE_CONST_FUN_OBJ_1(services_sync_give_obj, sync_give);

/* Semaphore(name, count) */
static mp_obj_t semaphore_make_new(const mp_obj_type_t *type, size_t count, size_t keywords, const mp_obj_t *given) {
    mp_arg_check_num(count, keywords, 2, 2, false);
    semaphore *self = mp_obj_malloc(semaphore, type);
    services_init(&self->shared, given[0]);
    self->count = (uint32_t)mp_obj_get_int(given[1]);
    sched_ring(&self->waiting);
    return MP_OBJ_FROM_PTR(self);
}

SERVICES_TYPE(semaphore, "semaphore ", SEMAPHORE, Semaphore, services_release, );
