# micropython.mk - what several C modules share, for MicroPython's qemu port; the ports of the PC need no random stream.

ifeq ($(QEMU_MACHINE),virt)
SRC_USERMOD_LIB_C += $(USERMOD_DIR)/random.c
endif
