"""What writes the documents that are made: `docs/generate.py` from the code, `docs/pictures` from the pages."""
