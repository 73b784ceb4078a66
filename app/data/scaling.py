"""Standardising: inputs moved to mean 0 and stretched to deviation 1."""

from dataclasses import dataclass

import numpy as np

from app.data.array_types import Floats

# A column whose values differ by no more than rounding, or by less than a number whose
# reciprocal would overflow, counts as constant.
_ROUNDING = 1e-12
_TINY = 1e-100


@dataclass(frozen=True, eq=False)
class Scaling:
    """What standardising subtracts from each input, and what it divides by.

    mean, deviation: (features,). The deviation is the population's (divided by n); where a column
    is constant it is 1, so that the column becomes 0.
    """

    mean: Floats
    deviation: Floats

    @classmethod
    def of(cls, inputs: Floats) -> "Scaling":
        """The scaling that standardises ``inputs``: (examples, features), at least one example."""
        low, high = inputs.min(axis=0), inputs.max(axis=0)
        constant = high - low <= np.maximum(_TINY, _ROUNDING * np.maximum(abs(low), abs(high)))
        # The mean of equal numbers need not be that number: rounding would be blown up to 1.
        mean = np.where(constant, low, inputs.mean(axis=0))
        centred = inputs - mean
        # Divided by the largest first, so that squares neither overflow nor vanish.
        largest = np.where(constant, 1.0, abs(centred).max(axis=0))
        deviation = largest * np.sqrt(np.mean((centred / largest) ** 2, axis=0))
        return cls(mean, np.where(constant, 1.0, deviation))

    def apply(self, inputs: Floats) -> Floats:
        """Standardised inputs, (examples, features), from raw ones."""
        return (inputs - self.mean) / self.deviation

    def undo(self, inputs: Floats) -> Floats:
        """Raw inputs, (examples, features), from standardised ones."""
        return inputs * self.deviation + self.mean
