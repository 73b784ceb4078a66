"""Training compiled to machine code: whole epochs in one call that holds no interpreter lock.

Each module of this package needs numba, which takes half a second to import; so nothing imports
them but who makes the engines ready (``app.session.engines``), and only when it is wanted.
"""
