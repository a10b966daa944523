"""Improves the answers: from feedback to a snapshot, a fine-tune, a verdict, and a version that goes live.

`python -m training cycle` does all of it; the `/operate` page starts the same. Imports `chatbot`, never the reverse.
"""
