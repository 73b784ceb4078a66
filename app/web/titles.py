"""What the pages call a session."""

from app.core.losses import LOSSES
from app.core.optimizers import OPTIMIZERS
from app.language import N_, _
from app.session.session import Session
from app.web.forms import given_names


def title(session: Session) -> str:
    """What the page calls a session."""
    return shown_name(session.name)


def shown_name(given: str) -> str:
    """A session's name as people read it; that of a preset in their own language."""
    name = given or N_("Untitled")
    return _(name) if name in given_names() or not given else name


def subtitle(session: Session) -> str:
    """The network and its training in a few words: "2–3–1 · SGD · Mean squared error"."""
    network, spec = session.run.network, session.spec
    sizes = "–".join(str(size) for size in (network.inputs, *(x.units for x in network.layers)))
    optimizer, loss = OPTIMIZERS[spec.optimizer.name], LOSSES[spec.loss.name]
    return f"{sizes} · {_(optimizer.title)} · {_(loss.title)}"
