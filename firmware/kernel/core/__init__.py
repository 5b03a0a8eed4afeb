"""The parts that every system has: tasks, scheduler, supervisor, capabilities, loop and logs. No file here knows a kind of object."""
