"""What the page shows of a session's time: where it stands, and its branches."""

from collections import Counter
from dataclasses import dataclass

from app.core.losses import LOSSES
from app.core.optimizers import OPTIMIZERS
from app.language import _, ngettext
from app.session import comparison
from app.session.branches import Branch
from app.session.session import Session
from app.session.spec import Spec
from app.session.timeline import Timeline
from app.web.figures import count, figure, short


@dataclass(frozen=True)
class BranchLine:
    """A branch in the list. about: its whole name, where it came from and how its settings differ
    from the present ones, in words. ghost: the number of its curve among those that are compared,
    from 0; None where it is not. why_not: why it cannot be, in words; empty where it can.
    """

    name: str
    current: bool
    epochs: str
    cost: str
    about: str
    ghost: int | None
    why_not: str


@dataclass(frozen=True)
class TimelinePanel:
    """Where a session stands in what was recorded.

    branch: the present one's name. ahead: whether something was recorded after the present moment.
    epoch, last: the present one and that of the end. place: the two in words. changes: what was
    changed by hand on the way, in words. branches: where there is more than one to tell of.
    """

    branch: str
    ahead: bool
    epoch: int
    last: int
    place: str
    changes: str
    branches: tuple[BranchLine, ...]


def timeline_panel(session: Session) -> TimelinePanel:
    """That of a session as it stands."""
    timeline = session.timeline
    epoch, last = session.position.epoch, timeline.recording.epochs
    ghosts = comparison.compared(timeline)
    return TimelinePanel(
        branch=timeline.name,
        ahead=timeline.in_past,
        epoch=epoch,
        last=last,
        place=_place(epoch, last, timeline.in_past),
        changes=_changes(timeline),
        branches=tuple(
            _line(timeline, name, branch, ghosts) for name, branch in timeline.branches.items()
        ),
    )


def _line(timeline: Timeline, name: str, branch: Branch, ghosts: list[str]) -> BranchLine:
    epochs = branch.recording.epochs
    return BranchLine(
        name=name,
        current=name == timeline.name,
        epochs=ngettext("{epochs} epoch", "{epochs} epochs", epochs).format(epochs=count(epochs)),
        cost=figure(branch.at_end.loss),
        about="; ".join([_named(name, branch), *_differences(branch, timeline.run.spec)]),
        ghost=ghosts.index(name) if name in ghosts else None,
        why_not="" if comparison.comparable(timeline, name) else _not_comparable(),
    )


def _not_comparable() -> str:
    return _(
        "Its curve cannot be drawn here: its cost means something else, by another loss, other "
        "penalties or other data."
    )


def _named(name: str, branch: Branch) -> str:
    if branch.parent is None:
        return name
    return _("{name}, from {parent} at epoch {epoch}").format(
        name=name, parent=branch.parent, epoch=count(int(branch.from_epoch))
    )


def _differences(branch: Branch, here: Spec) -> list[str]:
    """How a branch's optimizer and loss at its end differ from the present ones, in words."""
    there = comparison.last_spec(branch.recording)
    rates = (there.optimizer.learning_rate, here.optimizer.learning_rate)
    pairs = [
        (_("optimizer {there}, here {here}"), _optimizer(there), _optimizer(here)),
        (_("learning rate {there}, here {here}"), *map(short, rates)),
        (_("loss {there}, here {here}"), _loss(there), _loss(here)),
    ]
    return [text.format(there=one, here=other) for text, one, other in pairs if one != other]


def _optimizer(spec: Spec) -> str:
    return _(OPTIMIZERS[spec.optimizer.name].title)


def _loss(spec: Spec) -> str:
    return _(LOSSES[spec.loss.name].title)


def _place(epoch: int, last: int, ahead: bool) -> str:
    if ahead:
        return _("epoch {epoch} of {last}").format(epoch=count(epoch), last=count(last))
    return ngettext("{epochs} epoch", "{epochs} epochs", last).format(epochs=count(last))


def _changes(timeline: Timeline) -> str:
    """How often what was changed by hand; where is seen on the curve."""
    made = Counter(change.kind for change in timeline.recording.changes)
    told = []
    if edits := made["edit"]:
        text = ngettext(
            "Weights were set by hand once.", "Weights were set by hand {count} times.", edits
        )
        told.append(text.format(count=count(edits)))
    if specs := made["spec"]:
        text = ngettext(
            "Settings were changed once.", "Settings were changed {count} times.", specs
        )
        told.append(text.format(count=count(specs)))
    return " ".join(told)
