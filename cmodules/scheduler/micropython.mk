# micropython.mk - adds the module `scheduler` to MicroPython's ports that are built with make.

CFLAGS_USERMOD += -I$(USERMOD_DIR)
SRC_USERMOD_C += $(addprefix $(USERMOD_DIR)/,modscheduler.c run.c queues.c timers.c deadline.c block.c)
