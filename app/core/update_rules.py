"""The optimizers' formulas, as in Keras 3: from a gradient to a change of the parameters.

Each takes flat vectors of shape (parameters,) and gives new ones, element by element:

    change, *new_slots = rule(parameters, gradient, *slots, iteration=..., **options)

parameters + change are the new parameters; ``iteration`` is 1 in the first update. The formulas
use NumPy's element-by-element functions and arithmetic alone and branch on options, never on
values, so that they run on plain floats and compile as they are. They never write into what they
are given, but may give back the same vector twice (a change that is also a slot).

A parameter whose gradient is always 0 stays where it is in all of them but ``adamw``.
"""

import numpy as np

from app.core.entry import Array


def sgd(
    parameters: Array,
    gradient: Array,
    velocity: Array,
    iteration: int,
    learning_rate: float,
    momentum: float,
    nesterov: bool,
) -> tuple[Array, ...]:
    """Gradient descent, with momentum and Nesterov's look ahead if wanted.

    Source: Sutskever et al., "On the importance of initialization and momentum" (2013).
    """
    step = gradient * -learning_rate
    if momentum == 0.0:
        return step, velocity
    velocity = momentum * velocity + step
    if nesterov:
        return momentum * velocity + step, velocity
    return velocity, velocity


def rmsprop(
    parameters: Array,
    gradient: Array,
    velocity: Array,
    momentums: Array,
    average_gradient: Array,
    iteration: int,
    learning_rate: float,
    rho: float,
    momentum: float,
    epsilon: float,
    centered: bool,
) -> tuple[Array, ...]:
    """Divide by the root of a running mean of squared gradients. Source: Hinton (2012)."""
    velocity = rho * velocity + (1.0 - rho) * gradient * gradient
    variance = velocity
    if centered:
        average_gradient = rho * average_gradient + (1.0 - rho) * gradient
        variance = velocity - average_gradient * average_gradient
    change = gradient * -learning_rate / np.sqrt(variance + epsilon)
    if momentum > 0.0:
        change = momentums = momentum * momentums + change
    return change, velocity, momentums, average_gradient


def adagrad(
    parameters: Array,
    gradient: Array,
    accumulator: Array,
    iteration: int,
    learning_rate: float,
    initial_accumulator_value: float,
    epsilon: float,
) -> tuple[Array, ...]:
    """Divide by the root of the sum of all squared gradients. Source: Duchi et al. (2011)."""
    accumulator = accumulator + gradient * gradient
    return gradient * -learning_rate / np.sqrt(accumulator + epsilon), accumulator


def adadelta(
    parameters: Array,
    gradient: Array,
    accumulated_gradient: Array,
    accumulated_change: Array,
    iteration: int,
    learning_rate: float,
    rho: float,
    epsilon: float,
) -> tuple[Array, ...]:
    """Steps as long as past steps were, relative to past gradients. Source: Zeiler (2012)."""
    accumulated_gradient = rho * accumulated_gradient + (1.0 - rho) * gradient * gradient
    step = -gradient * np.sqrt((accumulated_change + epsilon) / (accumulated_gradient + epsilon))
    accumulated_change = rho * accumulated_change + (1.0 - rho) * step * step
    return learning_rate * step, accumulated_gradient, accumulated_change


def adam(
    parameters: Array,
    gradient: Array,
    momentum: Array,
    velocity: Array,
    velocity_hat: Array,
    iteration: int,
    learning_rate: float,
    beta_1: float,
    beta_2: float,
    epsilon: float,
    amsgrad: bool,
) -> tuple[Array, ...]:
    """Running means of gradient and squared gradient, corrected for their start at 0.

    Sources: Kingma and Ba (2014), the form before section 2.1; amsgrad: Reddi et al. (2018).
    """
    momentum = beta_1 * momentum + (1.0 - beta_1) * gradient
    velocity = beta_2 * velocity + (1.0 - beta_2) * gradient * gradient
    scale = velocity
    if amsgrad:
        scale = velocity_hat = np.maximum(velocity_hat, velocity)
    rate = learning_rate * (1.0 - beta_2**iteration) ** 0.5 / (1.0 - beta_1**iteration)
    return momentum * -rate / (np.sqrt(scale) + epsilon), momentum, velocity, velocity_hat


def adamw(
    parameters: Array,
    gradient: Array,
    momentum: Array,
    velocity: Array,
    velocity_hat: Array,
    iteration: int,
    learning_rate: float,
    weight_decay: float,
    beta_1: float,
    beta_2: float,
    epsilon: float,
    amsgrad: bool,
) -> tuple[Array, ...]:
    """Adam, and every parameter shrinks a little beside it. Source: Loshchilov, Hutter (2017)."""
    change, momentum, velocity, velocity_hat = adam(
        parameters,
        gradient,
        momentum,
        velocity,
        velocity_hat,
        iteration,
        learning_rate,
        beta_1,
        beta_2,
        epsilon,
        amsgrad,
    )
    change = change - learning_rate * weight_decay * parameters
    return change, momentum, velocity, velocity_hat


def adamax(
    parameters: Array,
    gradient: Array,
    momentum: Array,
    norm: Array,
    iteration: int,
    learning_rate: float,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> tuple[Array, ...]:
    """Adam with a decaying maximum in place of the mean square. Source: Kingma, Ba, section 7.1."""
    momentum = beta_1 * momentum + (1.0 - beta_1) * gradient
    norm = np.maximum(beta_2 * norm, np.abs(gradient))
    rate = learning_rate / (1.0 - beta_1**iteration)
    return momentum * -rate / (norm + epsilon), momentum, norm


def nadam(
    parameters: Array,
    gradient: Array,
    momentum: Array,
    velocity: Array,
    u_product: Array,
    iteration: int,
    learning_rate: float,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> tuple[Array, ...]:
    """Adam with Nesterov's look ahead; u is the momentum's weight, which grows to beta_1.

    Source: Dozat, "Incorporating Nesterov momentum into Adam" (2016).
    """
    u = beta_1 * (1.0 - 0.5 * 0.96**iteration)
    next_u = beta_1 * (1.0 - 0.5 * 0.96 ** (iteration + 1))
    u_product = u_product * u
    momentum = beta_1 * momentum + (1.0 - beta_1) * gradient
    velocity = beta_2 * velocity + (1.0 - beta_2) * gradient * gradient
    ahead = next_u * momentum / (1.0 - next_u * u_product)
    ahead = ahead + (1.0 - u) * gradient / (1.0 - u_product)
    scale = np.sqrt(velocity / (1.0 - beta_2**iteration)) + epsilon
    return ahead * -learning_rate / scale, momentum, velocity, u_product
