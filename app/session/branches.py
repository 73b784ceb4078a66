"""The branches of a session by name, in the order in which they were made."""

from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from app.language import _
from app.session import limits
from app.session.errors import BranchNotFound, OutOfOrder, SpecError
from app.session.history import History
from app.session.keyframes import Keyframes
from app.session.naming import can_be_shown, tidied
from app.session.recording import Recording


class AtEnd(NamedTuple):
    """What is evaluated at the end of a branch.

    loss: over the train examples. initial: before the first epoch, with the loss that was in force
    from then on.
    """

    loss: float
    initial: dict[str, Any]


@dataclass
class Branch:
    """A recording with its history and keyframes.

    named: by a person. parent: the branch that it came from, where it came from one. from_epoch:
    where it left it, within an epoch as a fraction. left: at which switch it was last left; the
    larger the later, 0 for never. compared: whether people want it compared with the present one;
    None where nobody has said.
    """

    recording: Recording
    history: History
    keyframes: Keyframes
    at_end: AtEnd
    named: bool = False
    parent: str | None = None
    from_epoch: float = 0.0
    left: int = 0
    compared: bool | None = None

    @property
    def own_epochs(self) -> float:
        """How many were trained in it since it left the one that it came from."""
        return self.recording.epochs - self.from_epoch

    @property
    def worthless(self) -> bool:
        """Whether nothing is lost with it: untrained, and nobody gave it a name."""
        return self.recording.end.update == 0 and not self.named


Branches: TypeAlias = dict[str, Branch]


class Labels(NamedTuple):
    """What people see of a branch beside its recording, as it was."""

    branch: Branch
    at_end: AtEnd
    named: bool
    parent: str | None
    left: int
    compared: bool | None

    @classmethod
    def of(cls, branch: Branch) -> "Labels":
        """Those that a branch has now."""
        return cls(branch, branch.at_end, branch.named, branch.parent, branch.left, branch.compared)

    def put_back(self) -> None:
        """The branch has them again."""
        branch = self.branch
        branch.at_end, branch.named, branch.parent = self.at_end, self.named, self.parent
        branch.left, branch.compared = self.left, self.compared


def found(branches: Branches, name: str) -> Branch:
    """The branch of this name. Raises BranchNotFound."""
    if name not in branches:
        raise BranchNotFound(name, tuple(branches))
    return branches[name]


def new_name(branches: Branches, name: str) -> str:
    """A name as people type it, tidied. Raises SpecError for one that cannot be."""
    name = tidied(name)
    # An address would be read otherwise with a slash in it, or with nothing but dots.
    if not name.strip(".") or "/" in name or not can_be_shown(name):
        detail = _(
            "Give a name of 1 to {most} characters that can be seen, without a slash, not just "
            "dots."
        )
        raise SpecError([("/name", detail.format(most=limits.MAX_NAME))])
    if name in branches:
        raise SpecError([("/name", _("There is a branch of this name already."))])
    return name


def renamed(branches: Branches, name: str, new: str) -> Branches:
    """With another name for one of them, in the same order. Raises BranchNotFound, or SpecError."""
    branch = found(branches, name)
    new = new if new == name else new_name(branches, new)
    branch.named = True
    for other in branches.values():
        other.parent = new if other.parent == name else other.parent
    return {new if called == name else called: other for called, other in branches.items()}


def most_epochs(branches: Branches, present: str) -> int:
    """As many as the present branch may have beside the others."""
    if len(branches) == 1:
        return limits.MAX_EPOCHS
    others = (branch.recording.epochs for name, branch in branches.items() if name != present)
    return min(limits.MAX_EPOCHS, limits.MAX_KEPT_EPOCHS - sum(others))


def forget(branches: Branches, name: str) -> None:
    """Let one go; those that came from it come from none."""
    del branches[name]
    for other in branches.values():
        other.parent = None if other.parent == name else other.parent


def make_room(branches: Branches, coming: Branch, present: str) -> str | None:
    """Let one go where there are too many with one to come; gives its name.

    It is the one that was trained least since it began, of those that nobody gave a name, the
    oldest of several; never the present one. Raises OutOfOrder where none may go, or where the
    epochs of all are too many.
    """
    epochs = sum(branch.recording.epochs for branch in (coming, *branches.values()))
    others = [name for name, branch in branches.items() if not branch.named and name != present]
    if len(branches) < limits.MAX_BRANCHES and epochs <= limits.MAX_KEPT_EPOCHS:
        return None
    if not others or epochs > limits.MAX_KEPT_EPOCHS:
        detail = _(
            "A session keeps at most {branches} branches, of {epochs} epochs in all. "
            "Delete one first."
        )
        raise OutOfOrder(detail.format(branches=limits.MAX_BRANCHES, epochs=limits.MAX_KEPT_EPOCHS))
    least = min(others, key=lambda name: branches[name].own_epochs)
    forget(branches, least)
    return least
