# What a board's memory is used for: `make size`, see tools/check/size.py.
#
# Invariant: without the cross compiler or QEMU it prints what it can and names what is missing.

.PHONY: size

# Print what the runtime, the kernel and the demo's tasks take of a board's memory.
size: build $(if $(and $(shell command -v riscv64-unknown-elf-gcc),$(shell command -v qemu-system-riscv32)),qemu-firmware) ## use of memory
	@$(PYTHON) tools/check/size.py $(BUILD)
