# micropython.mk - adds the module `hostfs` to a MicroPython port that is built with make.

SRC_USERMOD_C += $(USERMOD_DIR)/modhostfs.c
