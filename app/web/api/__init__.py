"""The REST face of the sessions (``/api``): commands in, State and records out."""
