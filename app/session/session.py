"""A session: a run that a person or a script drives and any number follow.

A session is its spec and a log of operations; its numbers follow from the two alone, bit for bit
(``replay``).
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeAlias, TypeVar

import anyio.to_thread
import numpy as np

from app.core.names import UnknownParameter, has_name, parameter_index
from app.core.network import Matrix, Vector
from app.core.training import EngineName
from app.data.examples import Examples
from app.language import _
from app.processors import processors
from app.session import limits
from app.session.build import build
from app.session.derivation import known_example
from app.session.engines import ENGINES
from app.session.errors import OutOfOrder, SpecError, TooManyWaiting
from app.session.explained import Explained
from app.session.explanation import known_parameter
from app.session.history import History
from app.session.run import Position, Run, Unit
from app.session.spec import Spec, keeps_weights
from app.session.stopping import Stopped
from app.session.unit_explanation import known_unit

Result = TypeVar("Result")
OperationName: TypeAlias = Literal[
    "forward",
    "backward",
    "forward_layers",
    "backward_layers",
    "update",
    "batch",
    "epoch",
    "reset",
    "edit",
    "spec",
    "focus",
    "choose",
]

INLINE_SECONDS = 0.005
"""Longer operations go to a thread, so that the server goes on answering others."""

SLICE_SECONDS = 0.2
"""A long step lets others get on after every such stretch."""

# NumPy holds the interpreter for most of a small product, so more threads than cores only get into
# each other's way; and files are served from the pool that these would fill.
_threads = anyio.CapacityLimiter(max(1, processors() - 1))


async def in_time(operation: Callable[[], Result], seconds: float) -> Result:
    """The result of ``operation``, from a thread where it takes long."""
    if seconds <= INLINE_SECONDS:
        return operation()
    return await anyio.to_thread.run_sync(operation, limiter=_threads)


# On an ordinary machine.
SECONDS_PER_EPOCH = 2e-5
"""For its order, its metrics and its place in the history."""
SECONDS_PER_SHOWN_PARAMETER = 2e-5


@dataclass
class LogEntry:
    """One operation that changed the numbers.

    ``("step", {"unit", "count"})``, ``("edit", {name: value})`` or ``("spec", the new Spec)``.
    """

    name: Literal["step", "edit", "spec"]
    arguments: Any


@dataclass
class _Progress:
    """A step under way. since: epochs before it. done: layers, phases, batches or epochs done."""

    since: int
    done: int = 0


class Session:
    """A run with an id, a log, an example in focus, and people who follow.

    Its operations happen whole or not at all. They are plain functions; ``perform`` runs them one
    at a time and tells the followers.
    """

    def __init__(self, spec: Spec, engine: EngineName | None = None) -> None:
        self.id = secrets.token_urlsafe(16)
        self.operation: OperationName | None = None
        self.focus = 0
        self.chosen: str | None = None  # the name of a parameter or a unit
        self.playing: dict[str, float | None] | None = None
        self.viewers = 0
        self.ended: Literal["deleted", "shutdown"] | None = None
        self.version = 1
        self.runs = 0
        self.called = asyncio.Event()
        self.log: list[LogEntry] = []
        self._log_goes_on = False
        self._lock = asyncio.Lock()
        self._waiting = 0
        self._explained = Explained()
        self._dumped: tuple[Spec | None, dict[str, Any]] = (None, {})
        self.run: Run
        self._start(spec, engine=engine)

    def _start(
        self, spec: Spec, examples: Examples | None = None, engine: EngineName | None = None
    ) -> None:
        with np.errstate(all="ignore"):
            run = Run(spec, build(spec, examples), engine)
            if run.overflows():
                detail = _("With these numbers the network overflows before training begins.")
                raise SpecError([("/data", detail)])
        former = self.run if self.runs else None
        self.initial_spec = spec
        self.engine_changed = former is not None and former.engine != run.engine
        self.run = run
        self._engine_is_given = engine is not None
        self.cost = run.metrics()["train"]["loss"]
        self.playing = None
        self.runs += 1
        self.log, self._log_goes_on = [], False
        same_data = former is not None and former.spec.data == spec.data
        kept = same_data and self.focus < len(run.examples.inputs)
        self.focus = self.focus if kept else telling_example(run.examples)
        if self.chosen is not None and not has_name(run.network, self.chosen):
            self.chosen = None

    # What it is and where it stands

    @property
    def spec(self) -> Spec:
        """What is being trained."""
        return self.run.spec

    @property
    def name(self) -> str:
        """What people call it."""
        return self.spec.name

    @property
    def position(self) -> Position:
        """Epochs done, batches done in this epoch, updates made, the phase, and its layers."""
        return self.run.position

    @property
    def stopped(self) -> Stopped | None:
        """Why training cannot go on, if it cannot."""
        return self.run.stopped

    @property
    def history(self) -> History:
        """One entry an epoch."""
        return self.run.history

    def metrics(self) -> dict[str, Any]:
        """Loss and metrics over all train and test examples, at the present parameters."""
        with np.errstate(all="ignore"):
            return self.run.metrics()

    def parameters(self) -> Vector:
        """The flat parameter vector; not to be written to."""
        return self.run.training.parameters

    def gradient(self, over: Literal["batch", "train"]) -> tuple[Vector, float]:
        """Gradient and mean loss over the batch at hand (or next), or all training examples."""
        with np.errstate(all="ignore"):
            return self.run.gradient(over)

    def predictions(self, inputs: Matrix | None = None) -> Matrix:
        """Outputs for ``inputs``, or for the training examples."""
        with np.errstate(all="ignore"):
            return self.run.training.predict(self.run.examples.inputs if inputs is None else inputs)

    def outputs_for(self, inputs: list[list[float]]) -> list[list[float]]:
        """Outputs for rows of inputs. Raises SpecError for rows of another width, or overflow."""
        width = self.run.network.inputs
        errors = [
            (f"/inputs/{row}", _("Give {width} numbers, one for each input.").format(width=width))
            for row, values in enumerate(inputs)
            if len(values) != width
        ]
        if errors:
            raise SpecError(errors[:10])
        outputs = self.predictions(np.array(inputs))
        if not np.isfinite(outputs).all():
            detail = _("The outputs overflow with these inputs. Use smaller ones.")
            raise SpecError([("/inputs", detail)])
        rows: list[list[float]] = outputs.tolist()
        return rows

    def explanation(self) -> dict[str, Any] | None:
        """That of the chosen parameter or unit, for the example in focus; None without one.

        ``version`` in it tells of which version of the session it is; while the session plays, that
        may be an earlier one.
        """
        if self.chosen is None:
            return None
        return self._explained.of(
            self.run,
            self.chosen,
            self.focus,
            version=self.version,
            playing=self.playing is not None,
        )

    def state(self) -> dict[str, Any]:
        """The State of the REST contract."""
        position = self.position
        return {
            "id": self.id,
            "name": self.name,
            "spec": self._spec_json(),
            "position": {
                "epoch": position.epoch,
                "batch": position.batch,
                "update": position.update,
                "phase": position.phase,
                "layer": position.layer,
            },
            "engine": self.run.engine,
            "playing": self.playing,
            "stopped": self.stopped.described() if self.stopped else None,
            "metrics": self.metrics(),
        }

    def _spec_json(self) -> dict[str, Any]:
        spec, dumped = self._dumped
        if spec is not self.spec:
            dumped = self.spec.model_dump(mode="json")
            self._dumped = (self.spec, dumped)
        return dumped

    # Operations

    def step(self, unit: Unit, count: int = 1) -> list[dict[str, Any]]:
        """Move on by ``count`` layers, phases, batches or epochs; gives the history entries made.

        Ends early where training stops. Raises OutOfOrder where there are too many epochs.
        """
        with self._stepping(unit, count) as progress:
            self._advance(unit, count, progress)
        return self.history.entries(progress.since)

    @contextmanager
    def _stepping(self, unit: Unit, count: int) -> Iterator["_Progress"]:
        """Around the parts of a step: it is logged as a whole, or all is as it was before."""
        if unit == "epoch" and self.history.epochs + count > limits.MAX_EPOCHS:
            detail = _("A session keeps at most {most} epochs. Reset it to train on.")
            raise OutOfOrder(detail.format(most=limits.MAX_EPOCHS))
        with self._on_the_best_engine():
            checkpoint = self.run.checkpoint()
            progress = _Progress(since=self.history.epochs)
            self.run.stopped = None
            try:
                yield progress
            except BaseException:
                self.run.restore(checkpoint)
                raise
        self.run.release()
        self._log_step(unit, progress.done)
        self.operation = unit if unit in ("batch", "epoch") else self._phase_operation()

    def _advance(self, unit: Unit, count: int, progress: "_Progress") -> None:
        with np.errstate(all="ignore"):
            if unit == "epoch":
                progress.done += self.run.epochs(count)
                return
            for _number in range(count):
                if self.run.stopped:
                    break
                self.run.step(unit)
                progress.done += 1

    def forward(self, layers: int | None = None) -> None:
        """Run the next batch forward, to the end or by so many layers.

        Raises OutOfOrder where one is at hand.
        """
        self._phase("forward", layers)

    def backward(self, layers: int | None = None) -> None:
        """Go back through the batch at hand, to the end or by so many layers.

        Raises OutOfOrder where none ran forward.
        """
        self._phase("backward", layers)

    def update(self) -> None:
        """Apply the gradient of the batch at hand. Raises OutOfOrder where there is none."""
        self._phase("update")

    def reset(self) -> None:
        """Start again with the same spec."""
        self._start(self.spec, self.run.examples)
        self.operation = "reset"

    def change_spec(self, spec: Spec) -> bool:
        """Go on with ``spec`` where it keeps the weights, else start anew; True if it started anew.

        Raises SpecError where the spec makes no sense.
        """
        anew = keeps_weights(self.spec, spec) is not None
        spec, examples = self._with_present_data(spec)
        if anew:
            self._start(spec, examples)
        else:
            with np.errstate(all="ignore"):
                kept = self.run.continue_with(spec, build(spec, examples))
            if not kept:
                detail = _("With this loss the present numbers overflow. Reset first.")
                raise SpecError([("/loss", detail)])
            self.log.append(LogEntry("spec", spec))
        self.operation = "spec"
        return anew

    def start_anew(self, spec: Spec) -> None:
        """Start again with another spec, whatever it keeps."""
        self._start(*self._with_present_data(spec))
        self.operation = "spec"

    def _with_present_data(self, spec: Spec) -> tuple[Spec, Examples | None]:
        """``spec`` and its examples where its data are those at hand, which are then shared."""
        if self.spec.data != spec.data:
            return spec, None
        spec = spec.model_copy(update={"data": self.spec.data})
        return spec, self.run.examples if spec.seed == self.spec.seed else None

    def edit_parameters(self, values: dict[str, float]) -> None:
        """Set parameters by name. Raises SpecError naming each name or value that is wrong."""
        errors, places = [], {}
        for name, value in values.items():
            pointer = "/" + name.replace("~", "~0").replace("/", "~1")
            try:
                places[parameter_index(self.run.network, name)] = value
            except UnknownParameter as unknown:
                detail = _("There is no parameter of this name. Near ones: {names}.").format(
                    names=", ".join(unknown.near)
                )
                errors.append((pointer, detail))
        if not values:
            errors.append(("", _("Give at least one parameter and its new value.")))
        if errors:
            raise SpecError(errors)
        with np.errstate(all="ignore"):
            if not self.run.edit(places):
                detail = _("With this value the network's numbers overflow. Use a smaller one.")
                raise SpecError([(f"/{name}", detail) for name in values])
        last = self.log[-1] if self.log else None
        if last and last.name == "edit":
            last.arguments.update(values)
        else:
            self.log.append(LogEntry("edit", dict(values)))
        self.operation = "edit"

    def set_focus(self, example: int) -> None:
        """Choose the training example whose activations are shown."""
        known_example(self.run, example)
        self.focus = example
        self.operation = "focus"

    def choose(self, parameter: str | None = None, *, unit: str | None = None) -> None:
        """Choose the parameter or the unit that is explained, by its name; neither for no more.

        Raises SpecError with near names where there is none of this name.
        """
        if parameter is not None and unit is not None:
            raise SpecError([("/unit", _("Choose a parameter or a unit, not both."))])
        if parameter is not None:
            known_parameter(self.run, parameter, "/parameter")
        if unit is not None:
            known_unit(self.run, unit, "/unit")
        self.chosen = parameter if unit is None else unit
        self.operation = "choose"

    def _phase(
        self, name: Literal["forward", "backward", "update"], layers: int | None = None
    ) -> None:
        before = self.position.layer or 0
        with self._on_the_best_engine(), np.errstate(all="ignore"):
            if name == "update":
                self.run.update()
            else:
                getattr(self.run, name)(layers)
                self.run.stopped = None
        self.run.release()
        self.playing = None
        if layers is None:
            self._log_step("phase", 1)
            self.operation = name
        else:
            after = self.position.layer or len(self.run.network.layers)
            self._log_step("layer", after - before)
            self.operation = "forward_layers" if name == "forward" else "backward_layers"

    @contextmanager
    def _on_the_best_engine(self) -> Iterator[None]:
        """Around a step or a phase: the first that succeeds decides the engine.

        From then on a session stays on it, to the bit.
        """
        begun = self.log or self._engine_is_given
        former, best = self.run.engine, ENGINES.best_for(self.run.network)
        if begun or best == former:
            yield
            return
        with np.errstate(all="ignore"):
            self.run.change_engine(best)
        try:
            yield
        except BaseException:
            with np.errstate(all="ignore"):
                self.run.change_engine(former)
            raise

    def _phase_operation(self) -> OperationName:
        phase, layer = self.position.phase, self.position.layer
        if layer is not None:
            return "forward_layers" if phase == "ready" else "backward_layers"
        names: dict[str, OperationName] = {"forward": "forward", "backward": "backward"}
        return names.get(phase, "update")

    def _log_step(self, unit: Unit, count: int) -> None:
        """Log steps; those that ended in a stop end their entry, since a replay stops there too."""
        last = self.log[-1] if self._log_goes_on else None
        if last and last.name == "step" and last.arguments["unit"] == unit:
            last.arguments["count"] += count
        else:
            self.log.append(LogEntry("step", {"unit": unit, "count": count}))
        self._log_goes_on = self.run.stopped is None

    # One at a time, and told to those who follow

    def seconds(self, unit: Unit, count: int) -> float:
        """About how long a step takes."""
        examples = len(self.run.examples.inputs)
        size = min(self.spec.batch_size, examples)
        batches = -(-examples // size) if unit == "epoch" else 1
        rows = examples if unit == "epoch" else size
        training, layers = self.run.training, len(self.run.network.layers)
        overhead = batches * layers * training.seconds_per_layer_of_a_batch
        # Forward, backward twice, and one more forward to evaluate.
        work = 4 * rows * self.run.network.size * training.seconds_per_multiplication
        return count * (SECONDS_PER_EPOCH + overhead + work)

    def seconds_of_a_look(self) -> float:
        """About how long it takes to make all that is shown, or to start again."""
        return self.seconds("epoch", 1) + SECONDS_PER_SHOWN_PARAMETER * self.run.network.size

    async def perform(self, operation: Callable[[], Result], seconds: float = 0.0) -> Result:
        """Run ``operation`` when those before it are done, then tell the followers.

        seconds: about how long it takes; a long one runs in a thread.
        Raises TooManyWaiting where too many wait already.
        """
        async with self._turn():
            result = await in_time(operation, seconds)
            self._tell_of_a_turn()
            return result

    async def perform_step(
        self, unit: Unit, count: int, answer: Callable[[list[dict[str, Any]]], Result]
    ) -> Result:
        """``step`` as an operation with its turn; gives what ``answer`` makes of its entries.

        A long one runs in slices, so that others get on beside it, and ends with its session.
        """
        seconds = self.seconds(unit, 1)
        slice_count = max(1, int(SLICE_SECONDS / seconds))
        async with self._turn():
            with self._stepping(unit, count) as progress:
                for first in range(0, count, slice_count):
                    part = min(slice_count, count - first)
                    await in_time(partial(self._advance, unit, part, progress), part * seconds)
                    if self.stopped or self.ended:
                        break
            self._tell_of_a_turn()
            return answer(self.history.entries(progress.since))

    async def play_on(self, epochs: int) -> None:
        """The next epochs of play, unless it was paused before their turn; never refused.

        Fewer of them where they take long, so that a pause and others get in between.
        """
        async with self._lock:
            seconds = self.seconds("epoch", 1)
            room = limits.MAX_EPOCHS - self.history.epochs
            count = min(epochs, room, max(1, int(SLICE_SECONDS / seconds)))
            if self.playing is not None and count > 0:
                await in_time(lambda: self.step("epoch", count), count * seconds)
                self._tell_of_a_turn()

    async def read(self, look: Callable[[], Result], seconds: float = 0.0) -> Result:
        """The result of ``look``, at a moment when no operation is under way.

        seconds: about how long it takes; a long one runs in a thread.
        """
        async with self._lock:
            return await in_time(look, seconds)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """This operation's turn. Raises TooManyWaiting where too many wait already."""
        if self._waiting >= limits.MAX_WAITING:
            raise TooManyWaiting
        self._waiting += 1
        try:
            async with self._lock:
                yield
        finally:
            self._waiting -= 1

    def _tell_of_a_turn(self) -> None:
        self.cost = self.metrics()["train"]["loss"]
        self.tell()

    def tell(self) -> None:
        """Let the followers know that the session changed."""
        self.version += 1
        self.call()

    def call(self) -> None:
        """Wake the followers to look what is new."""
        self.called.set()
        self.called = asyncio.Event()

    @contextmanager
    def followed(self) -> Iterator[None]:
        """Around the time that somebody follows."""
        self.viewers += 1
        self.call()
        try:
            yield
        finally:
            self.viewers -= 1
            self.call()

    def end(self, reason: Literal["deleted", "shutdown"]) -> None:
        """Let the followers know that it is over."""
        self.ended = reason
        self.playing = None
        self.tell()


def telling_example(examples: Examples) -> int:
    """The first whose inputs are all different from 0: beside one that is 0 no weight has a
    gradient. The first of all where there is none.
    """
    return int((examples.inputs != 0.0).all(axis=1).argmax())


def replay(spec: Spec, log: list[LogEntry], engine: EngineName | None = None) -> Session:
    """A session that has been through ``log``: the same bits as the one that wrote it.

    engine: the one that it was on. Raises EngineUnavailable.
    """
    session = Session(spec, engine)
    for entry in log:
        if entry.name == "step":
            session.step(**entry.arguments)
        elif entry.name == "edit":
            session.edit_parameters(entry.arguments)
        else:
            session.change_spec(entry.arguments)
    return session
