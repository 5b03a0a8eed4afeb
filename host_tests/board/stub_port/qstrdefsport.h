// The stub port adds no names of its own.
