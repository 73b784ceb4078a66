"""What a catalog holds: named entries, each with a text that teaches and its options.

The API's schema, the page's forms and the validation of a spec all read these, so an activation,
loss, optimizer or initializer that has an entry here is known everywhere. Texts are marked with
``N_`` where they stand and translated with ``_`` where they are shown.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
"""Numbers of any shape. The element-by-element formulas run on plain floats just as well."""

Flags: TypeAlias = NDArray[np.bool_]
"""Answers to a comparison, which count as 1 and 0 in a formula."""

OptionValue: TypeAlias = float | int | bool | str | None


@dataclass(frozen=True)
class Option:
    """One setting of an entry.

    low, high: bounds that may be reached. above, below: bounds that may not. choices: the values
    of kind ``choice``. optional: None is allowed and switches the setting off.
    """

    name: str
    kind: Literal["float", "int", "bool", "choice", "text"]
    default: OptionValue
    doc: str
    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None
    choices: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True)
class Entry:
    """A named thing to choose: its name in a spec, a title, a text for learners, its options."""

    name: str
    title: str
    doc: str
    options: tuple[Option, ...] = ()

    @property
    def defaults(self) -> dict[str, OptionValue]:
        """Every option at its default."""
        return {option.name: option.default for option in self.options}
