"""A connection that is closed with the last that refers to it, such as the thread that opened it."""

import contextlib
import sqlite3


class Connection(sqlite3.Connection):
    """Closes itself: nobody tells when a thread of a server ends, and Python warns of one that nobody closed."""

    def __del__(self) -> None:
        with contextlib.suppress(sqlite3.ProgrammingError):  # one that could not be opened
            self.close()
