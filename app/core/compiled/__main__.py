"""``python -m app.core.compiled FOLDER``: make the machine code and leave it in a folder.

The server runs this in a process of its own, so that it goes on answering meanwhile.
"""

import os
import sys
from pathlib import Path

from app.core.compiled import compiler


def main() -> None:
    """Make it, at the lowest priority."""
    if hasattr(os, "nice"):
        os.nice(19)
    compiler.load(Path(sys.argv[1]))


main()
