# micropython.mk - adds the module `netio` to a MicroPython port that is built with make.

SRC_USERMOD_C += $(USERMOD_DIR)/modnetio.c
