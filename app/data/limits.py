"""How much data a session may hold, whatever its source."""

MAX_EXAMPLES = 20_000
"""Training and test examples together."""

MAX_FEATURES = 128
"""Inputs of one example."""

MAX_OUTPUTS = 64
"""Targets of one example, and classes of a named target."""

MAX_MAGNITUDE = 1e100
"""Largest absolute value of an input or target: squares and their sums stay finite."""

MAX_TEXT = 1_000_000
"""Characters of an uploaded CSV text."""

MAX_NAME = 100
"""Characters of a column's or class's name."""
