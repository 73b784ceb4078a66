"""What play was asked for, how far it has come, and why it ended."""

import math
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from app.language import _
from app.session import limits
from app.session.errors import SpecError

EndReason: TypeAlias = Literal[
    "epoch", "loss", "stopped", "most_epochs", "unwatched", "not_kept", "restart"
]
"""Why play ended by itself. stopped: training could not go on. not_kept: see CannotKeep. restart:
the server ended meanwhile."""


@dataclass(frozen=True)
class Until:
    """Where play ends: at an epoch, or at the first after which the train loss, as evaluate reports
    it, is below a bound; where both are given, at the one that comes first.
    """

    epoch: int | None = None
    loss_below: float | None = None

    def check(self, epochs: int) -> None:
        """Raises SpecError where play would make no sense with it. epochs: those done."""
        errors = []
        if self.epoch is None and self.loss_below is None:
            errors.append(("/until", _("Give an epoch, a cost to come below, or both.")))
        if self.epoch is not None and not epochs < self.epoch <= limits.MAX_EPOCHS:
            detail = _("Give an epoch that is still to come: above {epochs} and at most {most}.")
            errors.append(("/until/epoch", detail.format(epochs=epochs, most=limits.MAX_EPOCHS)))
        if self.loss_below is not None and not 0 < self.loss_below < math.inf:
            errors.append(("/until/loss_below", _("Give a cost above 0 to come below.")))
        if errors:
            raise SpecError(errors)


@dataclass
class Playing:
    """Play as it was asked for and as it goes.

    epochs_per_second: None for as fast as the machine can. from_epoch, from_loss: where the
    session stood when it began. reached: epochs a second as they really come, of late; before any
    has, as asked for.
    """

    epochs_per_second: float | None
    until: Until | None = None
    from_epoch: int = 0
    from_loss: float = math.nan
    reached: float | None = None

    @property
    def last_epoch(self) -> int:
        """The one that play goes no further than."""
        return (self.until and self.until.epoch) or limits.MAX_EPOCHS

    @property
    def loss_below(self) -> float:
        """Play ends at the first epoch whose train loss is below this."""
        below = self.until.loss_below if self.until else None
        return -math.inf if below is None else below

    def share(self, epoch: int, loss: float) -> float | None:
        """How much of the way to its end is behind it, 0 to 1; None for play without an end.

        The way to a loss is measured by its orders of magnitude.
        """
        if self.until is None:
            return None
        shares: list[float] = [0.0]
        if self.until.epoch is not None:
            shares.append((epoch - self.from_epoch) / (self.until.epoch - self.from_epoch))
        if self.until.loss_below is not None:
            bound = self.until.loss_below
            if self.from_loss > bound and loss > 0:
                shares.append(math.log(self.from_loss / loss) / math.log(self.from_loss / bound))
        return min(max(shares), 1.0)

    def seconds_left(self, epoch: int) -> float | None:
        """To the epoch where it ends, at the pace really reached; None where there is neither."""
        if self.until is None or self.until.epoch is None or not self.reached:
            return None
        return max(0, self.until.epoch - epoch) / self.reached

    def described(self, epoch: int) -> dict[str, Any]:
        """As the REST contract writes it. epoch: where the session stands."""
        until = self.until
        return {
            "epochs_per_second": self.epochs_per_second,
            "until": until and {"epoch": until.epoch, "loss_below": until.loss_below},
            "from_epoch": self.from_epoch,
            "seconds_left": self.seconds_left(epoch),
        }


@dataclass(frozen=True)
class PlayEnd:
    """Play ended by itself: why, what it had been asked, and after which epoch and update."""

    reason: EndReason
    playing: Playing
    epoch: int
    update: int

    def described(self) -> dict[str, Any]:
        """As the REST contract writes it."""
        return {"reason": self.reason, "epoch": self.epoch}
