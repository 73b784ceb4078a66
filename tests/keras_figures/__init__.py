"""Figures made by Keras 3; README.md in this folder tells how and what they are held to."""

import json
from pathlib import Path
from typing import Any


def keras_figures(kind: str) -> Any:
    """The content of ``<kind>.json``: activations, losses, metrics, optimizers, ..."""
    text = Path(__file__).with_name(f"{kind}.json").read_text(encoding="utf-8")
    return json.loads(text)[kind]
