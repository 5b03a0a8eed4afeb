# micropython.mk - adds the module `commands` to MicroPython's ports that are built with make.

SRC_USERMOD_C += $(USERMOD_DIR)/modcommands.c
CFLAGS_USERMOD += -I$(USERMOD_DIR)
