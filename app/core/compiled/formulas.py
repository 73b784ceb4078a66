"""The catalog's formulas as machine code, to be called by number.

Nothing is written twice: the code is made from the very functions that the catalog names, with
``np`` standing for ``elementary``. An entry's number is its place in the catalog.
"""

import dis
from collections.abc import Callable, Mapping, Sequence
from types import FunctionType
from typing import Any

from app.core import clipping, network
from app.core.activations import ACTIVATIONS, Activation
from app.core.compiled import elementary
from app.core.compiled.jit import compiled, inlined
from app.core.entry import Entry
from app.core.losses import LOSSES, Loss
from app.core.optimizers import CLIPPING_OPTIONS, OPTIMIZERS, Optimizer

MOST_OPTIONS = 6
"""Options of an entry, which are passed as so many numbers; those it lacks are 0. ``_six`` reads
as many.
"""

_made: dict[FunctionType, Any] = {}


def machine_code(function: Callable[..., Any]) -> Any:
    """A formula of ours as a compiled function of plain numbers, and so are those it calls."""
    assert isinstance(function, FunctionType)
    if function not in _made:
        names = {**function.__globals__, "np": elementary}
        for instruction in dis.get_instructions(function):
            if instruction.opname != "LOAD_GLOBAL":
                continue
            name = instruction.argval
            called = names.get(name)
            if isinstance(called, FunctionType):
                names[name] = machine_code(called)
        _made[function] = compiled(FunctionType(function.__code__, names, function.__name__))
    return _made[function]


def numbers(entry: Entry, options: Mapping[str, Any]) -> list[float]:
    """An entry's options as MOST_OPTIONS numbers, in the catalog's order."""
    named = [float(options[name]) for name in _option_names(entry)]
    return named + [0.0] * (MOST_OPTIONS - len(named))


def _option_names(entry: Entry) -> list[str]:
    """Of those that its formulas are given. Raises ValueError where they are too many."""
    names = [option.name for option in entry.options if option.name not in CLIPPING_OPTIONS]
    if len(names) > MOST_OPTIONS:
        raise ValueError(
            f"{entry.name} has {len(names)} options, of which compiled formulas are given "
            f"{MOST_OPTIONS} at most: raise MOST_OPTIONS in {__name__}, and let _six read as many"
        )
    return names


def number_of(entry: Entry, catalog: Mapping[str, Entry]) -> int:
    """An entry's place in its catalog."""
    return list(catalog).index(entry.name)


def _choosing(bodies: Sequence[Any], first: int = 0) -> Any:
    """A function ``choose(number, *arguments)`` that calls the body with this number.

    It halves the bodies again and again, which is compiled sooner than one long chain.
    """
    if len(bodies) == 1:
        body = bodies[0]

        @inlined
        def choose(number: int, *arguments: Any) -> None:
            body(*arguments)

        return choose
    half = len(bodies) // 2
    middle = first + half
    lower, upper = _choosing(bodies[:half], first), _choosing(bodies[half:], middle)

    @inlined
    def choose_half(number: int, *arguments: Any) -> None:
        if number < middle:
            lower(number, *arguments)
        else:
            upper(number, *arguments)

    return choose_half


@compiled
def _six(options: Any) -> Any:
    return options[0], options[1], options[2], options[3], options[4], options[5]


def _activate(activation: Activation) -> Any:
    shares = activation.shares
    formula = machine_code(activation.function if shares is None else shares.power)
    count = len(_option_names(activation))

    @compiled
    def activate(z: Any, a: Any, options: Any) -> None:
        chosen = _six(options)[:count]
        for i in range(z.size):
            a[i] = formula(z[i], *chosen)

    return activate


def _slope(activation: Activation) -> Any:
    shares = activation.shares
    source = activation.derivative if shares is None else shares.slope
    assert source is not None
    formula = machine_code(source)
    count = len(_option_names(activation))

    @compiled
    def multiply(z: Any, a: Any, deltas: Any, options: Any) -> None:
        chosen = _six(options)[:count]
        for i in range(z.size):
            deltas[i] = deltas[i] * formula(z[i], a[i], *chosen)

    return multiply


def _loss(function: Callable[..., Any], loss: Loss) -> Any:
    formula = machine_code(function)
    count = len(_option_names(loss))

    @compiled
    def fill(targets: Any, outputs: Any, values: Any, options: Any) -> None:
        chosen = _six(options)[:count]
        for i in range(outputs.size):
            values[i] = formula(targets[i], outputs[i], *chosen)

    return fill


def _no_bend(targets: Any, outputs: Any, *options: Any) -> Any:
    return 1.0


def code_of(optimizer: Optimizer) -> Any:
    """``change(parameters, gradient, change, slots, iteration, options)``; see ``change`` below.

    Raises ValueError for an optimizer with more slots than there is a function for.
    """
    formula = machine_code(optimizer.change)
    count = len(_option_names(optimizer))
    of_slots = {1: _with_one_slot, 2: _with_two_slots, 3: _with_three_slots}
    slots = len(optimizer.slots)
    if slots not in of_slots:
        raise ValueError(
            f"{optimizer.name} has {slots} slots; compiled optimizers have {min(of_slots)} to "
            f"{max(of_slots)}: add a function with {slots} to of_slots in {__name__}"
        )
    return of_slots[slots](formula, count)


def _with_one_slot(formula: Any, count: int) -> Any:
    @compiled
    def change(p: Any, g: Any, change: Any, slots: Any, iteration: float, options: Any) -> None:
        chosen = _six(options)[:count]
        for i in range(p.size):
            change[i], slots[0, i] = formula(p[i], g[i], slots[0, i], iteration, *chosen)

    return change


def _with_two_slots(formula: Any, count: int) -> Any:
    @compiled
    def change(p: Any, g: Any, change: Any, slots: Any, iteration: float, options: Any) -> None:
        chosen = _six(options)[:count]
        for i in range(p.size):
            change[i], slots[0, i], slots[1, i] = formula(
                p[i], g[i], slots[0, i], slots[1, i], iteration, *chosen
            )

    return change


def _with_three_slots(formula: Any, count: int) -> Any:
    @compiled
    def change(p: Any, g: Any, change: Any, slots: Any, iteration: float, options: Any) -> None:
        chosen = _six(options)[:count]
        for i in range(p.size):
            change[i], slots[0, i], slots[1, i], slots[2, i] = formula(
                p[i], g[i], slots[0, i], slots[1, i], slots[2, i], iteration, *chosen
            )

    return change


activate = _choosing([_activate(entry) for entry in ACTIVATIONS.values()])
"""activate(number, z, a, options): fills a."""

multiply_by_slopes = _choosing([_slope(entry) for entry in ACTIVATIONS.values()])
"""multiply_by_slopes(number, z, a, deltas, options): from dL/da to dL/dz, in deltas."""

loss_slopes = _choosing([_loss(entry.slopes, entry) for entry in LOSSES.values()])
"""loss_slopes(number, targets, outputs, slopes, options): fills slopes."""

loss_terms = _choosing([_loss(entry.terms, entry) for entry in LOSSES.values()])
"""loss_terms(number, targets, outputs, terms, options): fills terms."""

loss_bends = _choosing(
    [_loss(entry.bends or _no_bend, entry) for entry in LOSSES.values()],
)
"""loss_bends(number, targets, outputs, bends, options): fills bends, where the loss has any."""

change = _choosing([code_of(entry) for entry in OPTIMIZERS.values()])
"""change(number, parameters, gradient, change, slots, iteration, options): fills change, slots."""

penalty = machine_code(network.penalty_terms)
penalty_slope = machine_code(network.penalty_slopes)
clip_by_value = machine_code(clipping.clip_by_value)
shortening = machine_code(clipping.shortening)
