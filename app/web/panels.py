"""What the workspace shows of a session: the contexts of its templates, and their partials.

``_data.html``, ``_model.html`` and the other parts read nothing but ``page``, a ``Workspace``.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np

from app.core.losses import LOSSES
from app.core.names import is_unit_name
from app.core.optimizers import OPTIMIZERS
from app.language import N_, _
from app.session.diagnosis import diagnosis
from app.session.session import Session
from app.session.spec import Spec
from app.web.data_panel import DataPanel, data_panel
from app.web.engine_note import EngineNote, engine_note
from app.web.fields import NO_DRAFT, Draft, Selectable
from app.web.figures import count, figure, short
from app.web.forms import given_names
from app.web.inspector import Inspector, inspector
from app.web.model_panel import ModelPanel, model_panel
from app.web.narration import Narration, narrate
from app.web.outcome import Outcome, ParameterTable, outcome, parameter_table
from app.web.progress import Progress, progress
from app.web.rendering import html
from app.web.sessions import Visit
from app.web.sharing import Sharing, sharing
from app.web.timeline_panel import TimelinePanel, timeline_panel
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
class Key:
    """What keys do, for the dialog that lists them."""

    names: tuple[str, ...]
    does: str


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
        keys=_keys(visit.drives),
    )


def _query_of(look: str) -> str:
    """The part of an address that says what somebody looks at by himself."""
    kind = "unit" if is_unit_name(look) else "parameter"
    return f"?{urlencode({kind: look})}" if look else ""


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


# The parts of the page that follow every state


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


def _keys(drives: bool) -> tuple[Key, ...]:
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


# On the stream

_LIVE = ("progress", "narration", "diagnosis", "example", "predictions", "timeline", "engine")
INSPECTOR = ("chain", "numeric", "update", "contributions")
_WITH_SPEC = ("title", "subtitle", "data", "model", "training", "parameters")
_TARGETS = {
    "progress": ("#progress", "_progress.html"),
    "narration": ("#narration", "_narration.html"),
    "diagnosis": ("#diagnosis", "_diagnosis.html"),
    "chain": ("#chain-rule", "_chain_rule.html"),
    "numeric": ("#numeric-check", "_numeric_check.html"),
    "update": ("#update-steps", "_update_steps.html"),
    "contributions": ("#contributions-said", "_contributions.html"),
    "example": ("#example-picker", "_example.html"),
    "predictions": ("#predictions", "_predictions.html"),
    "timeline": ("#timeline", "_timeline.html"),
    "title": ("#session-name", "_title.html"),
    "subtitle": ("#session-subtitle", "_subtitle.html"),
    "data": ("#data-panel", "_data.html"),
    "model": ("#model-panel", "_model.html"),
    "training": ("#training-panel", "_training.html"),
    "parameters": ("#parameters", "_parameters.html"),
    "engine": ("#engine", "_engine.html"),
    "followers": ("#followers", "_followers.html"),
    "asks": ("#share-asks", "_share_asks.html"),
}
_SHOWN = ("example", "data", "model", "training")
"""Those that have another template where nothing can be changed, ``_data_shown.html``."""

CALM_SECONDS = 0.25
"""Between two messages of HTML to one page while a session plays."""


@dataclass(frozen=True)
class _Inspected:
    """The one part of a workspace that the inspector's templates read."""

    inspector: Inspector


@dataclass(frozen=True)
class _Live:
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


def _live(visit: Visit) -> _Live:
    session = visit.session
    findings = _findings(session)
    return _Live(
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


@dataclass(frozen=True)
class _Followed:
    """The parts of a workspace that tell its owner who follows."""

    action: str
    sharing: Sharing


Page = Workspace | _Inspected | _Live | _Followed


def partials(page: Page, names: Iterable[str]) -> list[str]:
    """The parts called ``names`` as ``<hx-partial>``s, each for its place in the page."""
    return [_partial(page, name) for name in names]


def _partial(page: Page, name: str) -> str:
    target, template = _TARGETS[name]
    if name in _SHOWN and isinstance(page, Workspace | _Live) and not page.drives:
        template = template.replace(".html", "_shown.html")
    return html("_partial.html", {"page": page, "target": target, "part": template})


def who_follows(visit: Visit) -> str:
    """The partials that tell the owner of a session who follows."""
    return "".join(partials(_Followed(visit.address, sharing(visit)), ("followers", "asks")))


class PanelStream:
    """The HTML that goes to pages beside the frames: only what differs from what they have."""

    def __init__(self) -> None:
        self._sent: dict[str, str] = {}
        self._spec: Spec | None = None
        self._last = 0.0
        self._explained: tuple[str | None, int] | None = None

    def changed(self, visit: Visit) -> dict[str, str]:
        """By name the partials that have changed; while playing, a few times a second."""
        session = visit.session
        anew = self._spec is not session.spec
        now = time.monotonic()
        made = self._inspected(visit)
        if anew or not session.playing or now - self._last >= CALM_SECONDS:
            self._spec, self._last = session.spec, now
            made |= _made(_live(visit), _LIVE)
            if anew:
                made |= _made(workspace(visit), _WITH_SPEC)
        return self._news(made)

    def inspected(self, visit: Visit) -> dict[str, str]:
        """Of these, the inspector's alone."""
        return self._news(self._inspected(visit))

    def _news(self, made: dict[str, str]) -> dict[str, str]:
        news = {name: part for name, part in made.items() if self._sent.get(name) != part}
        self._sent |= news
        return news

    def _inspected(self, visit: Visit) -> dict[str, str]:
        """The inspector, as often as there is another explanation."""
        explanation = visit.session.explanation(visit.chosen)
        explained = (visit.chosen, explanation["version"] if explanation else 0)
        if explained == self._explained:
            return {}
        self._explained = explained
        return _made(_Inspected(inspector(visit.session, visit.chosen)), INSPECTOR)


def _made(page: Page, names: Sequence[str]) -> dict[str, str]:
    return dict(zip(names, partials(page, names), strict=True))
