"""How a test tells a figure that people want to see, and that a busy machine would make a bad assertion."""

from collections.abc import Callable

Measured = Callable[[str, float], None]
"""Takes down a figure and what it is, unit first."""
