"""The inspector: what the page shows of the chosen parameter or unit, made from its explanation."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.core.names import is_unit_name
from app.language import _
from app.session.session import Session
from app.web.chain_rule import ChainRule, chain_rule
from app.web.examples_mean import ExamplesMean, contributions_said, examples_mean
from app.web.numeric_check import NumericCheck, numeric_check
from app.web.slope_lines import loss_symbol
from app.web.unit_value import UnitValue, unit_value
from app.web.update_steps import UpdateStep, update_steps

Explanation = Mapping[str, Any]


@dataclass(frozen=True)
class Inspector:
    """What is shown of the chosen parameter or unit; nothing is filled where nothing is chosen.

    chosen: its name. frozen: a sentence where no update moves it. about: whose chain rule it is,
    where there are several examples. note: what the numbers are of, where they are not those of the
    phase under way. mean: from the gradient of the one example to that of all. unit: how a unit's
    value comes about, and what follows from its delta; the rest is of parameters. gradient: how the
    examples add up to the gradient. preview: what sets the update that is calculated apart from the
    next one to come, if anything does.
    """

    chosen: str
    label: str
    frozen: str
    about: str
    note: str
    chain: ChainRule | None
    mean: ExamplesMean | None
    unit: UnitValue | None
    gradient: str
    update: tuple[UpdateStep, ...]
    preview: str
    numeric: NumericCheck | None


NOTHING = Inspector("", "", "", "", "", None, None, None, "", (), "", None)


def inspector(session: Session, name: str | None = None) -> Inspector:
    """Of a session's chosen parameter or unit. name: of another than the chosen one."""
    explanation = session.explanation(name)
    if explanation is None:
        return NOTHING
    loss = loss_symbol(explanation["example"], len(session.run.examples.inputs))
    about = replace(
        NOTHING,
        chosen=explanation["name"],
        label=explanation["label"],
        about=_about(session, explanation),
        note=_note(session),
        chain=chain_rule(session.run.training, explanation, loss),
    )
    if is_unit_name(explanation["name"]):
        return replace(about, unit=unit_value(session, explanation))
    return replace(
        about,
        frozen=_frozen(explanation),
        mean=examples_mean(explanation),
        gradient=contributions_said(explanation),
        update=update_steps(session, explanation),
        preview=_preview(session, explanation),
        numeric=numeric_check(explanation),
    )


def _frozen(explanation: Explanation) -> str:
    if explanation["trainable"]:
        return ""
    return _("{label} is frozen: it has a gradient all the same, but no update moves it.").format(
        label=explanation["label"]
    )


def _about(session: Session, explanation: Explanation) -> str:
    count = len(session.run.examples.inputs)
    if count == 1:
        return ""
    example = explanation["example"]
    text = _("for example {number} of {count}")
    if explanation["over"] == "batch" and example not in session.run.batch_indices:
        text = _("for example {number} of {count}, which is not in this batch")
    return text.format(number=example + 1, count=count)


def _note(session: Session) -> str:
    """Layer by layer the drawing fills up; the chain rule has its numbers at once."""
    position = session.position
    if position.phase != "ready" or position.layer is None:
        return ""
    if len(session.run.examples.inputs) == 1:
        return _("Forward is under way; these numbers are already those of every layer.")
    return _(
        "Forward is under way; until Backward begins, the gradient is that of the whole training "
        "set at the present weights."
    )


def _preview(session: Session, explanation: Explanation) -> str:
    count = len(session.run.examples.inputs)
    if explanation["over"] == "batch" or session.spec.batch_size >= count:
        return ""
    return _(
        "As if all {count} examples were one batch; Forward and Backward bring the numbers of the "
        "next batch of {size}."
    ).format(count=count, size=session.spec.batch_size)
