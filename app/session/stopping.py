"""Why training cannot go on, and what to try."""

from dataclasses import dataclass
from typing import Literal

from app.language import _


@dataclass(frozen=True)
class Stopped:
    """Why training cannot go on.

    learning_rate: the one it stopped with. smaller_rate: one that is worth trying. untrained: it
    has never moved from its starting values.
    """

    reason: Literal["overflow", "no_gradient"]
    learning_rate: float
    smaller_rate: float
    untrained: bool = False

    @property
    def detail(self) -> str:
        """What happened, in the language in use."""
        if self.reason == "overflow":
            return _(
                "Training stopped: the next update would make numbers too large for the computer. "
                "The step is too large, so each one overshoots further than the last."
            )
        return _(
            "Training stopped: every gradient has vanished although the outputs are still wrong. "
            "The units are saturated or dead, so no signal comes back through them."
        )

    @property
    def advice(self) -> str:
        """What to try, in the language in use."""
        if self.reason == "overflow":
            return _(
                "Try a learning rate of {rate:g} instead of {present:g}, or set clipnorm to 1, "
                "then reset."
            ).format(rate=self.smaller_rate, present=self.learning_rate)
        if self.untrained:
            return _(
                "They have been so from the start: try other starting weights, such as another "
                "seed's, or another activation."
            )
        return _("Reset, and try a learning rate of {rate:g} instead of {present:g}.").format(
            rate=self.smaller_rate, present=self.learning_rate
        )

    def described(self) -> dict[str, str]:
        """As the REST contract writes it."""
        return {"reason": self.reason, "detail": self.detail, "advice": self.advice}
