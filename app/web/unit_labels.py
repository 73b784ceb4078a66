"""LaTeX of a unit, and of what stands before and behind it."""

from app.core.names import node_labels, parameter_index, parameter_label, pre_activation_labels
from app.core.network import Network
from app.web.formulas import symbol


class UnitLabels:
    """Of one unit. layer: counted from 0.

    name: its label. a, z: its activation and its pre-activation. slope: f'(z). before, here,
    behind: labels of the units of the three layers. activation: a as a function of z.
    """

    def __init__(self, network: Network, layer: int, unit: int) -> None:
        units, sums = node_labels(network), pre_activation_labels(network)
        self.network, self.layer, self.unit = network, layer, unit
        self.name = units[layer + 1][unit]
        self.a, self.z = symbol(self.name), symbol(sums[layer][unit])
        self.slope = f"f'({self.z})"
        self.before, self.here = units[layer], units[layer + 1]
        self.behind = units[layer + 2] if layer + 2 < len(units) else []
        entry = network.layers[layer].activation.entry
        self.activation = rf"\mathrm{{{entry.name.replace('_', ' ')}}}({self.z})"
        if entry.derivative is None:  # it mixes the units of its layer
            every = rf"{symbol(sums[layer][0])},\ldots,{symbol(sums[layer][-1])}"
            self.activation = rf"\mathrm{{{entry.name}}}({self.z};\,{every})"

    def weight(self, layer: int, source: int, unit: int) -> str:
        """Of the weight from ``source`` to ``unit``, which is in ``layer``."""
        index = parameter_index(self.network, f"{layer + 1}.kernel.{source}.{unit}")
        return symbol(parameter_label(self.network, index))

    def bias(self) -> str:
        """Of the unit's own bias."""
        index = parameter_index(self.network, f"{self.layer + 1}.bias.{self.unit}")
        return symbol(parameter_label(self.network, index))

    @property
    def output(self) -> bool:
        """Whether its layer is the last."""
        return not self.behind
