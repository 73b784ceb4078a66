"""From the gradients of single examples to that of all of them: their mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from app.language import _, ngettext
from app.web.arithmetic import Expression, Number, total
from app.web.figures import count as counted
from app.web.figures import precise
from app.web.formulas import mathml, slanted_derivative, symbol
from app.web.on_paper import calculated

WRITTEN_OUT = 4
"""So many examples have a number each; of more, the one of the chain rule and all others as one."""


@dataclass(frozen=True)
class ExamplesMean:
    """formula, numbers, figure: the gradient as a mean. said: the same in words."""

    formula: Markup
    numbers: str
    figure: str
    said: str


def examples_mean(explanation: Mapping[str, Any]) -> ExamplesMean | None:
    """Of a parameter's explanation, where it is of several examples."""
    count, gradient = explanation["examples_total"], explanation["gradient"]
    if count == 1:
        return None
    shares = {share["index"]: share["contribution"] for share in explanation["examples"]}
    chosen = sorted(shares)
    if count > WRITTEN_OUT:
        chosen = [index for index in chosen if index == explanation["example"]]
    terms: list[Expression] = [Number("", shares[index] * count) for index in chosen]
    if len(chosen) < count:
        rest = gradient - sum(shares[index] for index in chosen)
        terms.append(Number("", rest * count))
    bottom = explanation["label"]
    text = _("The gradient is the mean over all {count} examples:")
    if explanation["over"] == "batch":
        text = _("The gradient is the mean over the {count} examples of the batch:")
    return ExamplesMean(
        formula=mathml(
            rf"{slanted_derivative('E', bottom)} = \frac{{1}}{{{count}}} "
            rf"\textstyle\sum \partial E_i / \partial {symbol(bottom)}"
        ),
        numbers=calculated(total(terms) / Number(str(count), count), gradient),
        figure=precise(gradient),
        said=text.format(count=counted(count)),
    )


def contributions_said(explanation: Mapping[str, Any]) -> str:
    """How the examples add up to the gradient, in a sentence or two; empty for one example."""
    examples, total_count = explanation["examples"], explanation["examples_total"]
    if len(examples) < 2:
        return ""
    hardest = max(examples, key=lambda example: abs(float(example["contribution"])))
    if hardest["contribution"] == 0.0:
        return _(
            "Every one of the {count} examples adds 0: no gradient comes back to {label} at all."
        ).format(count=counted(total_count), label=explanation["label"])
    return ngettext(
        "The bar adds up to the gradient, {gradient}.",
        "The {count} bars add up to the gradient, {gradient}; each is the example's own gradient "
        "divided by {count}. Example {number} pulls hardest, with {contribution}.",
        len(examples),
    ).format(
        count=counted(total_count),
        gradient=precise(explanation["gradient"]),
        number=hardest["index"] + 1,
        contribution=precise(hardest["contribution"]),
    )
