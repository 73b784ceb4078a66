"""What each optimizer makes of a gradient, line by line: the formulas of ``app.core.update_rules``.

g is the gradient, η the learning rate, t the number of this update; the other letters are those of
the papers.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from app.core.optimizers import OPTIMIZERS
from app.language import _
from app.web.arithmetic import (
    Expression,
    Number,
    constant,
    larger,
    power,
    root,
    size,
    squared,
)

CHANGE = r"\Delta"
ONE = constant(1.0)


@dataclass(frozen=True)
class Line:
    """``letter`` becomes ``expression``, which comes to ``value``. kept: it takes the place of what
    had the same letter before. doc: what it is, in a sentence.
    """

    title: str
    letter: str
    expression: Expression
    value: float
    kept: bool = False
    doc: str = ""

    @property
    def number(self) -> Number:
        """What the lines after it reckon with."""
        return Number(self.letter, self.value)


Lines: TypeAlias = Iterator[Line]
"""In their order; the last is the change."""


class Start:
    """What an update of one parameter starts from.

    gradient: as it comes to the optimizer. update: an explanation's. options: the optimizer's.
    weight: the parameter.
    """

    def __init__(
        self,
        gradient: Number,
        weight: Number,
        update: Mapping[str, Any],
        options: Mapping[str, Any],
    ) -> None:
        self.gradient = gradient
        self.weight = weight
        self.options = options
        self.rate = self.option("learning_rate", r"\eta")
        self.downhill = Number(r"-\eta", -self.rate.number)
        self.iteration = int(update["iteration"])
        self.change = float(update["change"])
        self._slots = update["slots"]
        self._docs = {slot.name: slot.doc for slot in OPTIMIZERS[update["optimizer"]].slots}

    def option(self, name: str, symbol: str) -> Number:
        """One of the optimizer's numbers."""
        return Number(symbol, self.options[name])

    def before(self, slot: str, letter: str) -> Number:
        """A slot as it is."""
        return Number(letter, self._slots[slot]["before"])

    def slot(self, title: str, slot: str, letter: str, expression: Expression) -> Line:
        """The line of what the optimizer keeps for the next update. title: translated."""
        after = self._slots[slot]["after"]
        return Line(title, letter, expression, after, kept=True, doc=_(self._docs[slot]))

    def mean(self, title: str, slot: str, letter: str, share: Number, of: Expression) -> Line:
        """A running mean, of which a share is kept."""
        rest = Number(f"(1 - {share.symbol})", 1.0 - share.number)
        return self.slot(title, slot, letter, share * self.before(slot, letter) + rest * of)

    def corrected(self, line: Line, share: Number) -> Line:
        """A running mean, corrected for its start at 0."""
        doc = _("Corrected for its start at 0; t is the number of this update, {number}.")
        return worked_out(
            _("corrected"),
            rf"\hat{{{line.letter}}}",
            line.number / self.filled(share),
            doc.format(number=self.iteration),
        )

    def filled(self, share: Number) -> Expression:
        """How much of a running mean that began at 0 there is by now."""
        return ONE - power(share, self.iteration, "t")

    def changes_by(self, expression: Expression) -> Line:
        """The last line."""
        return Line(_("change"), CHANGE, expression, self.change)


def worked_out(title: str, letter: str, expression: Expression, doc: str = "") -> Line:
    """A line that is just what its expression comes to."""
    return Line(title, letter, expression, expression.value(), doc=doc)


def _sgd(at: Start) -> Lines:
    if not at.options["momentum"]:
        yield at.changes_by(at.downhill * at.gradient)
        return
    share, step = at.option("momentum", r"\mu"), at.rate * at.gradient
    rolling = at.slot(_("momentum"), "momentum", "v", share * at.before("momentum", "v") - step)
    yield rolling
    ahead = share * rolling.number - step
    yield at.changes_by(ahead if at.options["nesterov"] else rolling.number)


def _rmsprop(at: Start) -> Lines:
    share, small = at.option("rho", r"\rho"), at.option("epsilon", r"\epsilon")
    squares = at.mean(_("squares"), "velocity", "v", share, squared(at.gradient))
    yield squares
    variance: Expression = squares.number
    if at.options["centered"]:
        mean = at.mean(_("mean"), "average_gradient", "m", share, at.gradient)
        yield mean
        variance = squares.number - squared(mean.number)
    spread = root(variance + small)
    if not at.options["momentum"]:
        yield at.changes_by(at.downhill * at.gradient / spread)
        return
    kept = at.option("momentum", r"\mu") * at.before("momentum", "b")
    rolling = at.slot(_("momentum"), "momentum", "b", kept - at.rate * at.gradient / spread)
    yield rolling
    yield at.changes_by(rolling.number)


def _adagrad(at: Start) -> Lines:
    before = at.before("accumulator", "v")
    squares = at.slot(_("squares"), "accumulator", "v", before + squared(at.gradient))
    yield squares
    spread = root(squares.number + at.option("epsilon", r"\epsilon"))
    yield at.changes_by(at.downhill * at.gradient / spread)


def _adadelta(at: Start) -> Lines:
    share, small = at.option("rho", r"\rho"), at.option("epsilon", r"\epsilon")
    squares = at.mean(_("squares"), "accumulated_grad", "v", share, squared(at.gradient))
    yield squares
    past = at.before("accumulated_delta_var", "u")
    against = Number("-g", -at.gradient.number)
    ratio = (past + small) / (squares.number + small)
    step = worked_out(_("step"), "s", against * root(ratio))
    yield step
    yield at.mean(_("changes"), "accumulated_delta_var", "u", share, squared(step.number))
    yield at.changes_by(at.rate * step.number)


def _adamw(at: Start) -> Lines:
    return _adam(at, at.rate * at.option("weight_decay", r"\lambda") * at.weight)


def _adam(at: Start, decay: Expression | None = None) -> Lines:
    """Adam's update. decay: what is taken from the parameter beside it."""
    first, second = at.option("beta_1", r"\beta_1"), at.option("beta_2", r"\beta_2")
    mean = at.mean(_("mean"), "momentum", "m", first, at.gradient)
    squares = at.mean(_("squares"), "velocity", "v", second, squared(at.gradient))
    yield mean
    yield squares
    scale = squares
    if at.options["amsgrad"]:
        most = larger(at.before("velocity_hat", "u"), squares.number)
        scale = at.slot(_("largest"), "velocity_hat", "u", most)
        yield scale
    # The rule puts both corrections into its learning rate; so epsilon has a share in them.
    mean, scale = at.corrected(mean, first), at.corrected(scale, second)
    small = worked_out(
        _("corrected"),
        r"\hat{\epsilon}",
        at.option("epsilon", r"\epsilon") / root(at.filled(second)),
        _("The small number that keeps the division from failing, corrected likewise."),
    )
    yield mean
    yield scale
    yield small
    step = at.downhill * mean.number / (root(scale.number) + small.number)
    yield at.changes_by(step if decay is None else step - decay)


def _adamax(at: Start) -> Lines:
    share = at.option("beta_1", r"\beta_1")
    mean = at.mean(_("mean"), "momentum", "m", share, at.gradient)
    yield mean
    fading = at.option("beta_2", r"\beta_2") * at.before("norm", "u")
    largest = at.slot(_("largest"), "norm", "u", larger(fading, size(at.gradient)))
    mean = at.corrected(mean, share)
    yield largest
    yield mean
    below = largest.number + at.option("epsilon", r"\epsilon")
    yield at.changes_by(at.downhill * mean.number / below)


def _nadam(at: Start) -> Lines:
    first, second = at.option("beta_1", r"\beta_1"), at.option("beta_2", r"\beta_2")
    mean = at.mean(_("mean"), "momentum", "m", first, at.gradient)
    squares = at.mean(_("squares"), "velocity", "v", second, squared(at.gradient))
    yield mean
    yield squares
    squares = at.corrected(squares, second)
    yield squares
    weights = []
    for when, letter in ((at.iteration, r"\mu_{t}"), (at.iteration + 1, r"\mu_{t+1}")):
        symbol = "t" if when == at.iteration else "t+1"
        grown = ONE - constant(0.5) * power(constant(0.96), when, symbol)
        weight = worked_out(_("weight"), letter, first * grown, _("It grows towards beta_1."))
        weights.append(weight.number)
        yield weight
    now, then = weights
    product = at.slot(_("product"), "u_product", r"\Pi", at.before("u_product", r"\Pi") * now)
    yield product
    ahead = worked_out(
        _("looks ahead"),
        r"\bar{m}",
        then * mean.number / (ONE - then * product.number)
        + (ONE - now) * at.gradient / (ONE - product.number),
        _("The mean as it will be, and this gradient, each by its weight."),
    )
    yield ahead
    below = root(squares.number) + at.option("epsilon", r"\epsilon")
    yield at.changes_by(at.downhill * ahead.number / below)


RULES: dict[str, Callable[[Start], Lines]] = {
    "sgd": _sgd,
    "rmsprop": _rmsprop,
    "adagrad": _adagrad,
    "adadelta": _adadelta,
    "adam": _adam,
    "adamw": _adamw,
    "adamax": _adamax,
    "nadam": _nadam,
}
"""The lines of every optimizer, by its name."""
