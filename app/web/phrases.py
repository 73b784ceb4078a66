"""What sentences about a session are made of: labels that choose, numbers in the colour of their
sign, and the figures that they tell of.
"""

import numpy as np
from markupsafe import Markup

from app.core.names import parameter_labels, parameter_names
from app.core.network import Vector
from app.language import _
from app.session.session import Session
from app.web.choosing import choose_button
from app.web.figures import figure

SMALL = 0.0001


def fill(text: str, **values: object) -> Markup:
    """A translated text with its gaps filled; numbers in the page's digits."""
    return Markup(text).format(**values)


def signed(value: float, text: str | None = None) -> Markup:
    """A number in the colour of its sign. text: what is shown of it."""
    sign = "negative" if value < 0 else "positive"
    return Markup('<span class="{}">{}</span>').format(sign, text or figure(value))


def label_of(session: Session, index: int) -> Markup:
    """The label of the parameter at ``index``, which chooses it."""
    network = session.run.network
    return choose_button(parameter_names(network)[index], parameter_labels(network)[index])


def amount(difference: float) -> str:
    """How much, for people: a difference too small for four digits is just that."""
    size = abs(difference)
    return figure(size) if size >= SMALL else _("less than {least}").format(least=figure(SMALL))


def train_cost(session: Session) -> float:
    """Over all training examples, at the present parameters."""
    return float(session.metrics()["train"]["loss"])


def largest(session: Session, vector: Vector) -> int:
    """Index of the trained parameter that has the largest size in ``vector``."""
    size = np.abs(vector)
    trainable = session.run.network.trainable
    return int(np.argmax(size if trainable is None else size * trainable))


def steeper_untrained(session: Session, gradient: Vector) -> Markup:
    """Which parameter has the steepest slope of all, where it is one that is not trained."""
    steepest = int(np.argmax(np.abs(gradient)))
    if not abs(gradient[steepest]) > abs(gradient[largest(session, gradient)]):
        return Markup("")
    text = _("{label} is steeper, at {slope}, but is not trained.")
    slope = signed(float(gradient[steepest]))
    return fill(text, label=label_of(session, steepest), slope=slope)


def plain_rate(session: Session) -> float | None:
    """The learning rate where an update is just learning rate times slope, else None."""
    options = session.spec.optimizer.model_dump()
    plain = options["name"] == "sgd" and not options["momentum"]
    clipped = any(options[name] for name in ("clipnorm", "clipvalue", "global_clipnorm"))
    return float(options["learning_rate"]) if plain and not clipped else None


def example_count(session: Session) -> int:
    """Of those trained on."""
    return len(session.run.examples.inputs)


def batch_count(session: Session) -> int:
    """Batches in an epoch."""
    return -(-example_count(session) // session.spec.batch_size)
