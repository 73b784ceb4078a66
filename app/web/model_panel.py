"""The Model panel: the layers and all that can be chosen for each."""

from dataclasses import dataclass

from app.core.activations import ACTIVATIONS
from app.core.initializers import INITIALIZERS
from app.language import _, ngettext
from app.session import limits
from app.session.session import Session
from app.session.spec import LayerSpec, Spec
from app.web.fields import Draft, Field, entry_field, make_field, option_fields
from app.web.figures import count, short


@dataclass(frozen=True)
class LayerPanel:
    """fixed: the number of units follows the data. options: the activation's own."""

    title: str
    units: Field
    activation: Field
    options: tuple[Field, ...]
    more: tuple[Field, ...]
    summary: str
    fixed: bool
    removable: bool


@dataclass(frozen=True)
class ModelPanel:
    """The layers, from the first hidden one to the output."""

    layers: tuple[LayerPanel, ...]
    can_add: bool
    size: str
    error: str


def model_panel(session: Session, draft: Draft) -> ModelPanel:
    """The panel. draft: a form that was refused, shown with its errors."""
    layers = session.spec.network.layers
    size = session.run.network.size
    return ModelPanel(
        layers=tuple(_layer(session.spec, number, draft) for number in range(len(layers))),
        can_add=len(layers) < limits.MAX_LAYERS,
        size=ngettext("{count} parameter", "{count} parameters", size).format(count=count(size)),
        error=draft.errors.get("model", ""),
    )


def _layer(spec: Spec, number: int, draft: Draft) -> LayerPanel:
    layer, count = spec.network.layers[number], len(spec.network.layers)
    at = f"/network/layers/{number}"
    last = number == count - 1
    kernel, bias = layer.kernel_initializer, layer.bias_initializer
    follows = layer.trainable if layer.bias_trainable is None else layer.bias_trainable
    more = [
        entry_field(
            f"{at}/kernel_initializer/name", _("First weights"), INITIALIZERS, kernel.name, draft
        ),
        *option_fields(
            f"{at}/kernel_initializer", INITIALIZERS[kernel.name], kernel.model_dump(), draft
        ),
        make_field(f"{at}/use_bias", _("Bias"), "switch", layer.use_bias, draft),
    ]
    if layer.use_bias:
        more += [
            entry_field(
                f"{at}/bias_initializer/name",
                _("First biases"),
                INITIALIZERS,
                bias.name,
                draft,
                without=["orthogonal"],
            ),
            *option_fields(
                f"{at}/bias_initializer", INITIALIZERS[bias.name], bias.model_dump(), draft
            ),
        ]
    more += [
        make_field(
            f"{at}/l1",
            _("L1 penalty"),
            "number",
            layer.l1,
            draft,
            doc=_(
                "Adds l1 times the sum of all |w| to the cost: weights that matter little go to 0."
            ),
        ),
        make_field(
            f"{at}/l2",
            _("L2 penalty"),
            "number",
            layer.l2,
            draft,
            doc=_("Adds l2 times the sum of all w² to the cost: keeps weights small."),
        ),
        make_field(
            f"{at}/trainable",
            _("Weights learn"),
            "switch",
            layer.trainable,
            draft,
            doc=_("Off freezes the weights: they keep their values."),
        ),
    ]
    if layer.use_bias:
        more.append(make_field(f"{at}/bias_trainable", _("Biases learn"), "switch", follows, draft))
    return LayerPanel(
        title=_layer_title(number, count),
        units=make_field(f"{at}/units", _("Units"), "integer", layer.units, draft),
        activation=entry_field(
            f"{at}/activation/name", _("Activation"), ACTIVATIONS, layer.activation.name, draft
        ),
        options=tuple(
            option_fields(
                f"{at}/activation",
                ACTIVATIONS[layer.activation.name],
                layer.activation.model_dump(),
                draft,
            )
        ),
        more=tuple(more),
        summary=_layer_summary(layer, spec.network.weights is not None),
        fixed=last,
        removable=not last,
    )


def _layer_title(number: int, count: int) -> str:
    if number == count - 1:
        return _("Output")
    return _("Hidden") if count == 2 else _("Hidden {number}").format(number=number + 1)


def _layer_summary(layer: LayerSpec, given: bool) -> str:
    drawn = _(INITIALIZERS[layer.kernel_initializer.name].title)
    said = [_("weights as given") if given else drawn]
    said.append(_("bias") if layer.use_bias else _("no bias"))
    said += [
        f"{name} {short(value)}" for name, value in (("L1", layer.l1), ("L2", layer.l2)) if value
    ]
    if not layer.trainable:
        said.append(_("frozen"))
    return ", ".join(said)
