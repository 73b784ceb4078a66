"""The keys of the page, for the dialog that lists them."""

from dataclasses import dataclass

from app.language import _


@dataclass(frozen=True)
class Key:
    """What keys do, for the dialog that lists them."""

    names: tuple[str, ...]
    does: str


def keys(drives: bool) -> tuple[Key, ...]:
    """What the page's keys do; those that act, for one who drives."""
    acting = (
        Key(("F",), _("Forward")),
        Key(("B",), _("Backward")),
        Key(("U",), _("Update")),
        Key(("L",), _("Forward and Backward layer by layer")),
        Key(("N",), _("Batch: all three for the next batch")),
        Key(("E",), _("Epoch: once through all examples")),
        Key((_("Space"),), _("Play or pause")),
        Key((_("Backspace"),), _("Step back: undo a phase")),
        Key((_("Shift"), "N"), _("A batch back")),
        Key((_("Shift"), "E"), _("An epoch back")),
        Key(("R",), _("Reset")),
        Key(("[", "]"), _("Previous or next example")),
    )
    seeing = (
        Key(("1", "2", "3"), _("Weights, gradients or updates on the edges")),
        Key((_("Tab"),), _("Into the drawing, to its nodes and edges")),
        Key(("←", "↑", "→", "↓"), _("In the drawing: to the next node, edge or bias")),
        Key(("←", "→"), _("On the cost curve and the way under it: from epoch to epoch")),
        Key(
            (_("Enter"),),
            _("Choose an edge or a node; once more: give an edge another value")
            if drives
            else _("Look at an edge or a node by yourself"),
        ),
        Key(
            (_("Esc"),),
            _("Let go of what is chosen") if drives else _("Back to what the class looks at"),
        ),
        Key(("?",), _("These keys")),
    )
    return (*acting, *seeing) if drives else seeing
