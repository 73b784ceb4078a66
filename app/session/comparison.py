"""Branches beside the present one: which can be compared with it, which are, and their curves.

A branch can be compared where its loss means the same: the same loss and penalties, over the same
examples. Unless people say otherwise, the one that was left last is, until it is deleted.
"""

from typing import Any

from app.language import _
from app.session.errors import OutOfOrder
from app.session.recording import Recording
from app.session.run import what_a_loss_means
from app.session.spec import Spec
from app.session.timeline import Timeline

GHOST_POINTS = 400
"""About so many points of another branch's curve are sent."""

MOST_GHOSTS = 6
"""More curves at once nobody tells apart."""


def last_spec(recording: Recording) -> Spec:
    """The one in force at a recording's end."""
    return recording.spec_at(len(recording.changes))


def loss_since(recording: Recording) -> int:
    """The epoch from which on the loss has meant what it means at a recording's end."""
    meant = what_a_loss_means(last_spec(recording))
    for number in range(len(recording.changes), 0, -1):
        change = recording.changes[number - 1]
        if change.edit is None and what_a_loss_means(recording.spec_at(number - 1)) != meant:
            return change.epoch
    return 0


def comparable(timeline: Timeline, name: str) -> bool:
    """Whether the cost of a branch means the same as that of the present one."""
    if name == timeline.name:
        return True
    here, there = timeline.run.spec, last_spec(timeline.branches[name].recording)
    if what_a_loss_means(here) != what_a_loss_means(there):
        return False
    if here.seed != there.seed and here.data.source != "inline":
        return False  # drawn otherwise
    # Branches share their data as a rule, and those may be long.
    return here.data is there.data or bool(here.data == there.data)


def compared(timeline: Timeline) -> list[str]:
    """Names of the branches that are compared with the present one, in their order."""
    return _wanted(timeline)[-MOST_GHOSTS:]


def _wanted(timeline: Timeline) -> list[str]:
    """Those that would be compared if all of them could be told apart."""
    others = [name for name in timeline.branches if name != timeline.name]
    last = max(timeline.branches, key=lambda name: timeline.branches[name].left)
    left = last if timeline.branches[last].left else timeline.branch.parent

    def wanted(name: str) -> bool:
        said = timeline.branches[name].compared
        return name == left if said is None else said

    return [name for name in others if wanted(name) and comparable(timeline, name)]


def compare(timeline: Timeline, name: str, shown: bool) -> None:
    """Have a branch compared with the present one, or not.

    Raises BranchNotFound, or OutOfOrder where as many are compared as can be told apart.
    """
    branch = timeline.named(name)
    drawn = compared(timeline)
    if shown and len(drawn) == MOST_GHOSTS and name not in (timeline.name, *drawn):
        message = _(
            "{count} curves are drawn beside the present one already, and more nobody tells apart: "
            "press the line of one of them first to take it away."
        )
        raise OutOfOrder(message.format(count=MOST_GHOSTS))
    branch.compared = shown
    if not shown:
        # None that waited behind those that were drawn takes its place.
        for waiting in set(_wanted(timeline)) - set(drawn):
            timeline.branches[waiting].compared = False


def share_a_past(timeline: Timeline, one: str, other: str) -> bool:
    """Whether two branches began as one."""
    return bool(_line(timeline, one) & _line(timeline, other))


def _line(timeline: Timeline, name: str | None) -> set[str]:
    """A branch and those that it came from."""
    line: set[str] = set()
    while name is not None and name in timeline.branches and name not in line:
        line.add(name)
        name = timeline.branches[name].parent
    return line


def ghost(timeline: Timeline, name: str) -> dict[str, Any]:
    """The curve of a branch that is compared, thinned so that spikes stay.

    whole: whether it is to be seen to its end, however short the present one is.
    """
    branch = timeline.branches[name]
    history = branch.history
    entries = history.entries(0, most=GHOST_POINTS, until=history.recorded)
    values = [branch.at_end.initial["train"], *(entry["train"] for entry in entries)]
    return {
        "name": name,
        "whole": branch.compared is True or share_a_past(timeline, name, timeline.name),
        "loss_since": loss_since(branch.recording),
        "epochs": [0, *(entry["epoch"] for entry in entries)],
        "train": {metric: [value[metric] for value in values] for metric in history.metrics},
    }


def what_is_compared(timeline: Timeline) -> tuple[Any, ...]:
    """Equal to what it was as long as ``branches_frame`` is the same."""
    ghosts = [(name, timeline.branches[name]) for name in compared(timeline)]
    known = ((name, at.history, at.history.recorded, at.compared) for name, at in ghosts)
    return (timeline.name, tuple(timeline.branches), *known)


def branches_frame(timeline: Timeline) -> dict[str, Any]:
    """The branches by name, and the curves of those that are compared with the present one."""
    return {
        "branches": list(timeline.branches),
        "present": timeline.name,
        "ghosts": [ghost(timeline, name) for name in compared(timeline)],
    }
