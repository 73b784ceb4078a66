"""The diagnosis of a run, in words: what keeps it from learning, and what to try."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from app.core.diagnosis import RECENT, Finding, findings, gradient_norms
from app.core.names import node_labels
from app.language import _, ngettext
from app.session.run import Run


def diagnosis(run: Run) -> dict[str, Any]:
    """The findings, none for a healthy network, and the size of each layer's gradient, now and at
    the times when somebody looked.
    """
    passing = run.passing("train").backprop
    losses, lowest = _losses(run)
    found = findings(run.network, run.training.parameters, passing, losses, lowest)
    return {
        "findings": [_told(run, alike) for alike in _together(found)],
        "gradient_norms": gradient_norms(run.network, passing.gradient),
        "gradient_norms_over_time": run.gradient_norms.told(),
    }


def _losses(run: Run) -> tuple[list[float], float | None]:
    """The first and the latest of the losses that belong together, and the lowest of all.

    Those of before an edit, of another loss or another optimizer say nothing about the steps made
    since.
    """
    history = run.history
    since = max(history.loss_since, run.edited_in, run.optimizer_since)
    column = history.column("train", "loss")[since:]
    losses: list[float] = column[-RECENT:].tolist()
    if run.edited_in <= history.loss_since >= run.optimizer_since:
        losses.insert(0, history.reference["train"]["loss"])
    elif run.optimizer_since == since > run.edited_in:
        losses.insert(0, float(history.column("train", "loss")[since - 1]))
    if not losses:
        return [], None
    return losses, min(float(column.min(initial=losses[0])), losses[0])


def _together(found: Sequence[Finding]) -> list[list[Finding]]:
    """Layers whose gradient vanishes, or explodes, are told of in one sentence."""
    groups: list[list[Finding]] = []
    for finding in found:
        of_deltas = finding.kind in ("vanishing", "exploding")
        if of_deltas and groups and groups[-1][0].kind == finding.kind:
            groups[-1].append(finding)
        else:
            groups.append([finding])
    return groups


def _told(run: Run, alike: Sequence[Finding]) -> dict[str, Any]:
    finding = max(alike, key=_trouble)
    sentence, advice = _words(run, alike)
    return {
        "kind": finding.kind,
        "layer": None if finding.layer is None else finding.layer + 1,
        "layers": [one.layer + 1 for one in alike if one.layer is not None],
        "units": None if finding.units is None else list(finding.units),
        "value": finding.value,
        "sentence": sentence,
        "advice": advice,
    }


def _trouble(finding: Finding) -> float:
    """How many times too small or too large."""
    return 1.0 / max(finding.value, 1e-300) if finding.kind == "vanishing" else finding.value


def _words(run: Run, alike: Sequence[Finding]) -> tuple[str, str]:
    """What is seen, and what to try."""
    finding = alike[0]
    if finding.layer is None:
        return _about_the_cost(run, finding)
    if finding.kind in ("vanishing", "exploding"):
        return _about_the_gradient(run, alike)
    activation = _(run.network.layers[finding.layer].activation.entry.title)
    units = finding.units or ()
    names = _units(run, finding)
    if finding.kind == "dead":
        return (
            ngettext(
                "{names} is dead: its sum is negative for every example, so its slope is 0 and it "
                "does not learn.",
                "{names} are dead: their sums are negative for every example, so their slopes are "
                "0 and they do not learn.",
                len(units),
            ).format(names=names),
            _advice_for_the_dead(run, finding.layer, units),
        )
    return (
        ngettext(
            "{names} is saturated: it stands on the flat part of {activation} for every example "
            "that is wrong, where the slope is almost 0.",
            "{names} are saturated: they stand on the flat part of {activation} for every example "
            "that is wrong, where the slope is almost 0.",
            len(units),
        ).format(names=names, activation=activation),
        _("Try smaller starting weights or standardised inputs.")
        if run.untrained
        else _("Try smaller starting weights, standardised inputs, or a smaller learning rate."),
    )


def _about_the_gradient(run: Run, alike: Sequence[Finding]) -> tuple[str, str]:
    """alike: of one layer or several."""
    words = {"layers": _layers(alike), "times": _from_to([_trouble(one) for one in alike])}
    if alike[0].kind == "vanishing":
        return (
            ngettext(
                "The gradient vanishes on its way back: in layer {layers} the deltas are {times} "
                "times smaller than at the output, so it hardly learns.",
                "The gradient vanishes on its way back: in layers {layers} the deltas are {times} "
                "times smaller than at the output, so they hardly learn.",
                len(alike),
            ).format(**words),
            _("Try tanh or ReLU in the hidden layers, fewer layers, or he_normal kernels."),
        )
    if alike[0].beside_weights:
        sentence = ngettext(
            "The gradient explodes: the numbers grow from layer to layer, and in layer {layers} it "
            "is {times} times as large as the weights.",
            "The gradient explodes: the numbers grow from layer to layer, and in layers {layers} "
            "it is {times} times as large as the weights.",
            len(alike),
        )
    else:
        sentence = ngettext(
            "The gradient explodes on its way back: in layer {layers} the deltas are {times} times "
            "larger than at the output.",
            "The gradient explodes on its way back: in layers {layers} the deltas are {times} "
            "times larger than at the output.",
            len(alike),
        )
    return (
        sentence.format(**words),
        _("Try smaller starting weights, such as glorot_uniform's, or clipnorm 1.")
        if run.untrained
        else _("Try a smaller learning rate, clipnorm 1, or smaller starting weights."),
    )


def _layers(alike: Sequence[Finding]) -> str:
    """Their numbers: 1, 1 and 2, 1 to 4, or 1, 2 and 5."""
    numbers = [one.layer + 1 for one in alike if one.layer is not None]
    first, last = numbers[0], numbers[-1]
    if len(numbers) > 2 and numbers == list(range(first, last + 1)):
        return _("{first} to {last}").format(first=first, last=last)
    return _listed([str(number) for number in numbers])


def _from_to(factors: Sequence[float]) -> str:
    """What factors span, in words and rounded."""
    least, most = _times(min(factors)), _times(max(factors))
    if least == most:
        return most
    return _("{first} to {last}").format(first=least, last=most)


def _advice_for_the_dead(run: Run, layer: int, units: Sequence[int]) -> str:
    """No step has killed what was dead before the first, and a reset brings that back."""
    if _never_lived(run, layer, units):
        return _(
            "Try other starting weights, such as he_normal's or another seed's, or leaky ReLU, "
            "through which some leaks."
        )
    if run.position.update == 0:
        return ngettext(
            "Give it another weight or bias, or reset.",
            "Give them other weights or biases, or reset.",
            len(units),
        )
    return _("Reset, and try a smaller learning rate or leaky ReLU, through which some leaks.")


def _never_lived(run: Run, layer: int, units: Sequence[int]) -> bool:
    """Whether units that are dead have been so from the start. Those of later layers may have lost
    what came in, while their own weights stayed.
    """
    if run.untrained or layer > 0:
        return run.untrained
    now, start = (
        run.network.views(values)[layer].weights[:, list(units)]
        for values in (run.training.parameters, run.starting_values)
    )
    return bool(np.array_equal(now, start))


def _about_the_cost(run: Run, finding: Finding) -> tuple[str, str]:
    rate = run.spec.optimizer.learning_rate
    if finding.kind == "risen":
        return (
            _(
                "The cost is {times} times what it has been at its lowest, and does not come down. "
                "The steps have been too large."
            ).format(times=_times(finding.value)),
            _("Reset, and try a learning rate of {rate:g} instead of {present:g}.").format(
                rate=rate / 10, present=rate
            ),
        )
    return (
        _(
            "The cost is rising: it is {times} times what it was a few epochs ago. The steps "
            "jump over the valley."
        ).format(times=_times(finding.value)),
        _("Try a learning rate of {rate:g} instead of {present:g}.").format(
            rate=rate / 10, present=rate
        ),
    )


def _units(run: Run, finding: Finding) -> str:
    """The labels of the units found, or how many they are where there are many."""
    units, layer = finding.units or (), (finding.layer or 0) + 1
    if len(units) > 4:
        return _("{count} units of layer {layer}").format(count=len(units), layer=layer)
    return _listed([node_labels(run.network)[layer][unit] for unit in units])


def _listed(words: Sequence[str]) -> str:
    *first, last = words
    return _("{first} and {last}").format(first=", ".join(first), last=last) if first else last


def _times(value: float) -> str:
    """A factor for people, who need no more of it than two digits, if it is not enormous."""
    return _("more than a million") if value > 1e6 else f"{float(f'{value:.2g}'):,.10g}"
