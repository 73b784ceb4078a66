"""A session: a run that a person or a script drives and any number follow.

A session is its spec and a log of operations; its numbers follow from the two alone, bit for bit
(``replay``).
"""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypeVar

import anyio.to_thread
import numpy as np

from app.core.names import UnknownParameter, parameter_index, parameter_names
from app.core.network import Matrix, Vector
from app.data.examples import Examples
from app.language import _
from app.session import limits
from app.session.build import build
from app.session.errors import SpecError, TooManyWaiting
from app.session.history import History
from app.session.run import Position, Run, Stopped, Unit
from app.session.spec import Spec, keeps_weights

Result = TypeVar("Result")
OperationName: TypeAlias = Literal[
    "forward", "backward", "update", "batch", "epoch", "reset", "edit", "spec", "focus"
]

INLINE_SECONDS = 0.005
"""Longer operations go to a thread, so that the server goes on answering others."""

# What a step costs on an ordinary machine, from the bench's jobs W1 to W3.
SECONDS_PER_LAYER_OF_A_BATCH = 8e-6
SECONDS_PER_MULTIPLICATION = 1e-9


@dataclass
class LogEntry:
    """One operation that changed the numbers.

    ``("step", {"unit", "count"})``, ``("edit", {name: value})`` or ``("spec", the new Spec)``.
    """

    name: Literal["step", "edit", "spec"]
    arguments: Any


class Session:
    """A run with an id, a log, an example in focus, and people who follow.

    Its operations happen whole or not at all. They are plain functions; ``perform`` runs them one
    at a time and tells the followers.
    """

    def __init__(self, spec: Spec) -> None:
        self.id = secrets.token_urlsafe(16)
        self.operation: OperationName | None = None
        self.focus = 0
        self.playing: dict[str, float | None] | None = None
        self.viewers = 0
        self.ended: Literal["deleted", "shutdown"] | None = None
        self.version = 1
        self.runs = 0
        self.called = asyncio.Event()
        self.log: list[LogEntry] = []
        self._lock = asyncio.Lock()
        self._waiting = 0
        self._dumped: tuple[Spec | None, dict[str, Any]] = (None, {})
        self._start(spec)

    def _start(self, spec: Spec, examples: Examples | None = None) -> None:
        with np.errstate(all="ignore"):
            run = Run(spec, build(spec, examples))
            if run.overflows():
                detail = _("With these numbers the network overflows before training begins.")
                raise SpecError([("/data", detail)])
        self.initial_spec = spec
        self.run = run
        self.runs += 1
        self.log = []
        self.focus = min(self.focus, len(run.examples.inputs) - 1)

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
        """Epochs done, batches done in this epoch, updates made, and the phase."""
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
            },
            "playing": self.playing,
            "stopped": vars(self.stopped) if self.stopped else None,
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
        """Move on by ``count`` phases, batches or epochs; gives the history entries it made.

        Ends early where training stops. Raises OutOfOrder never: each phase follows the last.
        """
        since = self.history.epochs
        checkpoint = self.run.checkpoint()
        try:
            with np.errstate(all="ignore"):
                for _number in range(count):
                    self.run.step(unit)
                    if self.run.stopped:
                        break
        except BaseException:
            self.run.restore(checkpoint)
            raise
        self.run.release()
        self._log_step(unit, count)
        self.operation = self._phase_operation() if unit == "phase" else unit
        return self.history.entries(since)

    def forward(self) -> None:
        """Run the next batch forward. Raises OutOfOrder where one is at hand."""
        self._phase("forward")

    def backward(self) -> None:
        """Go back through the batch at hand. Raises OutOfOrder where none ran forward."""
        self._phase("backward")

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
        same_data = self.spec.data == spec.data and self.spec.seed == spec.seed
        examples = self.run.examples if same_data else None
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
        same_data = self.spec.data == spec.data and self.spec.seed == spec.seed
        self._start(spec, self.run.examples if same_data else None)
        self.operation = "spec"

    def edit_parameters(self, values: dict[str, float]) -> None:
        """Set parameters by name. Raises SpecError naming each name or value that is wrong."""
        errors, places = [], {}
        for name, value in values.items():
            pointer = "/" + name.replace("~", "~0").replace("/", "~1")
            try:
                places[parameter_index(self.run.network, name)] = value
            except UnknownParameter as unknown:
                near = unknown.near or parameter_names(self.run.network)[:3]
                detail = _("There is no parameter of this name. Near ones: {names}.").format(
                    names=", ".join(near)
                )
                errors.append((pointer, detail))
        if errors:
            raise SpecError(errors)
        with np.errstate(all="ignore"):
            if not self.run.edit(places):
                detail = _("With this value the network's numbers overflow. Use a smaller one.")
                raise SpecError([(f"/{name}", detail) for name in values])
        self.log.append(LogEntry("edit", dict(values)))
        self.operation = "edit"

    def set_focus(self, example: int) -> None:
        """Choose the training example whose activations are shown."""
        count = len(self.run.examples.inputs)
        if not 0 <= example < count:
            detail = _("Choose an example from 0 to {last}.").format(last=count - 1)
            raise SpecError([("/example", detail)])
        self.focus = example
        self.operation = "focus"

    def _phase(self, name: Literal["forward", "backward", "update"]) -> None:
        with np.errstate(all="ignore"):
            getattr(self.run, name)()
        self.run.release()
        self._log_step("phase", 1)
        self.operation = name

    def _phase_operation(self) -> OperationName:
        names: dict[str, OperationName] = {"forward": "forward", "backward": "backward"}
        return names.get(self.position.phase, "update")

    def _log_step(self, unit: Unit, count: int) -> None:
        last = self.log[-1] if self.log else None
        if last and last.name == "step" and last.arguments["unit"] == unit:
            last.arguments["count"] += count
        else:
            self.log.append(LogEntry("step", {"unit": unit, "count": count}))

    # One at a time, and told to those who follow

    def seconds(self, unit: Unit, count: int) -> float:
        """About how long a step takes."""
        examples = len(self.run.examples.inputs)
        size = min(self.spec.batch_size, examples)
        batches = -(-examples // size) if unit == "epoch" else 1
        rows = examples if unit == "epoch" else size
        overhead = batches * len(self.run.network.layers) * SECONDS_PER_LAYER_OF_A_BATCH
        # Forward, backward twice, and one more forward to evaluate.
        work = 4 * rows * self.run.network.size * SECONDS_PER_MULTIPLICATION
        return count * (overhead + work)

    async def perform(self, operation: Callable[[], Result], seconds: float = 0.0) -> Result:
        """Run ``operation`` when those before it are done, then tell the followers.

        seconds: about how long it takes; a long one runs in a thread.
        Raises TooManyWaiting where too many wait already.
        """
        if self._waiting >= limits.MAX_WAITING:
            raise TooManyWaiting
        self._waiting += 1
        try:
            async with self._lock:
                if seconds > INLINE_SECONDS:
                    result = await anyio.to_thread.run_sync(operation)
                else:
                    result = operation()
                self.tell()
                return result
        finally:
            self._waiting -= 1

    async def read(self, look: Callable[[], Result]) -> Result:
        """The result of ``look``, at a moment when no operation is under way."""
        async with self._lock:
            return look()

    def tell(self) -> None:
        """Let the followers know that the session changed."""
        self.version += 1
        self.call()

    def call(self) -> None:
        """Wake the followers to look what is new."""
        self.called.set()
        self.called = asyncio.Event()

    def end(self, reason: Literal["deleted", "shutdown"]) -> None:
        """Let the followers know that it is over."""
        self.ended = reason
        self.playing = None
        self.tell()


def replay(spec: Spec, log: list[LogEntry]) -> Session:
    """A session that has been through ``log``: the same bits as the one that wrote it."""
    session = Session(spec)
    for entry in log:
        if entry.name == "step":
            session.step(**entry.arguments)
        elif entry.name == "edit":
            session.edit_parameters(entry.arguments)
        else:
            session.change_spec(entry.arguments)
    return session
