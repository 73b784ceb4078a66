"""What the workspace shows of a session: the contexts of its templates.

``_data.html``, ``_model.html`` and the other parts read nothing but ``page``, a ``Workspace``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np

from app.core.names import is_unit_name
from app.language import _
from app.session.diagnosis import diagnosis
from app.session.session import Session
from app.web.data_panel import DataPanel, data_panel
from app.web.engine_note import EngineNote, engine_note
from app.web.fields import NO_DRAFT, Draft, Selectable
from app.web.figures import count, figure, short
from app.web.inspector import Inspector, inspector
from app.web.keyboard import Key, keys
from app.web.model_panel import ModelPanel, model_panel
from app.web.narration import Narration, narrate
from app.web.outcome import Outcome, ParameterTable, outcome, parameter_table
from app.web.progress import Progress, progress
from app.web.sessions import Visit
from app.web.sharing import Sharing, sharing
from app.web.timeline_panel import TimelinePanel, timeline_panel
from app.web.titles import subtitle, title
from app.web.training_panel import TrainingPanel, training_panel

SPEEDS = (1, 2, 5, 10, 30, 100)
USUAL_SPEED = "5"
FULL_SPEED = "full"

MOST_FINDINGS = 3
COST_FINDINGS = ("rising", "risen")

MOST_NUMBERS = 6
"""An example of more inputs and targets is not written out beside its number."""


@dataclass(frozen=True)
class Transport:
    """speed: epochs a second as sent by the form, or ``FULL_SPEED``. by_layer: Forward and
    Backward go one layer at a time on this page.
    """

    phase: str
    playing: bool
    speed: str
    speeds: tuple[Selectable, ...]
    epoch: str
    cost: str
    by_layer: bool


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
class Finding:
    """What the diagnosis found: where, as text, and in words. layers: "" for the whole network."""

    kind: str
    layers: str
    units: str
    sentence: str
    advice: str


@dataclass(frozen=True)
class Workspace:
    """Everything on the page of a session.

    id: the one that the visitor came by. drives: whether he may act; without it the page has
    nothing that does. action: address of its commands. sharing: the links to hand out, on the page
    of the one whose session it is. watch: where a guest's page goes once it may not drive any more.
    """

    id: str
    drives: bool
    sharing: Sharing | None
    watch: str
    look: str
    name: str
    subtitle: str
    action: str
    events: str
    transport: Transport
    progress: Progress
    phases: tuple[Phase, ...]
    narration: Narration
    findings: tuple[Finding, ...]
    inspector: Inspector
    quantities: tuple[tuple[str, str], ...]
    example: ExamplePicker
    outcome: Outcome
    cost_sentence: str
    timeline: TimelinePanel
    parameters: ParameterTable
    data: DataPanel
    model: ModelPanel
    training: TrainingPanel
    engine: EngineNote
    keys: tuple[Key, ...]


@dataclass(frozen=True)
class Live:
    """The parts of a workspace that follow every state."""

    drives: bool
    action: str
    progress: Progress
    narration: Narration
    findings: tuple[Finding, ...]
    example: ExamplePicker
    outcome: Outcome
    timeline: TimelinePanel
    engine: EngineNote


def workspace(visit: Visit, draft: Draft = NO_DRAFT, *, by_layer: bool = False) -> Workspace:
    """The whole page. draft: a form that was refused, shown with its errors."""
    session = visit.session
    findings = _findings(session)
    look = visit.look if visit.look and visit.chosen == visit.look else ""
    return Workspace(
        id=visit.id,
        drives=visit.drives,
        sharing=sharing(visit) if visit.owns else None,
        look=look,
        watch=f"/sessions/{session.watch_id}" if visit.role == "guest" else "",
        name=title(session),
        subtitle=subtitle(session),
        action=visit.address,
        events=f"{visit.address}/events{_query_of(look)}",
        transport=_transport(session, by_layer),
        progress=progress(session),
        phases=_phases(session),
        narration=_narration(session, findings),
        findings=findings,
        inspector=inspector(session, visit.chosen),
        quantities=(
            ("weights", _("weights")),
            ("gradients", _("gradients")),
            ("updates", _("updates")),
        ),
        example=_example(session),
        outcome=outcome(session),
        cost_sentence=_cost_sentence(session),
        timeline=timeline_panel(session),
        parameters=parameter_table(session, visit.id),
        data=data_panel(session, draft),
        model=model_panel(session, draft),
        training=training_panel(session, draft),
        engine=engine_note(session),
        keys=keys(visit.drives),
    )


def live(visit: Visit) -> Live:
    """These parts alone."""
    session = visit.session
    findings = _findings(session)
    return Live(
        drives=visit.drives,
        action=visit.address,
        progress=progress(session),
        narration=_narration(session, findings),
        findings=findings,
        example=_example(session),
        outcome=outcome(session),
        timeline=timeline_panel(session),
        engine=engine_note(session),
    )


def _query_of(look: str) -> str:
    """The part of an address that says what somebody looks at by himself."""
    kind = "unit" if is_unit_name(look) else "parameter"
    return f"?{urlencode({kind: look})}" if look else ""


def _transport(session: Session, by_layer: bool) -> Transport:
    pace = session.playing.epochs_per_second if session.playing else 5.0
    speeds = [Selectable(str(speed), _("{speed} a second").format(speed=speed)) for speed in SPEEDS]
    return Transport(
        phase=session.position.phase,
        playing=session.playing is not None,
        speed=FULL_SPEED if pace is None else short(pace),
        speeds=(*speeds, Selectable(FULL_SPEED, _("full speed"))),
        epoch=count(session.position.epoch),
        cost=figure(session.metrics()["train"]["loss"]),
        by_layer=by_layer,
    )


def _findings(session: Session) -> tuple[Finding, ...]:
    """What keeps the network from learning, if anything does.

    Why training stopped is said beside it, with the learning rate that is worth trying.
    """
    with np.errstate(all="ignore"):
        found = diagnosis(session.run)["findings"]
    if session.stopped:
        found = [finding for finding in found if finding["kind"] not in COST_FINDINGS]
    return tuple(
        Finding(
            kind=finding["kind"],
            layers=" ".join(str(layer) for layer in finding["layers"]),
            units=" ".join(str(unit) for unit in finding["units"] or ()),
            sentence=finding["sentence"],
            advice=finding["advice"],
        )
        for finding in found[:MOST_FINDINGS]
    )


def _narration(session: Session, findings: Sequence[Finding]) -> Narration:
    return narrate(session, {finding.kind for finding in findings})


def _phases(session: Session) -> tuple[Phase, ...]:
    position, current = session.position, session.operation
    loss = figure(session.run.batch_loss()) if position.phase != "ready" else ""
    at_hand = position.phase != "ready" or position.layer is not None
    forward = current in ("forward", "forward_layers") and at_hand
    backward = current in ("backward", "backward_layers") and at_hand
    return (
        Phase("forward", _("Forward"), forward),
        Phase("loss", _("Loss"), False, loss),
        Phase("backward", _("Backward"), backward),
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
