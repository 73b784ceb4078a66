"""The branches of a session by name, in the order in which they were made."""

from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from app.language import _
from app.session import limits
from app.session.errors import BranchNotFound, OutOfOrder, SpecError
from app.session.history import History
from app.session.keyframes import Keyframes
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
    name = " ".join(name.split())
    # An address would be read otherwise with a slash in it, or with nothing but dots.
    plain = name.strip(".") and "/" not in name and name.isprintable()
    if not plain or len(name) > limits.MAX_NAME:
        detail = _("Give a name of 1 to {most} characters, without a slash, not just dots.")
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


def make_room(branches: Branches, coming: Branch, present: str) -> None:
    """Let the oldest go that nobody gave a name, where there are too many with one to come.

    Raises OutOfOrder where none may go; the present one never does.
    """

    def too_much() -> bool:
        epochs = sum(branch.recording.epochs for branch in (coming, *branches.values()))
        return len(branches) >= limits.MAX_BRANCHES or epochs > limits.MAX_KEPT_EPOCHS

    while too_much():
        others = (n for n, branch in branches.items() if not branch.named and n != present)
        oldest = next(others, None)
        if oldest is None:
            detail = _(
                "A session keeps at most {branches} branches, of {epochs} epochs in all. "
                "Delete one first."
            )
            raise OutOfOrder(
                detail.format(branches=limits.MAX_BRANCHES, epochs=limits.MAX_KEPT_EPOCHS)
            )
        forget(branches, oldest)
