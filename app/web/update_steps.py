"""From gradient to update: how the optimizer turns the chosen parameter's gradient into a change.

The formulas are those of ``app.core.update_rules``, in letters: g the gradient, η the learning
rate, t the number of this update.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from app.core.optimizers import OPTIMIZERS
from app.language import N_, _
from app.session.session import Session
from app.web.figures import figure, short
from app.web.formulas import mathml, symbol

_MEAN = r"m \leftarrow \beta_1 m + (1 - \beta_1)\,g"
_MEAN_SQUARE = r"v \leftarrow \beta_2 v + (1 - \beta_2)\,g^2"
_LARGEST = r"u \leftarrow \max(u,\,v)"
_SHARE = r"\frac{\hat{m}}{\sqrt{\hat{v}} + \hat{\epsilon}}"
_ADAM = r"\Delta = -\eta\," + _SHARE

_SLOTS = {
    ("sgd", "momentum"): r"v \leftarrow \mu v - \eta g",
    ("rmsprop", "velocity"): r"v \leftarrow \rho v + (1 - \rho)\,g^2",
    ("rmsprop", "momentum"): r"b \leftarrow \mu b - \eta\,\frac{g}{\sqrt{v + \epsilon}}",
    ("rmsprop", "average_gradient"): r"m \leftarrow \rho m + (1 - \rho)\,g",
    ("adagrad", "accumulator"): r"v \leftarrow v + g^2",
    ("adadelta", "accumulated_grad"): r"v \leftarrow \rho v + (1 - \rho)\,g^2",
    ("adadelta", "accumulated_delta_var"): r"u \leftarrow \rho u + (1 - \rho)\,(\Delta / \eta)^2",
    ("adam", "momentum"): _MEAN,
    ("adam", "velocity"): _MEAN_SQUARE,
    ("adam", "velocity_hat"): _LARGEST,
    ("adamw", "momentum"): _MEAN,
    ("adamw", "velocity"): _MEAN_SQUARE,
    ("adamw", "velocity_hat"): _LARGEST,
    ("adamax", "momentum"): _MEAN,
    ("adamax", "norm"): r"u \leftarrow \max(\beta_2 u,\,|g|)",
    ("nadam", "momentum"): _MEAN,
    ("nadam", "velocity"): _MEAN_SQUARE,
    ("nadam", "u_product"): r"\Pi \leftarrow \Pi\,\mu_t",
}

_CHANGES = {
    "sgd": r"\Delta = -\eta g",
    "rmsprop": r"\Delta = -\eta\,\frac{g}{\sqrt{v + \epsilon}}",
    "adagrad": r"\Delta = -\eta\,\frac{g}{\sqrt{v + \epsilon}}",
    "adadelta": r"\Delta = -\eta\,g\,\sqrt{\frac{u_{t-1} + \epsilon}{v + \epsilon}}",
    "adam": _ADAM,
    "adamw": _ADAM + r" - \eta \lambda w",
    "adamax": r"\Delta = -\eta\,\frac{\hat{m}}{u + \epsilon}",
    "nadam": r"\Delta = -\frac{\eta}{\sqrt{\hat{v}} + \epsilon}"
    r"(\frac{\mu_{t+1} m}{1 - \Pi \mu_{t+1}} + \frac{(1 - \mu_t) g}{1 - \Pi})",
}

_TITLES = {
    "momentum": N_("momentum"),
    "velocity": N_("squares"),
    "velocity_hat": N_("largest"),
    "average_gradient": N_("mean"),
    "accumulator": N_("squares"),
    "accumulated_grad": N_("squares"),
    "accumulated_delta_var": N_("changes"),
    "norm": N_("largest"),
    "u_product": N_("correction"),
}


@dataclass(frozen=True)
class UpdateStep:
    """A line of the calculation. numbers: what goes in; figure: what comes out.

    doc: what it is, in a sentence. foretold: it gives away what the next update will do.
    """

    title: str
    formula: Markup
    numbers: str
    figure: str
    sign: str = ""
    doc: str = ""
    foretold: bool = False


def update_steps(session: Session, explanation: Mapping[str, Any]) -> tuple[UpdateStep, ...]:
    """The lines from the gradient to the new value."""
    update, label = explanation["update"], explanation["label"]
    options = session.spec.optimizer.model_dump()
    steps = [
        UpdateStep(
            _("gradient"),
            mathml(rf"g = \partial E / \partial {symbol(label)}"),
            "",
            figure(update["gradient"]),
            _sign(update["gradient"]),
        )
    ]
    steps += _penalty_and_clipping(update)
    rate = update["learning_rate"]
    if explanation["trainable"]:
        steps += _slots(update)
        formula = _change(options)
        numbers = _("η = {rate}").format(rate=short(rate))
        if formula == _CHANGES["sgd"]:
            numbers = f"{short(-rate)} · {figure(update['clipped'])}"
    else:
        formula, numbers = r"\Delta = 0", _("frozen")
    change = update["change"]
    steps.append(
        UpdateStep(
            _("change"), mathml(formula), numbers, _plus(change), _sign(change), foretold=True
        )
    )
    steps.append(
        UpdateStep(
            _("new value"),
            mathml(rf"{symbol(label)} + \Delta"),
            f"{figure(explanation['value'])} {_added(change)}",
            figure(update["new_value"]),
            foretold=True,
        )
    )
    return tuple(steps)


def _change(options: Mapping[str, Any]) -> str:
    """The formula of the change, with the optimizer's options as they are chosen."""
    name = options["name"]
    formula = _CHANGES.get(name, r"\Delta")
    if name == "sgd" and options["momentum"]:
        return r"\Delta = \mu v - \eta g" if options["nesterov"] else r"\Delta = v"
    if name == "rmsprop" and options["momentum"]:
        return r"\Delta = b"
    if name == "rmsprop" and options["centered"]:
        return formula.replace(r"{v + ", r"{v - m^2 + ")
    if options.get("amsgrad"):
        corrected = r"\frac{\hat{m}\,\sqrt{1 - \beta_2^t}}{\sqrt{u} + \epsilon}"
        return formula.replace(_SHARE, corrected)
    return formula


def _penalty_and_clipping(update: Mapping[str, Any]) -> list[UpdateStep]:
    """What happens to the gradient before the optimizer sees it, if anything does."""
    steps = []
    penalised = update["gradient"] + update["penalty"]
    if update["penalty"]:
        steps.append(
            UpdateStep(
                _("with penalty"),
                mathml(r"g \leftarrow g + \partial P / \partial w"),
                f"{figure(update['gradient'])} {_added(update['penalty'])}",
                figure(penalised),
                _sign(penalised),
            )
        )
    if update["clipped"] != penalised:
        steps.append(
            UpdateStep(
                _("clipped"),
                mathml(r"g \leftarrow \mathrm{clip}(g)"),
                figure(penalised),
                figure(update["clipped"]),
                _sign(update["clipped"]),
            )
        )
    return steps


def _slots(update: Mapping[str, Any]) -> list[UpdateStep]:
    """What the optimizer remembers, before and after, and running means corrected."""
    optimizer = OPTIMIZERS[update["optimizer"]]
    steps = []
    for slot in optimizer.slots:
        if slot.name not in update["slots"]:
            continue
        values = update["slots"][slot.name]
        steps.append(
            UpdateStep(
                _(_TITLES.get(slot.name, slot.name)),
                mathml(_SLOTS.get((optimizer.name, slot.name), r"s")),
                f"{figure(values['before'])} →",
                figure(values["after"]),
                _sign(values["after"]),
                _(slot.doc),
            )
        )
        mean = values["corrected"]
        if slot.mean_by is not None and mean is not None:
            letter = "m" if slot.mean_by == "beta_1" else "v"
            beta = rf"\beta_{{{slot.mean_by[-1]}}}"
            steps.append(
                UpdateStep(
                    _("corrected"),
                    mathml(rf"\hat{{{letter}}} = \frac{{{letter}}}{{1 - {beta}^t}}"),
                    f"t = {update['iteration']}",
                    figure(mean),
                    _sign(mean),
                    _("Corrected for its start at 0."),
                )
            )
    return steps


def _sign(value: float) -> str:
    return "positive" if value > 0 else "negative" if value < 0 else ""


def _plus(value: float) -> str:
    """A change, with its sign."""
    return f"+{figure(value)}" if value > 0 else figure(value)


def _added(value: float) -> str:
    """A number as it is added: "+ 0.0070" or "− 0.0070"."""
    return f"{'−' if value < 0 else '+'} {figure(abs(value))}"
