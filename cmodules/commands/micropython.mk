# micropython.mk - adds the module `commands` to MicroPython's ports that are built with make.

SRC_USERMOD_C += $(USERMOD_DIR)/modcommands.c
# MicroPython looks for names in sources alone; this header has some.
QSTR_GLOBAL_DEPENDENCIES := $(QSTR_GLOBAL_DEPENDENCIES) $(USERMOD_DIR)/commands.h
