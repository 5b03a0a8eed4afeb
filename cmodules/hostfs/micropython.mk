# micropython.mk - adds the module `hostfs` to MicroPython's unix port; nothing to the others.

ifeq ($(notdir $(CURDIR)),unix)
SRC_USERMOD_C += $(USERMOD_DIR)/modhostfs.c
endif
