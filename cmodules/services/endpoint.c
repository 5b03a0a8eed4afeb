/* endpoint.c - calls between tasks: a request and a reply, each copied once, from one task's memory to the other's.
 *
 * A server receives calls at an endpoint and replies to each, in any order. A client's call ends with the reply, at its timeout,
 * when its capability is revoked, or when the server that received it ends (DEAD). A server never waits for a client: it copies into
 * the memory of a suspended task.
 *
 * While a call waits, its client lends its priority to the server that received it. If no server has received it yet, the client
 * lends to the server that last received a call at this endpoint.
 *
 * Invariants: a client is in the ring `callers` of the endpoint, or in the ring `clients` of the server that received its call.
 * Nothing here allocates. No step's time depends on how many tasks, endpoints or capabilities there are.
 */
#include <string.h>

#include "py/runtime.h"

#include "../common/abi_table.h"
#include "services.h"

#define HEADER 16u /* bytes of struct sp_message in front of the message: client, badge, capability, bits */

/* Returns the client that waits in the call `number` at this endpoint, or NULL. A number holds the client's place among the threads
 * and how often it has waited, so the number of an older call is recognised until the client has waited 2^20 times more. */
static thread *client_of(const thread *server, uint32_t number, mp_obj_t at) {
    const scheduler *self = server->home;
    uint32_t place = number & SCHED_PLACE_MASK;
    if (!place || place > self->threads) return NULL;
    thread *client = self->all[place - 1];
    return client->server == server && client->block == at && client->number == number ? client : NULL;
}

/* Writes a message to the receiver's memory: the header and as many bytes as fit. Returns the length written. */
static int32_t put(uint8_t *to, uint32_t room, const uint32_t header[4], const uint8_t *bytes, uint32_t length) {
    uint8_t words[HEADER];
    for (int i = 0; i < 4; i++) services_put_word(words + (size_t)4 * i, header[i]);
    memcpy(to, words, room < HEADER ? room : HEADER);
    if (room <= HEADER) return (int32_t)room;
    if (length > room - HEADER) length = room - HEADER;
    if (length) memcpy(to + HEADER, bytes, length);
    return (int32_t)(HEADER + length);
}

/* Returns 0 if the sender may pass on this capability, or passes none (0); else the error code. */
static int32_t may_pass(const instance_object *from, uint32_t identifier) {
    return identifier ? cap_check(from->capabilities, identifier, CAP_KINDS | ABI_RIGHT_GRANT << CAP_RIGHTS_SHIFT) : 0;
}

/* Derives the sender's capability into the receiver's table. Returns the new identifier, 0 if the sender passes none, or an error
 * below 0. */
static int32_t pass_on(const instance_object *from, uint32_t identifier, const instance_object *to, bool accepts) {
    int32_t refused = may_pass(from, identifier);
    if (refused || !identifier) return refused;
    if (!accepts) return ABI_ERR_REFUSED;
    capability *which = cap_at(from->capabilities, identifier);
    int32_t made = cap_derive(to->capabilities, which, which->held >> CAP_RIGHTS_SHIFT);
    return made > 0 ? made : ABI_ERR_REFUSED;
}

/* The arguments of the three calls, after the endpoint. */
enum { CALL_BYTES = 1, CALL_LENGTH, CALL_TO, CALL_ROOM, CALL_PASS, CALL_FLAGS, CALL_TIMEOUT };
enum { RECEIVE_TO = 1, RECEIVE_ROOM, RECEIVE_FLAGS, RECEIVE_TIMEOUT };
enum { REPLY_CLIENT = 1, REPLY_BYTES, REPLY_LENGTH, REPLY_PASS };

static uint8_t *slice(const instance_object *instance, uint32_t index) {
    return sov_slice(instance->task, services_argument(instance, index), services_argument(instance, index + 1));
}

/* Delivers a client's call to a server; the calls of both are pending. The client then waits in the server's ring `clients`. Returns
 * the result of the server's call. An error below 0 is the result of the client's call; then nothing was delivered. */
static int32_t bring(endpoint *at, thread *client, thread *server) {
    const instance_object *from = services_of(client), *to = services_of(server);
    int32_t passed = pass_on(from, services_argument(from, CALL_PASS), to, services_argument(to, RECEIVE_FLAGS) & ABI_IPC_ACCEPT);
    if (passed < 0) return passed;
    const uint32_t header[4] = { client->number, services_target(from)->badge, (uint32_t)passed, 0 };
    int32_t answer = put(
        slice(to, RECEIVE_TO), services_argument(to, RECEIVE_ROOM), header, slice(from, CALL_BYTES), services_argument(from, CALL_LENGTH));
    client->server = at->server = server;
    sched_join(&client->beside, &server->clients);
    sched_lend(client, server);
    return answer;
}

/* sp_ipc_call: delivers the call if a server waits, else queues it. The client waits for the reply; with timeout 0 the call fails with
 * AGAIN if no server waits. */
static mp_obj_t ipc_call(mp_obj_t task) {
    thread *client = sched_thread_of(task);
    const instance_object *instance = services_instance(task);
    endpoint *at = MP_OBJ_TO_PTR(services_target(instance)->object);
    int32_t timeout = (int32_t)services_argument(instance, CALL_TIMEOUT),
            refused = may_pass(instance, services_argument(instance, CALL_PASS));
    if (refused) return MP_OBJ_NEW_SMALL_INT(refused);
    thread *server = services_first(&at->receivers);
    if (!server) {
        if (timeout == 0) return MP_OBJ_NEW_SMALL_INT(ABI_ERR_AGAIN);
        sched_block(client, MP_OBJ_FROM_PTR(at), &at->callers, timeout);
        if (at->server && !sched_has(at->server, MP_OBJ_FROM_PTR(at), ABI_RIGHT_READ)) at->server = NULL;
        if (at->server) sched_lend(client, at->server);
        return mp_const_none;
    }
    int32_t answer = bring(at, client, server);
    if (answer < 0) return MP_OBJ_NEW_SMALL_INT(answer);
    int32_t left = sched_left(client);
    sched_block(client, MP_OBJ_FROM_PTR(at), &server->clients, timeout);
    if (server->own <= client->priority) server->rest = left; /* the server works for the client, on the rest of its slice */
    sched_unblock(server, answer);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(services_ipc_call_obj, ipc_call);

/* Takes the signalled bits of the bound notification as a message. Returns its length, or 0 if there are none. */
static int32_t take_bits(endpoint *self, const instance_object *to) {
    if (!self->bound || !self->bound->word) return 0;
    if (!services_held(&self->bound->hold, ABI_KIND_NOTIFICATION | ABI_RIGHT_READ << CAP_RIGHTS_SHIFT)) {
        self->bound->bound = NULL;
        self->bound = NULL;
        return 0;
    }
    const uint32_t header[4] = { 0, 0, 0, self->bound->word };
    self->bound->word = 0;
    return put(slice(to, RECEIVE_TO), services_argument(to, RECEIVE_ROOM), header, NULL, 0);
}

void endpoint_notify(endpoint *self) {
    thread *server = services_first(&self->receivers);
    int32_t answer = server ? take_bits(self, services_of(server)) : 0;
    if (answer) sched_unblock(server, answer);
}

/* sp_ipc_receive: returns signalled bits, else the first call that can be delivered, else waits. With timeout 0 returns AGAIN. */
static mp_obj_t ipc_receive(mp_obj_t task) {
    thread *server = sched_thread_of(task);
    const instance_object *instance = services_instance(task);
    endpoint *at = MP_OBJ_TO_PTR(services_target(instance)->object);
    if (services_argument(instance, RECEIVE_ROOM) < HEADER) return MP_OBJ_NEW_SMALL_INT(ABI_ERR_INVAL);
    int32_t answer = take_bits(at, instance);
    for (thread *client; !answer && (client = services_first(&at->callers));) {
        answer = bring(at, client, server);
        if (answer > 0) break;
        sched_unblock(client, answer); /* the call could not be delivered; try the next client */
        answer = 0;
    }
    if (answer) return MP_OBJ_NEW_SMALL_INT(answer);
    int32_t timeout = (int32_t)services_argument(instance, RECEIVE_TIMEOUT);
    if (timeout == 0) return MP_OBJ_NEW_SMALL_INT(ABI_ERR_AGAIN);
    sched_block(server, MP_OBJ_FROM_PTR(at), &at->receivers, timeout);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(services_ipc_receive_obj, ipc_receive);

/* sp_ipc_reply: copies the reply to the client and unblocks it. DEAD if the client no longer waits in that call. */
static mp_obj_t ipc_reply(mp_obj_t task) {
    const instance_object *instance = services_instance(task);
    mp_obj_t at = services_target(instance)->object;
    thread *client = client_of(sched_thread_of(task), services_argument(instance, REPLY_CLIENT), at);
    if (!client || !services_may_wait(client)) return MP_OBJ_NEW_SMALL_INT(ABI_ERR_DEAD);
    const instance_object *to = services_of(client);
    int32_t passed = pass_on(instance, services_argument(instance, REPLY_PASS), to, services_argument(to, CALL_FLAGS) & ABI_IPC_ACCEPT);
    if (passed < 0) return MP_OBJ_NEW_SMALL_INT(passed);
    const uint32_t header[4] = { 0, 0, (uint32_t)passed, 0 };
    sched_unblock(client,
        put(slice(to, CALL_TO), services_argument(to, CALL_ROOM), header, slice(instance, REPLY_BYTES),
            services_argument(instance, REPLY_LENGTH)));
    return MP_OBJ_NEW_SMALL_INT(0);
}
MP_DEFINE_CONST_FUN_OBJ_1(services_ipc_reply_obj, ipc_reply);

/* ---- the object ------------------------------------------------------------------------------------- */

/* Endpoint(name) */
static mp_obj_t endpoint_make_new(const mp_obj_type_t *type, size_t count, size_t keywords, const mp_obj_t *given) {
    mp_arg_check_num(count, keywords, 1, 1, false);
    endpoint *self = mp_obj_malloc(endpoint, type);
    services_init(&self->shared, given[0]);
    self->bound = NULL;
    self->server = NULL;
    sched_ring(&self->callers);
    sched_ring(&self->receivers);
    return MP_OBJ_FROM_PTR(self);
}

SERVICES_TYPE(endpoint, "endpoint ", ENDPOINT, Endpoint, services_release, );
