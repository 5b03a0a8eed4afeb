/* waking.h - functions of waking.c for the table of the module `esp32c3` (contracts in waking.c). */
#ifndef SOV_WAKING_H
#define SOV_WAKING_H

#include "py/obj.h"

MP_DECLARE_CONST_FUN_OBJ_1(esp32c3_wait_obj);
MP_DECLARE_CONST_FUN_OBJ_2(esp32c3_alarm_obj);
MP_DECLARE_CONST_FUN_OBJ_3(esp32c3_edges_obj);

#endif
