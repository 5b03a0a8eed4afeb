"""The hardware abstraction layer: one module per port, chosen here. Nothing else in the kernel knows the machine.

Every port provides:

    ticks()                       milliseconds modulo 2^30
    microseconds()                monotonic microseconds
    now()                         the same for the scheduler, in the format of `clock`; never makes an object
    clock(number)                 for sp_time: microseconds; 0: monotonic; 1: since 1970, or None if the machine does not know.
                                  Returns what `Instance.resume` takes: a small int or, on machines where that is too short,
                                  8 bytes in a bytearray that the next call overwrites
    random(buffer, n)             fills buffer[:n] with random bytes fit for keys
    idle(us)                      sleeps until an event, or for that many microseconds, below 2^30 (-1: no timer is running);
                                  returns True if a socket that a task waits for is ready
    write(buffer, n)              writes buffer[:n] to the console
    terminal()                    True if a user sits at a terminal
    catch_interrupts()            from now on Ctrl-C raises KeyboardInterrupt, or makes `interrupted` return True
    interrupted()                 True once after one or more Ctrl-C; False on ports where Ctrl-C raises
    ignore_interrupts()           from now on Ctrl-C is ignored, until catch_interrupts() or until the prompt runs a line
    prompt_at_exit()              MicroPython's prompt, not the shell, follows the program
    reboot()                      restarts the machine
    typed()                       True if a key was pressed and not read yet; always False if there is no prompt yet
    swallow_key()                 reads one such key
    forget_keys()                 discards the keys typed so far
    behind(step)                  from now on calls step() every few ms while Python does something else; None ends that.
                                  Returns False if this machine cannot
    keep(text), kept()            keep() stores a text across a restart if the machine can; kept() returns the last one, or None
    read_file(path), file_size(path), is_directory(path), is_below(path, directory)
                                  access to the files that the system is built from
    storage                       the machine's own files, for kernel.objects.mount: root(path), kind(root, path), names(root, path),
                                  open(root, path, flags), and read, write, size, truncate, close on the handle that open() returns;
                                  each returns an error code on failure
    PINS                          the numbers of the pins that a task may be given
    pin(number, mode, pull, level), pins_off()
                                  pin() sets up a pin and returns an object with `value()` and `value(level)`; pins_off() resets
                                  all pins
    edges(number, which, line)    from now on calls line.edge(us) at each edge of an input (1 falling, 2 rising, 3 both), or counts it
                                  in C; None instead of a line ends that. pins_off() ends it for all pins
    advance()                     runs the steps of simulated pins that are due; returns us until the next step, or -1
    simulate(steps)               sets the script of simulated pins; does nothing on other machines
    picture(names)                lines that show the pins
    SLICE                         fuel of a slice of at most 2 ms

and for the network, where handles are small integers, addresses are 4 bytes, and errors are codes of the ABI:

    open_socket(datagrams)        opens a non-blocking TCP or UDP socket: its handle, or an error
    bind_socket(handle, port)     binds it to a local port: 0 or an error
    connect(handle, address, port)
                                  0, IN_PROGRESS or an error; a later call returns the state of the attempt
    receive(handle, buffer, n), send(handle, buffer, n)
                                  number of bytes moved, AGAIN if the call would block, or another error
    close_socket(handle)
    watch(handle, mask, waiter)   watches for READABLE or WRITABLE; returns a place, or -1 if too many waiters exist
    unwatch(place)                ends that
    watched()                     number of watched sockets
    poll(rouse)                   calls rouse(waiter) for each watched socket that is ready
    nameservers()                 list of "address" or "address:port"
    TLS                           whether TLS is available
"""
import sys

if sys.platform in ("linux", "darwin"):
    from hal.unix import *
elif sys.platform == "qemu":
    from hal.qemu import *
elif sys.platform == "esp32":
    from hal.esp32 import *
else:
    raise ImportError("no HAL for " + sys.platform)
