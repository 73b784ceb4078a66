"""A cost curve so small that it stands in a line of text: its shape, without axes."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.language import _, ngettext
from app.web.figures import count, figure

WIDTH, HEIGHT = 112.0, 32.0
MARGIN = 3.0
"""In the units of the drawing; the margin leaves room for the dot."""


@dataclass(frozen=True)
class Sparkline:
    """A curve as paths of SVG. behind, ahead: up to where the session stands, and from there on;
    "" where there is nothing to draw. x, y: where that is. said: what it shows, in words.
    """

    behind: str
    ahead: str
    x: str
    y: str
    said: str


def sparkline(points: Sequence[tuple[int, float]], epoch: int) -> Sparkline:
    """The curve of costs by epoch. epoch: where the session stands."""
    if not points:
        return Sparkline("", "", "", "", _("no cost yet"))
    last = max(points[-1][0], 1)
    costs = [cost for _epoch, cost in points]
    low, high = min(costs), max(costs)
    placed = [
        (
            MARGIN + (WIDTH - 2 * MARGIN) * at / last,
            HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * _share(cost, low, high),
        )
        for at, cost in points
    ]
    here = max(index for index, (at, _cost) in enumerate(points) if at <= max(epoch, points[0][0]))
    x, y = placed[here]
    epochs = points[-1][0]
    said = ngettext(
        "Cost from {first} to {last} in {epochs} epoch",
        "Cost from {first} to {last} in {epochs} epochs",
        epochs,
    ).format(first=figure(costs[0]), last=figure(costs[-1]), epochs=count(epochs))
    behind, ahead = _path(placed[: here + 1]), _path(placed[here:])
    return Sparkline(behind, ahead, f"{x:.1f}", f"{y:.1f}", said)


def _share(cost: float, low: float, high: float) -> float:
    """How high it is between the lowest and the highest; half way where these are the same."""
    return (cost - low) / (high - low) if high > low else 0.5


def _path(points: Sequence[tuple[float, float]]) -> str:
    if len(points) < 2:
        return ""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
