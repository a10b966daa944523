"""What is remembered: one SQLite file, opened as a `Store`."""

from chatbot.store.store import Store, open_store

__all__ = ["Store", "open_store"]
