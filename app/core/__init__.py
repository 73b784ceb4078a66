"""The numbers: networks, their parts and their training. NumPy only, knows nothing of the web."""
