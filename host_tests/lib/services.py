"""Tasks that call, wait for and lock each other, for tests of the microkernel's services: guests in C, and a system that runs them."""

import functools
from typing import Any

from machines import Firmware
from modules import compiled
from script_files import script

BEGIN = """
#include "sovelma.h"
#define FIND(name) sp_cap_find(name, sizeof name - 1)
#define NEED(condition) if (!(condition)) return __LINE__
struct message { uint32_t client, badge; sp_cap_t capability; uint32_t bits; uint8_t bytes[256]; };
static struct message m;
static uint8_t text[257] __attribute__((unused));
__attribute__((export_name("_start"))) int start(void) {
sp_cap_t e __attribute__((unused)) = FIND("e"), n __attribute__((unused)) = FIND("n");
m.client = 0;
#line 1
"""


@functools.cache
def guest(body: str) -> bytes:
    """A module whose exit code is the line of the first check that fails, or 0."""
    return compiled(BEGIN + body + "\nreturn 0; }", stack=512)


SETUP = script(__file__, "services")


def play(firmware: Firmware, source: str, timeout: float = 120, **modules: str) -> Any:
    """Runs `source` behind the set-up of scripts/services.py. modules: {name: body of a guest}."""
    return firmware.script(SETUP + source, wasm={name: guest(body) for name, body in modules.items()}, timeout=timeout)
