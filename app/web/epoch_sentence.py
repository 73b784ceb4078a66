"""The sentence on an epoch: how the cost has changed, and why it did not, where it hardly did."""

from collections.abc import Collection

from markupsafe import Markup

from app.core.optimizers import OPTIMIZERS
from app.language import _
from app.session.session import Session
from app.web.figures import count as counted
from app.web.figures import figure, short
from app.web.phrases import (
    amount,
    batch_count,
    fill,
    label_of,
    largest,
    plain_rate,
    signed,
    steeper_untrained,
)

HARDLY = 0.002
"""A cost that falls by less than this share of itself in an epoch hardly falls."""

FLAT = 0.001
"""Where even the steepest slope is below this, an update is no way out."""

DONE = 0.02
"""A cost below this share of that at the start needs no advice any more."""

LEAST_SHARE = 0.01
"""Percent; it makes no difference to a reader how much less it is."""

BY_HEART = 1.5
"""Cost on test examples, as a multiple of that on training examples, that is worth a word."""


def epoch_sentence(session: Session, findings: Collection[str]) -> Markup:
    """How the cost has changed, and what is worth a word. There must have been an epoch.

    findings: kinds of what the diagnosis beside it tells.
    """
    history = session.history
    losses = history.column("train", "loss")
    now = float(losses[-1])
    # The cost before is that of the same loss: it may have been changed since the last epoch.
    same = history.epochs - 1 > history.loss_since
    before = float(losses[-2] if same else history.reference["train"]["loss"])
    if now < before:
        text = _("Epoch {epoch}: the cost fell by {by}, to {cost}.")
    elif now > before:
        text = _("Epoch {epoch}: the cost rose by {by}, to {cost}.")
    else:
        text = _("Epoch {epoch}: the cost stayed at {cost}.")
    told = fill(text, epoch=counted(history.epochs), by=amount(now - before), cost=figure(now))
    if session.stopped:
        return told
    remark = _remark(session, before, now, findings)
    return Markup(" ").join([told, remark] if remark else [told])


def _remark(session: Session, before: float, now: float, findings: Collection[str]) -> Markup:
    """What is worth a word about an epoch; where the diagnosis has advice, none is added."""
    start = float(session.history.reference["train"]["loss"])
    if now > before * (1 + HARDLY):
        harmless = now <= start * (1 + HARDLY) and not findings
        if batch_count(session) > 1 and harmless:
            return Markup(
                _("Small batches may do that now and then; if it goes on, lower the learning rate.")
            )
        return Markup(_("The steps are too large: try a smaller learning rate."))
    if now < DONE * start:
        return _share(100 * now / start)
    if now > start * (1 + HARDLY):
        return fill(
            _("It is still above {start}, where it began: the steps have been too large."),
            start=figure(start),
        )
    if findings:
        return Markup("")
    if before - now < HARDLY * before:
        return _hardly(session)
    test = session.metrics()["test"]
    if test and test["loss"] > BY_HEART * now:
        return fill(
            _("On the test examples it is {cost}: some of this is learnt by heart."),
            cost=figure(test["loss"]),
        )
    gradient, _loss = session.gradient("train")
    index = largest(session, gradient)
    steepest = fill(
        _("{label} has the steepest slope left, {slope}."),
        label=label_of(session, index),
        slope=signed(float(gradient[index])),
    )
    return Markup(" ").join(
        part for part in (steepest, steeper_untrained(session, gradient)) if part
    )


def _share(percent: float) -> Markup:
    """What is left of the cost at the start."""
    if 0 < percent < LEAST_SHARE:
        text = _("That is less than {share} % of the cost at the start.")
        return fill(text, share=short(LEAST_SHARE))
    return fill(_("That is {share} % of the cost at the start."), share=f"{percent:.1g}")


def _hardly(session: Session) -> Markup:
    """Why the cost hardly falls: how steep the slope is, and what an update makes of it."""
    gradient, _loss = session.gradient("train")
    index = largest(session, gradient)
    slope, rate = float(gradient[index]), plain_rate(session)
    if slope == 0:
        return Markup(_("Every slope is 0: no step leads further down."))
    if abs(slope) < FLAT:
        return fill(
            _(
                "It hardly falls: it is flat all around, {label} has the steepest slope with "
                "{slope}. Another seed or more units may find a way down."
            ),
            label=label_of(session, index),
            slope=signed(slope),
        )
    if rate is not None:
        return fill(
            _(
                "It hardly falls: the steepest slope, {slope} of {label}, times the learning rate "
                "of {rate} makes a step of just {step}."
            ),
            label=label_of(session, index),
            slope=signed(slope),
            rate=short(rate),
            step=figure(abs(rate * slope)),
        )
    options = session.spec.optimizer
    return fill(
        _(
            "It hardly falls: {optimizer} takes steps of about its learning rate, {rate}. A "
            "larger one gets on faster."
        ),
        optimizer=_(OPTIMIZERS[options.name].title),
        rate=short(options.model_dump()["learning_rate"]),
    )
