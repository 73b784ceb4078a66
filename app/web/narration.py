"""The sentence that says in plain words what just happened, and what the eye should look at.

A pure function of a session. Parameters are called by their labels, which the page makes
choosable; signs have their colours.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from app.core.names import is_unit_name, parameter_names
from app.core.network import Vector
from app.core.optimizers import OPTIMIZERS
from app.language import _, ngettext
from app.session.session import Session
from app.web.change_sentences import edited, opened, reset, respecified
from app.web.epoch_sentence import epoch_sentence
from app.web.figures import count as counted
from app.web.figures import figure, short, subscripted
from app.web.layer_formula import LayerFormula, backward_formula, forward_formula
from app.web.phrases import (
    batch_count,
    example_count,
    fill,
    label_of,
    largest,
    plain_rate,
    signed,
    steeper_untrained,
    train_cost,
)
from app.web.time_sentences import at_end, branched, deleted, made_room, rewound
from app.web.unit_value import unit_chosen

ALIKE = 0.8
"""Weights move alike where none moves by less than this share of the one that moves most."""

STEPS = ("update", "batch", "epoch")

BEGINNINGS = ("reset", "edit", "spec", "branch")
"""Operations that may begin a branch."""


@dataclass(frozen=True)
class Narration:
    """sentence: what just happened; empty where ``stopped`` says it. formula: those of the layer
    in play, where a phase is stepped layer by layer. stopped: why training cannot go on, and what
    to try.
    """

    sentence: Markup
    formula: LayerFormula | None
    stopped: str | None


def narrate(session: Session, findings: Collection[str] = ()) -> Narration:
    """What to say about a session as it stands. findings: kinds of what the diagnosis beside it
    tells, so that the two agree.
    """
    stopped = session.stopped
    if stopped is None:
        return Narration(_sentence(session, findings), _formula(session), None)
    # What stopped it says all there is to say of the step.
    sentence = Markup("") if session.operation in STEPS else _sentence(session, findings)
    return Narration(sentence, _formula(session), f"{stopped.detail} {stopped.advice}")


def _sentence(session: Session, findings: Collection[str]) -> Markup:
    if session.playing is not None:
        return _playing(session)
    if session.operation == "epoch" and session.history.epochs:
        return epoch_sentence(session, findings)
    tell = {
        "forward": _forward,
        "backward": _backward,
        "forward_layers": _forward_layers,
        "backward_layers": _backward_layers,
        "update": _update,
        "batch": _batch,
        "reset": reset,
        "edit": edited,
        "spec": respecified,
        "focus": _focus,
        "choose": _choose,
        "rewind": rewound,
        "branch": branched,
        "checkout": at_end,
        "delete": deleted,
        "open": opened,
    }
    if session.operation is None:
        return _start(session)
    told = tell[session.operation](session)
    return told + made_room(session) if session.operation in BEGINNINGS else told


def _formula(session: Session) -> LayerFormula | None:
    """Those of the layer that a phase stepped layer by layer has just been through."""
    if session.operation == "forward_layers":
        return forward_formula(session, _layers_done(session, "ready"))
    if session.operation == "backward_layers":
        number = len(session.run.network.layers) + 1 - _layers_done(session, "forward")
        return backward_formula(session, number)
    return None


def _layers_done(session: Session, phase: str) -> int:
    """How many layers of the phase that follows ``phase`` are done: all, where none is left."""
    position = session.position
    every = len(session.run.network.layers)
    return every if position.phase != phase or position.layer is None else position.layer


# What happened


def _start(session: Session) -> Markup:
    count, batch = example_count(session), session.spec.batch_size
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
    return fill(text, batch=batch, count=counted(count))


def _forward(session: Session) -> Markup:
    count = len(session.run.batch_indices)
    went = fill(
        ngettext(
            "Forward: the example went through.",
            "Forward: {count} examples went through.",
            count,
        ),
        count=count,
    )
    return Markup(" ").join([went, _answer(session)])


def _answer(session: Session) -> Markup:
    """What the network says of an example, and the loss."""
    run = session.run
    count = len(run.batch_indices)
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
    says = fill(
        text,
        example=example + 1,
        shown=session.focus + 1,
        name=subscripted(name),
        output=figure(output[worst]),
        target=short(round(float(target[worst]), 4)),
    )
    blame = fill(
        ngettext(
            "Its loss is {cost}: Backward finds out who is to blame.",
            "The mean loss of the {count} examples is {cost}: Backward finds out who is to blame.",
            count,
        ),
        count=count,
        cost=figure(run.batch_loss()),
    )
    return Markup(" ").join([says, blame])


def _forward_layers(session: Session) -> Markup:
    done, every = _layers_done(session, "ready"), len(session.run.network.layers)
    if done == every:
        told = _("Forward, layer {number} of {every}, the output layer.")
        return Markup(" ").join([fill(told, number=done, every=every), _answer(session)])
    text = _(
        "Forward, layer {number} of {every}: every unit adds up what comes in, each signal times "
        "its weight, and its activation makes a value of the sum."
    )
    return fill(text, number=done, every=every)


def _backward_layers(session: Session) -> Markup:
    done, every = _layers_done(session, "forward"), len(session.run.network.layers)
    if done == every:
        return _backward(
            session,
            _("Backward, layer 1, the last on the way: {label} has the steepest slope, {slope}."),
        )
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
    return fill(text, number=every + 1 - done, every=every)


def _choose(session: Session) -> Markup:
    if session.chosen is None:
        return Markup(
            _("Nothing is chosen. Choose an edge or a node to see where its gradient comes from.")
        )
    if is_unit_name(session.chosen):
        return unit_chosen(session)
    index = parameter_names(session.run.network).index(session.chosen)
    gradient, _loss = session.gradient(session.run.over)
    slope, label = float(gradient[index]), label_of(session, index)
    if slope == 0:
        return fill(_("{label} has slope 0: moving it a little changes nothing."), label=label)
    text = (
        _("{label} has slope {slope}: raising it lowers the cost.")
        if slope < 0
        else _("{label} has slope {slope}: raising it raises the cost.")
    )
    steepest = int(np.argmax(np.abs(gradient)))
    parts = [fill(text, label=label, slope=signed(slope)), _about_to_move(session, index, slope)]
    if steepest != index:
        parts.append(fill(_("{label} is the steepest of all."), label=label_of(session, steepest)))
    return Markup(" ").join(part for part in parts if part)


def _about_to_move(session: Session, index: int, slope: float) -> Markup:
    """What the update will make of a parameter's slope, where that is just a product."""
    rate, trainable = plain_rate(session), session.run.network.trainable
    if trainable is not None and not trainable[index]:
        return Markup(_("It is not trained: the update leaves it as it is."))
    if rate is None:
        return Markup("")
    step = -rate * slope
    text = (
        _("With a learning rate of {rate} the update will raise it by {step}.")
        if step > 0
        else _("With a learning rate of {rate} the update will lower it by {step}.")
    )
    return fill(text, rate=short(rate), step=figure(abs(step)))


def _backward(session: Session, text: str = "") -> Markup:
    """text: says which parameter has the steepest slope, where that is said otherwise."""
    gradient, _loss = session.gradient("batch")
    index = largest(session, gradient)
    slope = float(gradient[index])
    trainable = session.run.network.trainable
    if trainable is not None and not trainable.any():
        return Markup(_("Backward: nothing is trained, so an update will change nothing."))
    if slope == 0:
        return Markup(_("Backward: every slope is 0, so an update would change nothing."))
    advice = _("Raising it lowers the cost.") if slope < 0 else _("Raising it raises the cost.")
    parts = [
        fill(
            text or _("Backward: {label} has the steepest slope, {slope}."),
            label=label_of(session, index),
            slope=signed(slope),
        ),
        Markup(advice),
        _about_to_move(session, index, slope),
        steeper_untrained(session, gradient),
    ]
    return Markup(" ").join(part for part in parts if part)


def _moved(session: Session) -> Markup:
    change = session.run.change
    if change is None or not change.any():
        return Markup(_("No weight moved."))
    index = largest(session, change)
    rate, moved = plain_rate(session), float(change[index])
    if rate is None and _alike(session, change):
        optimizer = session.spec.optimizer
        return fill(
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
    return fill(
        text,
        label=label_of(session, index),
        change=signed(moved, figure(abs(moved))),
        rate=short(rate or 0),
    )


def _alike(session: Session, change: Vector) -> bool:
    """Whether an optimizer moved every weight by about its learning rate."""
    trainable = session.run.network.trainable
    sizes = np.abs(change if trainable is None else change[np.asarray(trainable, bool)])
    rate = session.spec.optimizer.model_dump()["learning_rate"]
    return bool(len(sizes) > 1 and sizes.min() >= ALIKE * rate and sizes.max() * ALIKE <= rate)


def _update(session: Session) -> Markup:
    cost = fill(
        _("Over all training examples the cost is now {cost}."), cost=figure(train_cost(session))
    )
    done = Markup(_("Update:"))
    return Markup(" ").join([done, _moved(session), cost])


def _batch(session: Session) -> Markup:
    total = batch_count(session)
    number = session.position.batch or total
    done = fill(
        _("Batch {number} of {total}: forward, backward and update in one go."),
        number=number,
        total=total,
    )
    cost = fill(_("The cost is now {cost}."), cost=figure(train_cost(session)))
    return Markup(" ").join([done, _moved(session), cost])


def _focus(session: Session) -> Markup:
    run, at = session.run, session.focus
    output = session.predictions(run.examples.inputs[at : at + 1])[0]
    said = ", ".join(
        f"{name} = {figure(value)}"
        for name, value in zip(run.examples.target_names[:4], output[:4], strict=True)
    )
    return fill(
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
    pace = session.playing.epochs_per_second if session.playing else None
    if pace is None:
        told = Markup(_("Playing as fast as the machine can."))
    else:
        told = fill(
            ngettext(
                "Playing, {pace} epoch a second.", "Playing, {pace} epochs a second.", round(pace)
            ),
            pace=short(pace),
        )
    cost = fill(_("The cost is {cost}; watch the curve."), cost=figure(train_cost(session)))
    return Markup(" ").join([told, cost])


def _listed(values: Vector, most: int = 4) -> str:
    told = ", ".join(short(round(float(value), 3)) for value in values[:most])
    return told + (", …" if len(values) > most else "")
