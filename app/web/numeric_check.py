"""The numeric check of a gradient, in words."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.language import _, ngettext
from app.web.figures import count as counted
from app.web.figures import precise

MOST_DIGITS = 15
"""A double has no more."""


@dataclass(frozen=True)
class NumericCheck:
    """The gradient by central differences, and how far the two agree; empty where they do not.

    about: of which examples it is, where there are several. kink: the slope depends on the side it
    is taken from, so that the difference is no judge.
    """

    about: str
    figure: str
    agreement: str
    kink: bool


def numeric_check(explanation: Mapping[str, Any]) -> NumericCheck:
    """Of an explanation's gradient."""
    numeric = explanation["numeric"]
    return NumericCheck(
        about=over_all(explanation),
        figure=precise(numeric["gradient"]),
        agreement=agreement(numeric["relative_error"]),
        kink=numeric["kink"],
    )


def over_all(explanation: Mapping[str, Any]) -> str:
    """Of which examples a gradient is, where there are several."""
    count = explanation["examples_total"]
    if count == 1:
        return ""
    text = _("mean over all {count} examples")
    if explanation["over"] == "batch":
        text = _("mean over the {count} examples of the batch")
    return text.format(count=counted(count))


def agreement(relative_error: float) -> str:
    """To how many digits two numbers agree that differ by so much; empty where to none."""
    if relative_error == 0.0:
        return _("the two agree to the last digit")
    if not relative_error < 0.1:
        return ""
    digits = min(MOST_DIGITS, math.floor(-math.log10(relative_error)))
    text = ngettext("the two agree to {digits} digit", "the two agree to {digits} digits", digits)
    return text.format(digits=digits)
