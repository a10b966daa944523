"""A run from outside: one at a time, in a folder of its own, tracked, stopped and gone on with."""
