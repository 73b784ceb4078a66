"""Backprop visualizer: a network's training, step by step, with every number in sight."""

__version__ = "0.1.0"
