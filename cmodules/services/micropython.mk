# micropython.mk - adds the module `services` to MicroPython's ports that are built with make.

SRC_USERMOD_C += $(addprefix $(USERMOD_DIR)/,modservices.c capability_calls.c endpoint.c notification.c sync.c memory.c event.c create.c)
