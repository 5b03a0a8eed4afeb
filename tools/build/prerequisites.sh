#!/bin/sh
# Names every missing prerequisite of the build, with the command that installs it.
#
# usage: tools/build/prerequisites.sh [micropython-source: download|given] [qemu]
#
# Checks what a fresh Debian 12 may lack. Reports everything at once, since
# being told of one missing package after the other costs an install each.
# Exit code 0: nothing is missing. 1: something is, and standard error says what.
# Plain POSIX shell: this must run where neither Python nor bash is there.

set -u

micropython_source=${1:-download}
machine=${2:-}          # qemu: what the RISC-V firmware needs besides
missing_packages=
missing_things=

missing() {   # package, what it is for
    missing_packages="$missing_packages $1"
    missing_things="$missing_things
  $1: $2"
}

have() { command -v "$1" >/dev/null 2>&1; }

have git || missing git "the git command"
have make || missing make "the make command"
if have gcc; then
    # gcc only recommends the C library's headers, so it can be there without them.
    echo '#include <stdio.h>' | gcc -E - >/dev/null 2>&1 ||
        missing libc6-dev "the C library's headers"
else
    missing gcc "the C compiler (gcc)"
    missing libc6-dev "the C library's headers"
fi
if have python3; then
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        missing python3 "Python 3.11 or later (found: $(python3 --version 2>&1))"
    # Debian splits venv and its bundled pip from Python itself.
    python3 -c 'import venv, ensurepip' 2>/dev/null ||
        missing python3-venv "Python's venv module"
else
    missing python3 "Python 3.11 or later"
    missing python3-venv "Python's venv module"
fi

if [ "$machine" = qemu ]; then
    if have riscv64-unknown-elf-gcc; then
        # The compiler only recommends a C library; without one it still says where its specs would be.
        [ "$(riscv64-unknown-elf-gcc --print-file-name=picolibc.specs)" != picolibc.specs ] ||
            missing picolibc-riscv64-unknown-elf "the C library of the cross compiler"
    else
        missing gcc-riscv64-unknown-elf "the RISC-V cross compiler"
        missing picolibc-riscv64-unknown-elf "the C library of the cross compiler"
    fi
    have qemu-system-riscv32 || missing qemu-system-misc "the RISC-V emulator"
fi

if [ -n "$missing_packages" ]; then
    {
        echo "make: SovelmaOS needs what this machine does not have:$missing_things"
        echo "Install it with:"
        echo "  sudo apt-get install$missing_packages"
    } >&2
    exit 1
fi

if [ "$micropython_source" = download ] && ! have apt-get; then
    {
        echo "make: MicroPython's sources come from Debian's archive, and this machine has no apt-get."
        echo "Give a checkout of MicroPython v1.25.0 instead:"
        echo "  git clone --branch v1.25.0 REPOSITORY micropython && make MICROPYTHON_DIR=\$PWD/micropython"
    } >&2
    exit 1
fi
