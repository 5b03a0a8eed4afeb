# micropython.mk - adds the module `interrupts` to MicroPython's unix port; nothing to the others.

ifeq ($(notdir $(CURDIR)),unix)
SRC_USERMOD_C += $(USERMOD_DIR)/modinterrupts.c
LDFLAGS_USERMOD += -Wl,--wrap=mp_hal_set_interrupt_char
endif
