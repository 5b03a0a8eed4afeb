# micropython.mk - adds the module `abi` to MicroPython's ports that are built with make.

SRC_USERMOD_C += $(USERMOD_DIR)/modabi.c
