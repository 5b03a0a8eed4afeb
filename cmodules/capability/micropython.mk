# micropython.mk - adds the module `capability` to MicroPython's ports that are built with make.

SRC_USERMOD_C += $(addprefix $(USERMOD_DIR)/,modcapability.c table.c revoke.c)
CFLAGS_USERMOD += -I$(USERMOD_DIR)
