# `make size` prints the use of a board's memory, see tools/check/size.py.
#
# Invariant: without the cross compiler or QEMU it prints the figures that it can and names the missing tools.

.PHONY: size

# Print what the runtime, the kernel and the demo's tasks take of a board's memory.
size: build $(if $(and $(shell command -v riscv64-unknown-elf-gcc),$(shell command -v qemu-system-riscv32)),qemu-firmware) ## use of memory
	@$(PYTHON) tools/check/size.py $(BUILD)
