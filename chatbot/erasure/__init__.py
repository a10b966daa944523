"""Deleted means deleted: every place where words of a conversation may lie, and what takes them out of it."""
