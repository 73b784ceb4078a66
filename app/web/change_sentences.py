"""The sentences on changes: a new start, values set by hand, other settings on the way."""

from markupsafe import Markup

from app.core.names import parameter_names
from app.language import _
from app.session.engines import ENGINE_ENTRIES
from app.session.session import Session
from app.web.figures import figure, short
from app.web.phrases import fill, label_of, signed, train_cost
from app.web.time_sentences import branched_by_change, rewound


def reset(session: Session) -> Markup:
    """Training begins again."""
    if session.spec.network.weights is not None:
        text = _("Back at the start, with the weights that were given. The cost is {cost}.")
    else:
        text = _("Back at the start, with the weights that seed {seed} draws. The cost is {cost}.")
    told = fill(text, seed=session.spec.seed, cost=figure(train_cost(session)))
    return _with_engine(session, told)


def opened(session: Session) -> Markup:
    """A session that was sent was opened here."""
    return _with_engine(session, rewound(session))


def _with_engine(session: Session, told: Markup) -> Markup:
    """What was told of a new start, and the engine where it is another than before."""
    if not session.engine_changed:
        return told
    title = _(ENGINE_ENTRIES[session.run.engine].title)
    return Markup(" ").join([told, fill(_("It trains on another engine now: {name}."), name=title)])


def edited(session: Session) -> Markup:
    """Parameters were set by hand."""
    last = session.timeline.last_change
    edits = (last.edit if last else None) or {}
    cost = fill(_("The cost is now {cost}."), cost=figure(train_cost(session)))
    names = parameter_names(session.run.network)
    began = branched_by_change(session)
    if len(edits) != 1:
        parts = [Markup(_("Weights were set by hand.")), cost, began]
        return Markup(" ").join(part for part in parts if part)
    ((name, value),) = edits.items()
    told = fill(
        _("{label} is now {value}, set by hand."),
        label=label_of(session, names.index(name)),
        value=signed(value, short(value)),
    )
    return Markup(" ").join(part for part in (told, cost, began) if part)


def respecified(session: Session) -> Markup:
    """What is trained, or how, was changed."""
    last = session.timeline.last_change
    if last is not None and last.kind == "spec":
        text = _("Changed on the way: the weights stay as they are, and the cost is {cost}.")
        told = fill(text, cost=figure(train_cost(session)))
        began = branched_by_change(session)
        return Markup(" ").join(part for part in (told, began) if part)
    text = _("Changed, and started anew: the cost is {cost}.")
    return _with_engine(session, fill(text, cost=figure(train_cost(session))))
