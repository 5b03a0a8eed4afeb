# micropython.mk - adds the module `qemu` to MicroPython's qemu port; nothing to the others.

ifeq ($(QEMU_MACHINE),virt)
SRC_USERMOD_C += $(addprefix $(USERMOD_DIR)/,modqemu.c start.c)
SRC_USERMOD_LIB_C += $(addprefix $(USERMOD_DIR)/,console.c)
# `start.c` runs the frozen program before the prompt; `console.c` stands between the prompt and the UART.
LDFLAGS_USERMOD += -Wl,--wrap=pyexec_friendly_repl -Wl,--wrap=uart_rx_chr -Wl,--wrap=gc_init
endif
