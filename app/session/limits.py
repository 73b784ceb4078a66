"""How large a session may be, and what one request may ask of it."""

MAX_LAYERS = 16
MAX_UNITS = 512
"""Units of one layer."""

MAX_PARAMETERS = 100_000
MAX_VALUES = 5_000_000
"""Training examples times units of all layers: what one pass over all of them computes."""

MAX_EPOCHS = 1_000_000
"""Epochs that a session keeps the history of."""

MAX_KEPT_EPOCHS = 2_000_000
"""Of all branches of a session together."""

MAX_BRANCHES = 20
MAX_CHANGES = 20_000
"""Edits and changes of the spec in one branch."""

MAX_BATCH_SIZE = 100_000
MAX_NAME = 100
"""Characters of a session's name."""

MAX_STEPS = 10_000
"""Epochs, batches or phases that one step request may ask for."""

MAX_STEP_SECONDS = 120.0
"""About how long one step request may take."""

MAX_PREDICTIONS = 10_000
"""Examples in one predict request."""

MAX_RECORD_VALUES = 2_000_000
"""Numbers in one forward or backward record."""

MAX_WAITING = 16
"""Requests that may wait for their turn at one session."""

MIN_EPOCHS_PER_SECOND = 0.01
MAX_EPOCHS_PER_SECOND = 1000.0
"""The slowest and fastest paced play; without a pace it runs as fast as it can."""
