"""What is remembered: a protocol for each area, and one SQLite file behind them, opened as a `Store`."""

from chatbot.store.protocol import Store
from chatbot.store.sqlite.store import open_store

__all__ = ["Store", "open_store"]
