"""The sentences on a session's time: back in it, forth to its end, and across to other branches."""

from markupsafe import Markup

from app.language import _, ngettext
from app.session.limits import MAX_BRANCHES
from app.session.session import Session
from app.web.figures import count as counted
from app.web.figures import figure
from app.web.phrases import batch_count, fill, train_cost


def rewound(session: Session) -> Markup:
    """Where it stands after it was moved within what was recorded."""
    position, branch = session.position, session.timeline.name
    if not session.timeline.in_past:
        return at_end(session)
    words = {
        "epoch": counted(position.epoch),
        "next": counted(position.epoch + 1),
        "batch": counted(position.batch),
        "hand": counted(position.batch + 1),
        "batches": counted(batch_count(session)),
        "branch": branch,
        "cost": figure(train_cost(session)),
    }
    if position.phase == "forward" or position.layer is not None:
        text = _("Back in epoch {next}: batch {hand} of {batches} is on its way.")
        return fill(text, **words)
    if position.phase == "backward":
        text = _(
            "Back in epoch {next}: batch {hand} of {batches} has its gradients, and Update has yet "
            "to apply them."
        )
        return fill(text, **words)
    if position.batch > 0:
        text = _("Back in epoch {next}, after batch {batch} of {batches}: the cost was {cost}.")
    elif position.epoch > 0:
        text = _("Back where epoch {epoch} ended: the cost was {cost}.")
    else:
        text = _("Back at the start of {branch}: the cost was {cost}.")
    return fill(text, **words)


def at_end(session: Session) -> Markup:
    """At the end of a branch."""
    epochs = session.position.epoch
    return fill(
        ngettext(
            "At the end of {branch}, after {epochs} epoch: the cost is {cost}.",
            "At the end of {branch}, after {epochs} epochs: the cost is {cost}.",
            epochs,
        ),
        branch=session.timeline.name,
        epochs=counted(epochs),
        cost=figure(train_cost(session)),
    )


def branched(session: Session) -> Markup:
    """A branch was begun."""
    timeline = session.timeline
    return fill(
        _("{branch} goes on from here; {parent} stays as it was."),
        branch=timeline.name,
        parent=timeline.branch.parent or _("what was recorded before"),
    )


def made_room(session: Session) -> Markup:
    """That another branch went for the one that was begun; nothing where none did."""
    gone = session.timeline.made_room
    if gone is None:
        return Markup("")
    text = _(
        " {gone} went, the least trained of those without a name of their own: a session keeps "
        "{most} branches."
    )
    return fill(text, gone=gone, most=MAX_BRANCHES)


def deleted(session: Session) -> Markup:
    """Another branch was deleted."""
    text = _("A branch was deleted; {branch} stays as it was.")
    return fill(text, branch=session.timeline.name)


def branched_by_change(session: Session) -> Markup:
    """That the last change began a branch; nothing where it did not."""
    timeline = session.timeline
    branch, change = timeline.branch, timeline.last_change
    if branch.parent is None or change is None:
        return Markup("")
    at = change.epoch + change.done / timeline.recording.examples
    return branched(session) if at == branch.from_epoch else Markup("")
