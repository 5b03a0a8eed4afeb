/* modservices.c - the module `services`: handlers of system calls, named like their calls, and the objects that tasks share.
 *
 * The frequent calls between tasks are handled here in C; calls that open objects or need the machine are handled in Python.
 */
#include "py/runtime.h"

#include "services.h"

instance_object *services_instance(mp_obj_t task) {
    mp_obj_t instance = mp_load_attr(task, MP_QSTR_instance);
    if (!mp_obj_is_type(instance, &sov_instance_type)) mp_raise_TypeError(MP_ERROR_TEXT("no Instance"));
    sov_instance_task(instance); /* raises if the instance was killed */
    return MP_OBJ_TO_PTR(instance);
}

bool services_may_wait(thread *which) {
    int32_t refused = sov_instance_refused(which->instance);
    if (refused) sched_unblock(which, refused);
    return !refused;
}

thread *services_first(sched_link *head) {
    while (!sched_is_empty(head))
        if (services_may_wait(sched_first(head))) return sched_first(head);
    return NULL;
}

mp_obj_t services_text(const char *what, mp_obj_t self) {
    const shared_object *object = MP_OBJ_TO_PTR(self);
    mp_obj_t text = mp_obj_new_str_from_cstr(what);
    if (object->account != MP_OBJ_NULL) text = mp_binary_op(MP_BINARY_OP_ADD, text, mp_obj_new_str_from_cstr("of "));
    return mp_binary_op(MP_BINARY_OP_ADD, text, object->name);
}

void services_count(mp_obj_t account, qstr what, mp_int_t by) {
    mp_store_attr(account, what, MP_OBJ_NEW_SMALL_INT(mp_obj_get_int(mp_load_attr(account, what)) + by));
}

mp_obj_t services_release(mp_obj_t self) {
    shared_object *object = MP_OBJ_TO_PTR(self);
    if (object->account != MP_OBJ_NULL) services_count(object->account, MP_QSTR_objects, -1);
    return mp_const_none;
}

void *services_held(services_hold *hold, uint32_t need) {
    if (hold->table && (hold->renewals != hold->table->renewals || cap_check(hold->table, hold->identifier, need))) hold->table = NULL;
    return hold->table ? MP_OBJ_TO_PTR(cap_at(hold->table, hold->identifier)->object) : NULL;
}

static const mp_rom_map_elem_t services_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_services) },
    { MP_ROM_QSTR(MP_QSTR_sp_ipc_call), MP_ROM_PTR(&services_ipc_call_obj) },
    { MP_ROM_QSTR(MP_QSTR_sp_ipc_receive), MP_ROM_PTR(&services_ipc_receive_obj) },
    { MP_ROM_QSTR(MP_QSTR_sp_ipc_reply), MP_ROM_PTR(&services_ipc_reply_obj) },
    { MP_ROM_QSTR(MP_QSTR_sp_notify_signal), MP_ROM_PTR(&services_notify_signal_obj) },
    { MP_ROM_QSTR(MP_QSTR_sp_notify_wait), MP_ROM_PTR(&services_notify_wait_obj) },
    { MP_ROM_QSTR(MP_QSTR_sp_notify_bind), MP_ROM_PTR(&services_notify_bind_obj) },
    { MP_ROM_QSTR(MP_QSTR_sp_cap_list), MP_ROM_PTR(&services_cap_list_obj) },
    { MP_ROM_QSTR(MP_QSTR_sp_cap_info), MP_ROM_PTR(&services_cap_info_obj) },
    { MP_ROM_QSTR(MP_QSTR_sp_cap_derive), MP_ROM_PTR(&services_cap_derive_obj) },
    { MP_ROM_QSTR(MP_QSTR_sp_cap_drop), MP_ROM_PTR(&services_cap_drop_obj) },
    { MP_ROM_QSTR(MP_QSTR_sp_cap_revoke), MP_ROM_PTR(&services_cap_revoke_obj) },
    { MP_ROM_QSTR(MP_QSTR_sp_sleep_until), MP_ROM_PTR(&services_sleep_until_obj) },
    { MP_ROM_QSTR(MP_QSTR_sp_cap_create), MP_ROM_PTR(&services_cap_create_obj) },
    { MP_ROM_QSTR(MP_QSTR_sp_mem_read), MP_ROM_PTR(&services_mem_read_obj) },
    { MP_ROM_QSTR(MP_QSTR_sp_mem_write), MP_ROM_PTR(&services_mem_write_obj) },
    { MP_ROM_QSTR(MP_QSTR_sp_mem_size), MP_ROM_PTR(&services_mem_size_obj) },
    { MP_ROM_QSTR(MP_QSTR_sp_mem_derive), MP_ROM_PTR(&services_mem_derive_obj) },
    { MP_ROM_QSTR(MP_QSTR_sp_timer_set), MP_ROM_PTR(&services_timer_set_obj) },
    { MP_ROM_QSTR(MP_QSTR_sp_timer_wait), MP_ROM_PTR(&services_event_wait_obj) },
    { MP_ROM_QSTR(MP_QSTR_sp_timer_bind), MP_ROM_PTR(&services_event_bind_obj) },
    { MP_ROM_QSTR(MP_QSTR_sp_irq_wait), MP_ROM_PTR(&services_event_wait_obj) },
    { MP_ROM_QSTR(MP_QSTR_sp_irq_bind), MP_ROM_PTR(&services_event_bind_obj) },
    { MP_ROM_QSTR(MP_QSTR_sp_task_wait), MP_ROM_PTR(&services_event_wait_obj) },
    { MP_ROM_QSTR(MP_QSTR_sp_task_bind), MP_ROM_PTR(&services_event_bind_obj) },
    { MP_ROM_QSTR(MP_QSTR_Watch), MP_ROM_PTR(&watch_type) },
    { MP_ROM_QSTR(MP_QSTR_Memory), MP_ROM_PTR(&memory_type) },
    { MP_ROM_QSTR(MP_QSTR_Irq), MP_ROM_PTR(&irq_type) },
    { MP_ROM_QSTR(MP_QSTR_Endpoint), MP_ROM_PTR(&endpoint_type) },
    { MP_ROM_QSTR(MP_QSTR_Notification), MP_ROM_PTR(&notification_type) },
    { MP_ROM_QSTR(MP_QSTR_Mutex), MP_ROM_PTR(&mutex_type) },
    { MP_ROM_QSTR(MP_QSTR_Semaphore), MP_ROM_PTR(&semaphore_type) },
    { MP_ROM_QSTR(MP_QSTR_sp_sync_lock), MP_ROM_PTR(&services_sync_lock_obj) },
    { MP_ROM_QSTR(MP_QSTR_sp_sync_unlock), MP_ROM_PTR(&services_sync_unlock_obj) },
    { MP_ROM_QSTR(MP_QSTR_sp_sync_take), MP_ROM_PTR(&services_sync_take_obj) },
    { MP_ROM_QSTR(MP_QSTR_sp_sync_give), MP_ROM_PTR(&services_sync_give_obj) },
};
static MP_DEFINE_CONST_DICT(services_globals, services_globals_table);

const mp_obj_module_t services_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&services_globals,
};
MP_REGISTER_MODULE(MP_QSTR_services, services_module);
