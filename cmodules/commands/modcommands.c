/* modcommands.c - the module `commands`: the commands of the prompt as objects in flash. `sovelma` exports them.
 *
 * A command is a name, the module of kernel.shell that implements it, and its help text. All of it is constant, so 25 commands and
 * 4 KB of text take no byte of a board's heap. Calling a command loads its module if it is not loaded yet. Printing a command, as
 * the prompt does for a bare `ps`, shows its signature and a line of help. The table is generated from the docstrings (commands.h).
 *
 * Invariant: nothing here depends on what a command does.
 */
#include <string.h>

#include "py/runtime.h"

#include "commands.h"

typedef struct {
    mp_obj_base_t base;
    qstr group; /* module of kernel.shell; MP_QSTRnull: `help` */
    qstr name;
    const char *signature, *line, *text;
} command_object;

static const mp_obj_type_t command_type;

#define OBJECT(name, group, signature, line, text) \
    static const command_object command_##name = { { &command_type }, group, MP_QSTR_##name, signature, line, text };
COMMANDS(OBJECT)

#define POINTER(name, group, signature, line, text) &command_##name,
static const command_object *const all[] = { COMMANDS(POINTER) };

static const command_object *find(mp_obj_t given) {
    if (mp_obj_is_type(given, &command_type)) return MP_OBJ_TO_PTR(given);
    const char *name = mp_obj_str_get_str(given);
    for (size_t i = 0; i < MP_ARRAY_SIZE(all); i++)
        if (!strcmp(name, qstr_str(all[i]->name))) return all[i];
    mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("no command called %s: help() lists them"), name);
}

/* help([command]): prints all commands, one a line of at most 80 characters, or the help text of one command. */
static void show_help(size_t count, const mp_obj_t *given) {
    if (count && given[0] != mp_const_none) {
        mp_printf(&mp_plat_print, "%s\n", find(given[0])->text);
        return;
    }
    for (size_t i = 0; i < MP_ARRAY_SIZE(all); i++)
        mp_printf(&mp_plat_print, "%-" COMMANDS_WIDTH "s  %s\n", all[i]->signature, all[i]->line);
}

/* Calls kernel.shell.load(group), which loads only frozen code. */
static mp_obj_t load(qstr group) {
    mp_obj_t kernel = mp_import_name(qstr_from_str("kernel.shell"), mp_const_none, MP_OBJ_NEW_SMALL_INT(0));
    return mp_call_function_1(mp_load_attr(mp_load_attr(kernel, MP_QSTR_shell), MP_QSTR_load), MP_OBJ_NEW_QSTR(group));
}

static mp_obj_t command_call(mp_obj_t self_in, size_t count, size_t named, const mp_obj_t *arguments) {
    const command_object *self = MP_OBJ_TO_PTR(self_in);
    if (self->group != MP_QSTRnull) return mp_call_function_n_kw(mp_load_attr(load(self->group), self->name), count, named, arguments);
    mp_arg_check_num(count, named, 0, 1, false);
    show_help(count, arguments);
    return mp_const_none;
}

static void command_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    const command_object *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "%s: %s", self->signature, self->line);
}

static MP_DEFINE_CONST_OBJ_TYPE(command_type, MP_QSTR_command, MP_TYPE_FLAG_NONE, print, command_print, call, command_call);

static void offer(qstr name, mp_obj_t value) {
    if (!mp_map_lookup(&MP_STATE_VM(dict_main).map, MP_OBJ_NEW_QSTR(name), MP_MAP_LOOKUP))
        mp_obj_dict_store(MP_OBJ_FROM_PTR(&MP_STATE_VM(dict_main)), MP_OBJ_NEW_QSTR(name), value);
}

/* _offer(): adds `sovelma` and every command to the prompt's names. Existing variables keep their names, and `help` stays Python's. */
static mp_obj_t commands_offer(void) {
    for (size_t i = 0; i < MP_ARRAY_SIZE(all); i++)
        if (all[i]->group != MP_QSTRnull) offer(all[i]->name, MP_OBJ_FROM_PTR(all[i]));
    offer(MP_QSTR_sovelma, mp_import_name(MP_QSTR_sovelma, mp_const_none, MP_OBJ_NEW_SMALL_INT(0)));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(commands_offer_obj, commands_offer);

#define ENTRY(name, group, signature, line, text) { MP_ROM_QSTR(MP_QSTR_##name), MP_ROM_PTR(&command_##name) },
static const mp_rom_map_elem_t commands_globals_table[] = { { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_commands) },
    { MP_ROM_QSTR(MP_QSTR__offer), MP_ROM_PTR(&commands_offer_obj) }, COMMANDS(ENTRY) };
static MP_DEFINE_CONST_DICT(commands_globals, commands_globals_table);

const mp_obj_module_t commands_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&commands_globals,
};
MP_REGISTER_MODULE(MP_QSTR_commands, commands_module);
