"""The phases of a batch: in which order they come, and what to do first where one does not."""

from typing import Literal, TypeAlias

from app.language import _
from app.session.errors import OutOfOrder

Phase: TypeAlias = Literal["ready", "forward", "backward"]
"""The last that was done for the batch at hand."""

PhaseName: TypeAlias = Literal["forward", "backward", "update"]

NEXT: dict[Phase, PhaseName] = {"ready": "forward", "forward": "backward", "backward": "update"}


def check_order(name: PhaseName, phase: Phase, layer: int | None, layers: int) -> None:
    """Raises OutOfOrder, with what to do first, where the phase ``name`` does not come next.

    layer: how many of all ``layers`` the next phase has gone through; None where it has not begun.
    """
    if name == NEXT[phase]:
        return
    begun = layer is not None and (phase, name) in (("ready", "backward"), ("forward", "update"))
    text = _finish_first(phase) if begun else _do_first(name, phase)
    raise OutOfOrder(text.format(done=layer, every=layers))


def _finish_first(phase: Phase) -> str:
    return (
        _(
            "Forward has done {done} of {every} layers of this batch. Finish it first: "
            "call forward again."
        )
        if phase == "ready"
        else _(
            "Backward has done {done} of {every} layers of this batch. Finish it first: "
            "call backward again."
        )
    )


def _do_first(name: PhaseName, phase: Phase) -> str:
    if name == "forward":
        return (
            _("Forward has been done for this batch. Go on with backward.")
            if phase == "forward"
            else _("Forward and backward have been done for this batch. Go on with update.")
        )
    if name == "backward":
        return (
            _("Backward needs a batch that has run forward. Call forward first.")
            if phase == "ready"
            else _("Backward has been done for this batch. Go on with update.")
        )
    return (
        _("Update needs a gradient. Call forward, then backward first.")
        if phase == "ready"
        else _("Update needs a gradient. Call backward first.")
    )
