"""The machine, as the kernel sees it: one module per port, chosen here. Nothing else in the kernel knows the machine.

What every port provides:

    ticks()                       milliseconds, counting round within 2^30
    microseconds()                monotonic
    now()                         the same, for every slice: as `clock` gives it, and never a new object
    clock(number)                 for sp_time: microseconds, with 0 monotonic and with 1 since 1970, there None where the
                                  machine does not know. As `Instance.resume` takes it: an int or, where that would be an
                                  object, 8 bytes in a bytearray that the next call fills again
    random(buffer, n)             fills buffer[:n] with random bytes fit for keys
    idle(us)                      sleeps until an event or that many microseconds (-1: no timer is running), below 2^30;
                                  True where a socket that a task waits for is ready
    write(buffer, n)              puts buffer[:n] on the console
    terminal()                    True where a user sits at a terminal
    catch_interrupts()            Ctrl-C raises KeyboardInterrupt from now on, or makes `interrupted` true
    interrupted()                 True once after any number of them, where it raises nothing
    ignore_interrupts()           Ctrl-C is ignored from now on, until that is called or the prompt runs a line
    prompt_at_exit()              MicroPython's prompt follows the program instead of the shell
    reboot()                      starts the machine anew
    typed()                       True where a key was pressed that was not read yet; never where there is no prompt yet
    swallow_key()                 reads one such key
    forget_keys()                 drops what was typed until now
    behind(step)                  calls step() every few ms from now on, while Python does something else (None: no more);
                                  False where this machine cannot
    keep(text), kept()            keeps a text across a restart of the machine, where the machine can; the last one, or None
    read_file(path), file_size(path), is_directory(path), is_below(path, directory)
                                  the files of the machine the system is built from
    storage                       the machine's own files, for kernel.objects.mount: root(path), kind(root, path), names(root, path),
                                  open(root, path, flags), and of what that gave read, write, size, truncate, close;
                                  each gives an error code where it fails
    PINS                          numbers of the pins a task may be given
    pin(number, mode, pull, level), pins_off()
                                  sets one up, as an object with `value()` and `value(level)`; leaves all alone again
    edges(number, which, line)    from now on calls line.edge(us) at each edge of an input (1 falling, 2 rising, 3 both), or counts it in C;
                                  with None instead of a line no longer. pins_off() ends all of them
    advance()                     lets happen what is to happen to simulated pins by now; us until the next of it, or -1
    simulate(steps)               what happens to the pins from outside, where they are simulated; else nothing
    picture(names)                lines that show the pins
    SLICE                         fuel of a slice of at most 2 ms

and for the network, where handles are small integers, addresses are 4 bytes, and errors are codes of the ABI:

    open_socket(datagrams)        a non-blocking TCP or UDP socket: its handle, or an error
    bind_socket(handle, port)     gives it that local port: 0 or an error
    connect(handle, address, port)
                                  0, IN_PROGRESS or an error; called again it tells how the attempt stands
    receive(handle, buffer, n), send(handle, buffer, n)
                                  bytes moved, AGAIN where that would have to wait, or another error
    close_socket(handle)
    watch(handle, mask, waiter)   waits for READABLE or WRITABLE: a place, or -1 where too many wait
    unwatch(place)                ends that
    watched()                     how many sockets are waited for
    poll(rouse)                   calls rouse(waiter) for each that is ready
    nameservers()                 list of "address" or "address:port"
    TLS                           whether there is TLS
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
