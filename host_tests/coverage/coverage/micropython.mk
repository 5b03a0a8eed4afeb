# micropython.mk - adds the module `_coverage` to the instrumented firmware.

SRC_USERMOD_C += $(USERMOD_DIR)/modcoverage.c
