"""A self-hosted domain chatbot that answers people from a pack of policies and past answers.

`app.py` serves it in a browser, `python -m chatbot` talks to it from a terminal. This package answers and
remembers; improving the answers is the business of `training`, which imports this one and never the reverse.
"""
