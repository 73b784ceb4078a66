"""The sentence that says in plain words what just happened, and what the eye should look at.

A pure function of a session. Parameters are called by their labels, which the page makes
choosable; signs have their colours.
"""

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from app.core.names import parameter_labels, parameter_names
from app.core.network import Vector
from app.core.optimizers import OPTIMIZERS
from app.language import _, ngettext
from app.session.session import Session
from app.web.figures import count as counted
from app.web.figures import figure, short, subscripted
from app.web.layer_formula import backward_formula, forward_formula

HARDLY = 0.002
"""A cost that falls by less than this share of itself in an epoch hardly falls."""

SMALL = 0.0001

FLAT = 0.001
"""Where even the steepest slope is below this, an update is no way out."""

DONE = 0.02
"""A cost below this share of that at the start needs no advice any more."""

BY_HEART = 1.5
"""Cost on test examples, as a multiple of that on training examples, that is worth a word."""

ALIKE = 0.8
"""Weights move alike where none moves by less than this share of the one that moves most."""

STEPS = ("update", "batch", "epoch")


@dataclass(frozen=True)
class Narration:
    """sentence: what just happened; empty where ``stopped`` says it. formula: of the layer in
    play, where a phase is stepped layer by layer. stopped: why training cannot go on, and what to
    try.
    """

    sentence: Markup
    formula: Markup
    stopped: str | None


def narrate(session: Session) -> Narration:
    """What to say about a session as it stands."""
    stopped = session.stopped
    if stopped is None:
        return Narration(_sentence(session), _formula(session), None)
    # What stopped it says all there is to say of the step.
    sentence = Markup("") if session.operation in STEPS else _sentence(session)
    return Narration(sentence, _formula(session), f"{stopped.detail} {stopped.advice}")


def _sentence(session: Session) -> Markup:
    if session.playing is not None:
        return _playing(session)
    tell = {
        "forward": _forward,
        "backward": _backward,
        "forward_layers": _forward_layers,
        "backward_layers": _backward_layers,
        "update": _update,
        "batch": _batch,
        "epoch": _epoch,
        "reset": _reset,
        "edit": _edit,
        "spec": _spec,
        "focus": _focus,
        "choose": _choose,
    }
    return tell[session.operation](session) if session.operation else _start(session)


def _formula(session: Session) -> Markup:
    """Of the layer that a phase stepped layer by layer has just been through."""
    if session.operation == "forward_layers":
        return forward_formula(session, _layers_done(session, "ready"))
    if session.operation == "backward_layers":
        number = len(session.run.network.layers) + 1 - _layers_done(session, "forward")
        return backward_formula(session, number)
    return Markup("")


def _layers_done(session: Session, phase: str) -> int:
    """How many layers of the phase that follows ``phase`` are done: all, where none is left."""
    position = session.position
    every = len(session.run.network.layers)
    return every if position.phase != phase or position.layer is None else position.layer


# Pieces


def _fill(text: str, **values: object) -> Markup:
    """A translated text with its gaps filled; numbers in the page's digits."""
    return Markup(text).format(**values)


def _signed(value: float, text: str | None = None) -> Markup:
    sign = "negative" if value < 0 else "positive"
    return Markup('<span class="{}">{}</span>').format(sign, text or figure(value))


def _label(session: Session, index: int) -> Markup:
    network = session.run.network
    name = parameter_names(network)[index]
    return Markup(
        '<button form="choose-form" name="parameter" value="{}" class="edge-name" '
        'data-choose="{}">{}</button>'
    ).format(name, name, subscripted(parameter_labels(network)[index]))


def _amount(difference: float) -> str:
    """How much, for people: a difference too small for four digits is just that."""
    size = abs(difference)
    return figure(size) if size >= SMALL else _("less than {least}").format(least=figure(SMALL))


def _cost(session: Session) -> float:
    return float(session.metrics()["train"]["loss"])


def _largest(session: Session, vector: Vector) -> int:
    """Index of the trained parameter that has the largest size in ``vector``."""
    size = np.abs(vector)
    trainable = session.run.network.trainable
    return int(np.argmax(size if trainable is None else size * trainable))


def _plain_rate(session: Session) -> float | None:
    """The learning rate where an update is just learning rate times slope, else None."""
    options = session.spec.optimizer.model_dump()
    plain = options["name"] == "sgd" and not options["momentum"]
    clipped = any(options[name] for name in ("clipnorm", "clipvalue", "global_clipnorm"))
    return float(options["learning_rate"]) if plain and not clipped else None


def _examples(session: Session) -> int:
    return len(session.run.examples.inputs)


def _batches(session: Session) -> int:
    return -(-_examples(session) // session.spec.batch_size)


# What happened


def _start(session: Session) -> Markup:
    count, batch = _examples(session), session.spec.batch_size
    if batch < count:
        text = _(
            "Ready. Forward sends a first batch of {batch} examples through the network; Epoch "
            "makes one whole round through all {count}."
        )
    else:
        text = ngettext(
            "Ready. Forward sends the example through the network, from left to right; Epoch makes "
            "one whole round of forward, backward and update.",
            "Ready. Forward sends the {count} examples through the network, from left to right; "
            "Epoch makes one whole round of forward, backward and update.",
            count,
        )
    return _fill(text, batch=batch, count=counted(count))


def _reset(session: Session) -> Markup:
    if session.spec.network.weights is not None:
        text = _("Back at the start, with the weights that were given. The cost is {cost}.")
    else:
        text = _("Back at the start, with the weights that seed {seed} draws. The cost is {cost}.")
    return _fill(text, seed=session.spec.seed, cost=figure(_cost(session)))


def _forward(session: Session) -> Markup:
    run = session.run
    count = len(run.batch_indices)
    went = _fill(
        ngettext(
            "Forward: the example went through.",
            "Forward: {count} examples went through.",
            count,
        ),
        count=count,
    )
    example = run.batch_indices[0]
    if session.focus in run.batch_indices:
        example = session.focus
    at = run.batch_indices.index(example)
    output, target = run.batch.outputs[at], run.batch_targets[at]
    worst = int(np.argmax(np.abs(output - target)))
    name = run.examples.target_names[worst]
    text = (
        _("For example {example} it says {name} = {output} where {target} is right.")
        if example == session.focus
        else _(
            "For example {example} (the drawing shows example {shown}) it says {name} = {output} "
            "where {target} is right."
        )
    )
    says = _fill(
        text,
        example=example + 1,
        shown=session.focus + 1,
        name=subscripted(name),
        output=figure(output[worst]),
        target=short(round(float(target[worst]), 4)),
    )
    blame = _fill(
        ngettext(
            "Its loss is {cost}: Backward finds out who is to blame.",
            "Their loss is {cost}: Backward finds out who is to blame.",
            count,
        ),
        cost=figure(run.batch_loss()),
    )
    return Markup(" ").join([went, says, blame])


def _forward_layers(session: Session) -> Markup:
    done, every = _layers_done(session, "ready"), len(session.run.network.layers)
    if done == every:
        return _forward(session)
    text = _(
        "Forward, layer {number} of {every}: every unit adds up what comes in, each signal times "
        "its weight, and its activation makes a value of the sum."
    )
    return _fill(text, number=done, every=every)


def _backward_layers(session: Session) -> Markup:
    done, every = _layers_done(session, "forward"), len(session.run.network.layers)
    if done == every:
        return _backward(session)
    if done == 1:
        text = _(
            "Backward, the output layer: each delta is the slope of the loss times the slope of "
            "the activation, and an edge's gradient is the delta times what came in along it."
        )
        return Markup(text)
    text = _(
        "Backward, layer {number} of {every}: each unit gathers the deltas behind it, each times "
        "the weight between, and multiplies by the slope of its activation."
    )
    return _fill(text, number=every + 1 - done, every=every)


def _choose(session: Session) -> Markup:
    if session.chosen is None:
        return Markup(_("Nothing is chosen. Choose an edge to see where its gradient comes from."))
    index = parameter_names(session.run.network).index(session.chosen)
    gradient, _loss = session.gradient(session.run.over)
    slope, label = float(gradient[index]), _label(session, index)
    if slope == 0:
        return _fill(_("{label} has slope 0: moving it a little changes nothing."), label=label)
    text = (
        _("{label} has slope {slope}: raising it lowers the cost.")
        if slope < 0
        else _("{label} has slope {slope}: raising it raises the cost.")
    )
    steepest = _largest(session, gradient)
    parts = [_fill(text, label=label, slope=_signed(slope)), _about_to_move(session, slope)]
    if steepest != index:
        parts.append(_fill(_("{label} is the steepest of all."), label=_label(session, steepest)))
    return Markup(" ").join(part for part in parts if part)


def _about_to_move(session: Session, slope: float) -> Markup:
    """What the update will make of a slope, where that is just a product; marked as foretold."""
    rate = _plain_rate(session)
    if rate is None:
        return Markup("")
    step = -rate * slope
    text = (
        _("With a learning rate of {rate} the update will raise it by {step}.")
        if step > 0
        else _("With a learning rate of {rate} the update will lower it by {step}.")
    )
    return Markup('<span class="foretold">{}</span>').format(
        _fill(text, rate=short(rate), step=figure(abs(step)))
    )


def _backward(session: Session) -> Markup:
    gradient, _loss = session.gradient("batch")
    index = _largest(session, gradient)
    slope = float(gradient[index])
    if slope == 0:
        return Markup(_("Backward: every slope is 0, so an update would change nothing."))
    advice = _("Raising it lowers the cost.") if slope < 0 else _("Raising it raises the cost.")
    parts = [
        _fill(
            _("Backward: {label} has the steepest slope, {slope}."),
            label=_label(session, index),
            slope=_signed(slope),
        ),
        Markup(advice),
        _about_to_move(session, slope),
    ]
    return Markup(" ").join(part for part in parts if part)


def _moved(session: Session) -> Markup:
    change = session.run.change
    if change is None or not change.any():
        return Markup(_("No weight moved."))
    index = _largest(session, change)
    rate, moved = _plain_rate(session), float(change[index])
    if rate is None and _alike(session, change):
        optimizer = session.spec.optimizer
        return _fill(
            _("{optimizer} moved every weight by about its learning rate, {rate}."),
            optimizer=_(OPTIMIZERS[optimizer.name].title),
            rate=short(optimizer.model_dump()["learning_rate"]),
        )
    if rate is None:
        text = (
            _("{label} moved most: it fell by {change}.")
            if moved < 0
            else _("{label} moved most: it rose by {change}.")
        )
    else:
        text = (
            _("{label} moved most: it fell by {change}, the learning rate {rate} times its slope.")
            if moved < 0
            else _(
                "{label} moved most: it rose by {change}, the learning rate {rate} times its slope."
            )
        )
    return _fill(
        text,
        label=_label(session, index),
        change=_signed(moved, figure(abs(moved))),
        rate=short(rate or 0),
    )


def _alike(session: Session, change: Vector) -> bool:
    """Whether an optimizer moved every weight by about its learning rate."""
    trainable = session.run.network.trainable
    sizes = np.abs(change if trainable is None else change[np.asarray(trainable, bool)])
    rate = session.spec.optimizer.model_dump()["learning_rate"]
    return bool(len(sizes) > 1 and sizes.min() >= ALIKE * rate and sizes.max() * ALIKE <= rate)


def _update(session: Session) -> Markup:
    cost = _fill(
        _("Over all training examples the cost is now {cost}."), cost=figure(_cost(session))
    )
    done = Markup(_("Update:"))
    return Markup(" ").join([done, _moved(session), cost])


def _batch(session: Session) -> Markup:
    total = _batches(session)
    number = session.position.batch or total
    done = _fill(
        _("Batch {number} of {total}: forward, backward and update in one go."),
        number=number,
        total=total,
    )
    cost = _fill(_("The cost is now {cost}."), cost=figure(_cost(session)))
    return Markup(" ").join([done, _moved(session), cost])


def _epoch(session: Session) -> Markup:
    history = session.history
    if history.epochs == 0:
        return _start(session)
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
    told = _fill(text, epoch=counted(history.epochs), by=_amount(now - before), cost=figure(now))
    if session.stopped:
        return told
    return Markup(" ").join([told, _remark(session, before, now)])


def _remark(session: Session, before: float, now: float) -> Markup:
    """What is worth a word about an epoch."""
    if now > before * (1 + HARDLY):
        if _batches(session) > 1:
            return Markup(
                _("Small batches may do that now and then; if it goes on, lower the learning rate.")
            )
        return Markup(_("The steps are too large: try a smaller learning rate."))
    start = float(session.history.reference["train"]["loss"])
    if now < DONE * start:
        share = f"{100 * now / start:.1g}" if start else "0"
        return _fill(_("That is {share} % of the cost at the start."), share=share)
    if now > start * (1 + HARDLY):
        return _fill(
            _("It is still above {start}, where it began: the steps have been too large."),
            start=figure(start),
        )
    if before - now < HARDLY * before:
        return _hardly(session)
    test = session.metrics()["test"]
    if test and test["loss"] > BY_HEART * now:
        return _fill(
            _("On the test examples it is {cost}: some of this is learnt by heart."),
            cost=figure(test["loss"]),
        )
    gradient, _loss = session.gradient("train")
    index = _largest(session, gradient)
    return _fill(
        _("{label} has the steepest slope left, {slope}."),
        label=_label(session, index),
        slope=_signed(float(gradient[index])),
    )


def _hardly(session: Session) -> Markup:
    """Why the cost hardly falls: how steep the slope is, and what an update makes of it."""
    gradient, _loss = session.gradient("train")
    index = _largest(session, gradient)
    slope, rate = float(gradient[index]), _plain_rate(session)
    if slope == 0:
        return Markup(_("Every slope is 0: no step leads further down."))
    if abs(slope) < FLAT:
        return _fill(
            _(
                "It hardly falls: it is flat all around, {label} has the steepest slope with "
                "{slope}. Another seed or more units may find a way down."
            ),
            label=_label(session, index),
            slope=_signed(slope),
        )
    if rate is not None:
        return _fill(
            _(
                "It hardly falls: the steepest slope, {slope} of {label}, times the learning rate "
                "of {rate} makes a step of just {step}."
            ),
            label=_label(session, index),
            slope=_signed(slope),
            rate=short(rate),
            step=figure(abs(rate * slope)),
        )
    options = session.spec.optimizer
    return _fill(
        _(
            "It hardly falls: {optimizer} takes steps of about its learning rate, {rate}. A "
            "larger one gets on faster."
        ),
        optimizer=_(OPTIMIZERS[options.name].title),
        rate=short(options.model_dump()["learning_rate"]),
    )


def _edit(session: Session) -> Markup:
    edits = session.log[-1].arguments if session.log and session.log[-1].name == "edit" else {}
    cost = _fill(_("The cost is now {cost}."), cost=figure(_cost(session)))
    names = parameter_names(session.run.network)
    if len(edits) != 1:
        return Markup(" ").join([Markup(_("Weights were set by hand.")), cost])
    ((name, value),) = edits.items()
    told = _fill(
        _("{label} is now {value}, set by hand."),
        label=_label(session, names.index(name)),
        value=_signed(value, short(value)),
    )
    return Markup(" ").join([told, cost])


def _spec(session: Session) -> Markup:
    kept = bool(session.log) and session.log[-1].name == "spec"
    text = (
        _("Changed on the way: the weights stay as they are, and the cost is {cost}.")
        if kept
        else _("Changed, and started anew: the cost is {cost}.")
    )
    return _fill(text, cost=figure(_cost(session)))


def _focus(session: Session) -> Markup:
    run, at = session.run, session.focus
    output = session.predictions(run.examples.inputs[at : at + 1])[0]
    said = ", ".join(
        f"{name} = {figure(value)}"
        for name, value in zip(run.examples.target_names[:4], output[:4], strict=True)
    )
    return _fill(
        _(
            "Example {number}: for {inputs} the network says {output}; {targets} is right. "
            "The numbers on the nodes are now this example's."
        ),
        number=at + 1,
        inputs=_listed(run.examples.inputs[at]),
        output=said,
        targets=_listed(run.examples.targets[at]),
    )


def _playing(session: Session) -> Markup:
    pace = (session.playing or {}).get("epochs_per_second")
    if pace is None:
        told = Markup(_("Playing as fast as the machine can."))
    else:
        told = _fill(
            ngettext(
                "Playing, {pace} epoch a second.", "Playing, {pace} epochs a second.", round(pace)
            ),
            pace=short(pace),
        )
    cost = _fill(_("The cost is {cost}; watch the curve."), cost=figure(_cost(session)))
    return Markup(" ").join([told, cost])


def _listed(values: Vector, most: int = 4) -> str:
    told = ", ".join(short(round(float(value), 3)) for value in values[:most])
    return told + (", …" if len(values) > most else "")
