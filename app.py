"""Wire settings, store, engine, pages and API together, and serve them.

    python app.py [--host H] [--port P] [--no-train]

Holds no behaviour of its own. Training runs in a process of its own, started from here or from `/operate`.
"""
