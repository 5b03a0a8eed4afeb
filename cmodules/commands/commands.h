/* generated from the docstrings of firmware/kernel/shell by tools/generate/gen_commands.py: do not edit */

/* Characters of the longest signature. */
#define COMMANDS_WIDTH "25"
/* X(name, module of kernel.shell, signature, first sentence, help text) */
#define COMMANDS(X) \
    X(help, MP_QSTRnull, "help(command)", "Shows this list, or tells one command: help(\"ps\")", \
        "help(command=None)\n  Shows this list, or tells one command: help(\"ps\").") \
    X(boot, MP_QSTR_running, "boot(path, input)", "Builds the system of a manifest; `run` starts it", \
        "boot(path, input=None)\n  Builds the system of a manifest; `run` starts it.\n  `input`: a host file to be /input instead of the one the manifest names.\n  Raises ManifestError; an older system is ended first.") \
    X(check, MP_QSTR_running, "check(path)", "Checks a manifest or a module and runs nothing", \
        "check(path)\n  Checks a manifest or a module and runs nothing. Of a manifest: all that it\n  names - files, modules, room in the arena. Of a module, a file called .wasm:\n  whether it is valid, what it imports and exports, how much memory it takes.\n  Raises ManifestError; an older system is ended first, since the arena is\n  needed.") \
    X(module, MP_QSTR_running, "module(path)", "Tells what a module is, without running it", \
        "module(path)\n  Tells what a module is, without running it. Whether it is valid, what it\n  imports and exports, how much memory it takes, or why it cannot run here and\n  what to do about that.\n  Raises ManifestError.") \
    X(audit, MP_QSTR_running, "audit(path, policy, form)", "Shows what each task of a manifest may reach", \
        "audit(path, policy=None, form='table')\n  Shows what each task of a manifest may reach. That is its grants with their\n  rights and the calls that can use them, what is granted or imported for\n  nothing, and where a policy's rules do not hold. Starts nothing.\n  `policy`: a file of rules, see kernel/boot/audit.py; `form`: \"table\", \"json\"\n  or \"dot\", a picture for Graphviz. Returns whether the rules hold. Raises\n  ManifestError.") \
    X(run, MP_QSTR_running, "run(seconds)", "Runs the system until every task is over", \
        "run(seconds=None)\n  Runs the system until every task is over. Goes on where it stopped; `seconds`\n  is a limit. Ctrl-C stops it and gives the prompt back; on a board any other\n  key gives it too, and the system runs on behind it.") \
    X(background, MP_QSTR_running, "background()", "Lets the system run on behind the prompt", \
        "background()\n  Lets the system run on behind the prompt. Behind your programs too, at half\n  the speed or more. Raises ValueError where this machine cannot.") \
    X(pause, MP_QSTR_running, "pause()", "Stops the system that runs behind the prompt", \
        "pause()\n  Stops the system that runs behind the prompt. `background` and `run` go on.") \
    X(ps, MP_QSTR_tasks, "ps()", "Shows every task", \
        "ps()\n  Shows every task. State, priority, share of the processor since the last look,\n  fuel and system calls so far, bytes of its region used at the peak and in all,\n  restarts, and what it waits for or how it ended.") \
    X(top, MP_QSTR_tasks, "top(seconds, count)", "Runs the system and shows the busiest tasks", \
        "top(seconds=1, count=10)\n  Runs the system and shows the busiest tasks. At most `count` of them, after so\n  many seconds.") \
    X(kill, MP_QSTR_tasks, "kill(name)", "Ends a task as a fault does", \
        "kill(name)\n  Ends a task as a fault does. It leaves a crash record that shows where it was,\n  and its fault policy decides what comes next. Raises ValueError where there is\n  no such task.") \
    X(stop, MP_QSTR_tasks, "stop(name)", "Ends a task, whatever its fault policy says", \
        "stop(name)\n  Ends a task, whatever its fault policy says. `start` begins it anew. Raises\n  ValueError where there is none.") \
    X(start, MP_QSTR_tasks, "start(name)", "Begins a task that is over anew", \
        "start(name)\n  Begins a task that is over anew. It is as after booting. Raises ValueError\n  where there is none, or it is not over.") \
    X(restart, MP_QSTR_tasks, "restart(name)", "Ends a task and begins it anew", \
        "restart(name)\n  Ends a task and begins it anew. It may be over already. Raises ValueError\n  where there is no such task.") \
    X(crash, MP_QSTR_tasks, "crash(name, file)", "Shows crash records, or writes one to a file", \
        "crash(name=None, file=None)\n  Shows crash records, or writes one to a file. Of a task, or of all that have\n  one: reason, backtrace, fuel, the last system calls.\n  `file`: where to write it instead, as JSON for `make backtrace`. Raises\n  ValueError where there is none to write.") \
    X(log, MP_QSTR_tasks, "log(name)", "Shows what is left in the log rings", \
        "log(name=None)\n  Shows what is left in the log rings. Of a task, or of all; lines that never\n  reached the console too.") \
    X(revoke, MP_QSTR_tasks, "revoke(name, granted)", "Takes an object away from every task", \
        "revoke(name, granted)\n  Takes an object away from every task. It is the one that the task `name` was\n  granted under that name.\n  Raises ValueError where the task holds nothing of that name.") \
    X(caps, MP_QSTR_tasks, "caps(name)", "Shows the capabilities a task holds", \
        "caps(name)\n  Shows the capabilities a task holds. Identifier, name, rights, what it is.") \
    X(ls, MP_QSTR_files, "ls(path)", "Shows a directory of the RamFS", \
        "ls(path='/')\n  Shows a directory of the RamFS. Of a file: its own entry.") \
    X(rm, MP_QSTR_files, "rm(path)", "Removes a file or an empty directory of the RamFS", \
        "rm(path)\n  Removes a file or an empty directory of the RamFS. A task that has the file\n  open keeps it until it closes it.") \
    X(cat, MP_QSTR_files, "cat(path)", "Shows a file of the RamFS", \
        "cat(path)\n  Shows a file of the RamFS. What is not printable is shown as escapes.") \
    X(version, MP_QSTR_machine, "version()", "Shows the versions and the machine", \
        "version()\n  Shows the versions and the machine. Those of the system, of the ABI and of\n  MicroPython.") \
    X(board, MP_QSTR_machine, "board()", "Shows the machine's pins", \
        "board()\n  Shows the machine's pins. Direction, level (voltage), pull, and which task has\n  them under which name.") \
    X(net, MP_QSTR_machine, "net()", "Shows what tasks may use of the network", \
        "net()\n  Shows what tasks may use of the network. Their connections as well, those on\n  their way too.") \
    X(dmesg, MP_QSTR_machine, "dmesg()", "Shows the last lines of the kernel's own log", \
        "dmesg()\n  Shows the last lines of the kernel's own log.") \
    X(mem, MP_QSTR_machine, "mem()", "Shows where the memory is", \
        "mem()\n  Shows where the memory is. The arena and its regions, the RamFS, MicroPython's\n  heap.")
