"""The store in one SQLite file; SQL is written here and nowhere else."""

from chatbot.libraries import without

with without("pandas"):
    import sqlite_utils  # noqa: F401
