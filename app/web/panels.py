"""What the workspace shows of a session: the contexts of its templates, and their partials.

``_data.html``, ``_model.html`` and the other parts read nothing but ``page``, a ``Workspace``.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from app.core.losses import LOSSES
from app.core.optimizers import OPTIMIZERS
from app.language import _
from app.session.session import Session
from app.session.spec import Spec
from app.web.data_panel import DataPanel, data_panel
from app.web.fields import NO_DRAFT, Choice, Draft
from app.web.figures import figure, short
from app.web.model_panel import ModelPanel, model_panel
from app.web.narration import Narration, narrate
from app.web.outcome import Outcome, ParameterTable, outcome, parameter_table
from app.web.rendering import html
from app.web.training_panel import TrainingPanel, training_panel

SPEEDS = (1, 2, 5, 10, 30, 100)
USUAL_SPEED = "5"
FULL_SPEED = "full"

MOST_NUMBERS = 6
"""An example of more inputs and targets is not written out beside its number."""


@dataclass(frozen=True)
class Transport:
    """speed: epochs a second as sent by the form, or ``FULL_SPEED``."""

    phase: str
    playing: bool
    speed: str
    speeds: tuple[Choice, ...]
    epoch: int
    cost: str


@dataclass(frozen=True)
class Phase:
    """A step of the phase bar. figure: what stands beside its title."""

    name: str
    title: str
    current: bool
    figure: str = ""


@dataclass(frozen=True)
class ExamplePicker:
    """The example in focus, counted from 1. text: its inputs and targets."""

    number: int
    count: int
    previous: int
    next: int
    text: str


@dataclass(frozen=True)
class Key:
    """What keys do, for the dialog that lists them."""

    names: tuple[str, ...]
    does: str


@dataclass(frozen=True)
class Workspace:
    """Everything on the page of a session. action: address of its commands."""

    id: str
    name: str
    subtitle: str
    action: str
    events: str
    transport: Transport
    phases: tuple[Phase, ...]
    narration: Narration
    quantities: tuple[tuple[str, str], ...]
    example: ExamplePicker
    outcome: Outcome
    cost_sentence: str
    parameters: ParameterTable
    data: DataPanel
    model: ModelPanel
    training: TrainingPanel
    keys: tuple[Key, ...]


def workspace(session: Session, draft: Draft = NO_DRAFT) -> Workspace:
    """The whole page. draft: a form that was refused, shown with its errors."""
    return Workspace(
        id=session.id,
        name=title(session),
        subtitle=subtitle(session),
        action=f"/sessions/{session.id}",
        events=f"/sessions/{session.id}/events",
        transport=_transport(session),
        phases=_phases(session),
        narration=narrate(session),
        quantities=(
            ("weights", _("weights")),
            ("gradients", _("gradients")),
            ("updates", _("updates")),
        ),
        example=_example(session),
        outcome=outcome(session),
        cost_sentence=_cost_sentence(session),
        parameters=parameter_table(session),
        data=data_panel(session, draft),
        model=model_panel(session, draft),
        training=training_panel(session, draft),
        keys=_keys(),
    )


def title(session: Session) -> str:
    """What the page calls a session."""
    return _(session.name) if session.name else _("Untitled")


def subtitle(session: Session) -> str:
    """The network and its training in a few words: "2–3–1 · SGD · Mean squared error"."""
    network, spec = session.run.network, session.spec
    sizes = "–".join(str(size) for size in (network.inputs, *(x.units for x in network.layers)))
    optimizer, loss = OPTIMIZERS[spec.optimizer.name], LOSSES[spec.loss.name]
    return f"{sizes} · {_(optimizer.title)} · {_(loss.title)}"


# The parts of the page that follow every state


def _transport(session: Session) -> Transport:
    pace = session.playing["epochs_per_second"] if session.playing else 5.0
    speeds = [Choice(str(speed), _("{speed} a second").format(speed=speed)) for speed in SPEEDS]
    return Transport(
        phase=session.position.phase,
        playing=session.playing is not None,
        speed=FULL_SPEED if pace is None else short(pace),
        speeds=(*speeds, Choice(FULL_SPEED, _("full speed"))),
        epoch=session.position.epoch,
        cost=figure(session.metrics()["train"]["loss"]),
    )


def _phases(session: Session) -> tuple[Phase, ...]:
    at_hand = session.position.phase != "ready"
    loss = figure(session.run.batch_loss()) if at_hand else ""
    current = session.operation
    return (
        Phase("forward", _("Forward"), current == "forward" and at_hand),
        Phase("loss", _("Loss"), False, loss),
        Phase("backward", _("Backward"), current == "backward" and at_hand),
        Phase("update", _("Update"), current == "update"),
    )


def _example(session: Session) -> ExamplePicker:
    examples, at = session.run.examples, session.focus
    count = len(examples.inputs)
    text = ""
    if examples.inputs.shape[1] + examples.targets.shape[1] <= MOST_NUMBERS:
        inputs = ", ".join(short(round(value, 3)) for value in examples.inputs[at])
        targets = ", ".join(short(round(value, 3)) for value in examples.targets[at])
        text = f"{inputs} → {targets}"
    return ExamplePicker(at + 1, count, (at - 1) % count + 1, (at + 1) % count + 1, text)


def _cost_sentence(session: Session) -> str:
    metrics = session.metrics()
    told = _("Cost over the training examples: {cost}.").format(
        cost=figure(metrics["train"]["loss"])
    )
    if metrics["test"]:
        test = _("Over the test examples: {cost}.").format(cost=figure(metrics["test"]["loss"]))
        told = f"{told} {test}"
    return told


def _keys() -> tuple[Key, ...]:
    return (
        Key(("F",), _("Forward")),
        Key(("B",), _("Backward")),
        Key(("U",), _("Update")),
        Key(("N",), _("Batch: all three for the next batch")),
        Key(("E",), _("Epoch: once through all examples")),
        Key((_("Space"),), _("Play or pause")),
        Key(("R",), _("Reset")),
        Key(("1", "2", "3"), _("Weights, gradients or updates on the edges")),
        Key(("[", "]"), _("Previous or next example")),
        Key(("?",), _("These keys")),
    )


# On the stream

_LIVE = ("narration", "example", "predictions")
_WITH_SPEC = ("title", "subtitle", "data", "model", "training", "parameters")
_TARGETS = {
    "narration": ("#narration", "_narration.html"),
    "example": ("#example-picker", "_example.html"),
    "predictions": ("#predictions", "_predictions.html"),
    "title": ("#session-name", "_title.html"),
    "subtitle": ("#session-subtitle", "_subtitle.html"),
    "data": ("#data-panel", "_data.html"),
    "model": ("#model-panel", "_model.html"),
    "training": ("#training-panel", "_training.html"),
    "parameters": ("#parameters", "_parameters.html"),
}

CALM_SECONDS = 0.25
"""Between two messages of HTML to one page while a session plays."""


def partials(page: Workspace, names: Iterable[str]) -> list[str]:
    """The parts called ``names`` as ``<hx-partial>``s, each for its place in the page."""
    return [
        html("_partial.html", {"page": page, "target": target, "part": template})
        for target, template in (_TARGETS[name] for name in names)
    ]


class PanelStream:
    """The HTML that goes to one page beside the frames: only what differs from what it has."""

    def __init__(self) -> None:
        self._sent: dict[str, str] = {}
        self._spec: Spec | None = None
        self._last = 0.0

    def __call__(self, session: Session) -> str | None:
        """Partials of what has changed, or None; while playing, a few times a second."""
        anew = self._spec is not session.spec
        now = time.monotonic()
        if session.playing and not anew and now - self._last < CALM_SECONDS:
            return None
        self._spec, self._last = session.spec, now
        names = _LIVE + _WITH_SPEC if anew else _LIVE
        page = workspace(session)
        made = dict(zip(names, partials(page, names), strict=True))
        news = [part for name, part in made.items() if self._sent.get(name) != part]
        self._sent |= made
        return "".join(news) or None
