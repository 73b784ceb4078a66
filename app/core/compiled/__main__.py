"""``python -m app.core.compiled FOLDER``: make the machine code and leave it in a folder.

The server runs this in a process of its own, so that it goes on answering meanwhile. It ends when
its standard input does, which its server holds open.
"""

import os
import sys
import threading
from pathlib import Path


def main() -> None:
    """Make it, at the lowest priority."""
    if hasattr(os, "nice"):
        os.nice(19)
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    # Only now, since importing numba is work too.
    from app.core.compiled import compiler

    compiler.make(Path(sys.argv[1]))


def _end_with_the_server() -> None:
    # Not sys.stdin, whose lock this thread would still hold when Python ends.
    while os.read(0, 1):
        pass
    os._exit(1)


main()
