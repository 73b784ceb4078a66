"""Types that the data layer's modules share."""

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Task: TypeAlias = Literal["classification", "regression"]
Range: TypeAlias = tuple[float, float]
"""Low and high end, low < high."""
