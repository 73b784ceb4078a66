"""The formulas of the activation functions and of their derivatives.

Each is written with NumPy's element-by-element functions alone: no masks and no branches on values,
comparisons serve as factors. So one text serves arrays of any shape, plain floats and a compiler.
None of them overflows on the way: whatever can be represented comes out right, from a
pre-activation of -1e3 to one of 1e3 and well beyond. Only ``exponential`` has values too large for
a double, above 709.

A derivative is given z and a = f(z), and uses whichever makes it shorter. Where f has a kink it is
the derivative that Keras uses at that point.
"""

import numpy as np

from app.core.entry import Array, Flags
from app.core.error_function import erf

SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805
# Klambauer et al., "Self-Normalizing Neural Networks" (2017): the two numbers for which outputs of
# mean 0 and variance 1 keep that mean and variance.

_GELU_CUBIC = 0.044715
_SQRT_2_OVER_PI = 0.7978845608028654
_SQRT_HALF = 0.7071067811865476
_ONE_OVER_SQRT_2_PI = 0.3989422804014327


def linear(z: Array) -> Array:
    """f(z) = z."""
    return z


def linear_derivative(z: Array, a: Array) -> Array:
    """f'(z) = 1."""
    return 1.0 + 0.0 * z


def sigmoid(z: Array) -> Array:
    """f(z) = 1 / (1 + exp(-z)), which is as good as 0 long before exp(700) nears overflow."""
    return 1.0 / (1.0 + np.exp(np.minimum(-z, 700.0)))


def sigmoid_derivative(z: Array, a: Array) -> Array:
    """f'(z) = a (1 - a)."""
    return a * (1.0 - a)


def tanh(z: Array) -> Array:
    """f(z) = tanh(z)."""
    return np.tanh(z)


def tanh_derivative(z: Array, a: Array) -> Array:
    """f'(z) = 1 - a^2."""
    return 1.0 - a * a


def relu(z: Array) -> Array:
    """f(z) = max(z, 0)."""
    return np.maximum(z, 0.0)


def relu_derivative(z: Array, a: Array) -> Array:
    """f'(z) = 1 for z > 0, else 0: the sign of a, which is never negative."""
    return np.sign(a)


def leaky_relu(z: Array, negative_slope: float) -> Array:
    """f(z) = z for z > 0, negative_slope z else: the larger of the two, as the slope is <= 1."""
    return np.maximum(z, negative_slope * z)


def leaky_relu_derivative(z: Array, a: Array, negative_slope: float) -> Array:
    """f'(z) = 1 for z > 0, negative_slope else."""
    return np.maximum(z > 0.0, negative_slope)


def elu(z: Array, alpha: float) -> Array:
    """f(z) = z for z > 0, alpha (exp(z) - 1) else."""
    return np.maximum(z, 0.0) + alpha * np.expm1(np.minimum(z, 0.0))


def elu_derivative(z: Array, a: Array, alpha: float) -> Array:
    """f'(z) = 1 for z > 0, alpha exp(z) = a + alpha else."""
    return (z > 0.0) + (z <= 0.0) * (a + alpha)


def selu(z: Array) -> Array:
    """f(z) = scale elu(z, alpha), with the two numbers of self-normalising networks."""
    return SELU_SCALE * elu(z, SELU_ALPHA)


def selu_derivative(z: Array, a: Array) -> Array:
    """f'(z) = scale for z > 0, scale alpha exp(z) = a + scale alpha else."""
    return SELU_SCALE * (z > 0.0) + (z <= 0.0) * (a + SELU_SCALE * SELU_ALPHA)


def gelu(z: Array, approximate: bool) -> Array:
    """f(z) = z Phi(z), Phi the distribution function of the standard normal distribution.

    approximate: by Phi(z) = (1 + tanh(sqrt(2/pi) (z + 0.044715 z^3))) / 2.
    Source: Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016).
    """
    if approximate:
        twice_phi: Array = 1.0 + np.tanh(_SQRT_2_OVER_PI * z * (1.0 + _GELU_CUBIC * z * z))
    else:
        twice_phi = 1.0 + erf(_SQRT_HALF * z)
    return 0.5 * z * twice_phi


def gelu_derivative(z: Array, a: Array, approximate: bool) -> Array:
    """f'(z) = Phi(z) + z Phi'(z), where Phi(z) = a / z saves computing it again."""
    zero: Flags = z == 0.0
    phi = (a + 0.5 * zero) / (z + zero)
    if approximate:
        inner_slope = _SQRT_2_OVER_PI * (1.0 + 3.0 * _GELU_CUBIC * z * z)
        return phi + 2.0 * z * phi * (1.0 - phi) * inner_slope
    return phi + _ONE_OVER_SQRT_2_PI * z * np.exp(-0.5 * z * z)


def softplus(z: Array) -> Array:
    """f(z) = log(1 + exp(z))."""
    return np.logaddexp(z, 0.0)


def softplus_derivative(z: Array, a: Array) -> Array:
    """f'(z) = sigmoid(z) = 1 - exp(-a)."""
    return -np.expm1(-a)


def softsign(z: Array) -> Array:
    """f(z) = z / (1 + |z|)."""
    return z / (1.0 + np.abs(z))


def softsign_derivative(z: Array, a: Array) -> Array:
    """f'(z) = 1 / (1 + |z|)^2 = (1 - |a|)^2."""
    return np.square(1.0 - np.abs(a))


def silu(z: Array) -> Array:
    """f(z) = z sigmoid(z)."""
    return z / (1.0 + np.exp(np.minimum(-z, 700.0)))


def silu_derivative(z: Array, a: Array) -> Array:
    """f'(z) = s + a (1 - s), with s = sigmoid(z)."""
    s = sigmoid(z)
    return s + a * (1.0 - s)


def hard_sigmoid(z: Array) -> Array:
    """f(z) = z / 6 + 1/2, held between 0 and 1."""
    return np.minimum(np.maximum(z + 3.0, 0.0), 6.0) / 6.0


def hard_sigmoid_derivative(z: Array, a: Array) -> Array:
    """f'(z) = 1/6 for -3 < z < 3, else 0."""
    return (np.abs(z) < 3.0) / 6.0


def exponential(z: Array) -> Array:
    """f(z) = exp(z)."""
    return np.exp(z)


def exponential_derivative(z: Array, a: Array) -> Array:
    """f'(z) = a."""
    return a


def softmax_power(z: Array) -> Array:
    """p = exp(z)."""
    return np.exp(z)


def softmax_slope(z: Array, a: Array) -> Array:
    """p' / sum_j p_j = a."""
    return a
