"""What every system has: tasks, their scheduler and supervisor, capabilities, the loop, logs. It knows no kind of object."""
