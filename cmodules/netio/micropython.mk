# micropython.mk - adds the module `netio` to MicroPython's unix port; nothing to the others.

ifeq ($(notdir $(CURDIR)),unix)
SRC_USERMOD_C += $(USERMOD_DIR)/modnetio.c
endif
