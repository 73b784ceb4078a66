"""The Training panel: cost, optimizer and its numbers, batches, metrics."""

from dataclasses import dataclass
from typing import Any

from app.core.losses import LOSSES
from app.core.metrics import METRICS
from app.core.optimizers import CLIPPING_OPTIONS, OPTIMIZERS
from app.language import _
from app.session.session import Session
from app.session.spec import Spec
from app.web.fields import Draft, Field, Selectable, entry_field, make_field, option_fields
from app.web.figures import short


@dataclass(frozen=True)
class TrainingPanel:
    """fields: what is changed most; more: the rest."""

    fields: tuple[Field, ...]
    more: tuple[Field, ...]
    summary: str
    metrics: tuple[Selectable, ...]
    metrics_error: str
    error: str


def training_panel(session: Session, draft: Draft) -> TrainingPanel:
    """The panel. draft: a form that was refused, shown with its errors."""
    spec = session.spec
    loss, optimizer = LOSSES[spec.loss.name], OPTIMIZERS[spec.optimizer.name]
    values = spec.optimizer.model_dump()
    rate, *numbers = option_fields("/optimizer", optimizer, values, draft)
    fields = (
        entry_field("/loss/name", _("Loss"), LOSSES, spec.loss.name, draft),
        *option_fields("/loss", loss, spec.loss.model_dump(), draft),
        entry_field("/optimizer/name", _("Optimizer"), OPTIMIZERS, spec.optimizer.name, draft),
        rate,
        make_field(
            "/batch_size",
            _("Batch size"),
            "integer",
            spec.batch_size,
            draft,
            doc=_("How many examples share one update."),
        ),
    )
    shuffle = make_field(
        "/shuffle",
        _("Shuffle"),
        "switch",
        spec.shuffle,
        draft,
        doc=_("Draw a new order of the examples for every epoch."),
    )
    metrics = tuple(
        Selectable(metric.name, _(metric.title), _(metric.doc), metric.name in spec.metrics)
        for metric in METRICS.values()
    )
    wrong = next((m for p, m in draft.errors.items() if p.startswith("/metrics")), "")
    return TrainingPanel(
        fields=fields,
        more=(*numbers, shuffle),
        summary=_training_summary(spec, values),
        metrics=metrics,
        metrics_error=wrong,
        error=draft.errors.get("training", ""),
    )


def _training_summary(spec: Spec, values: dict[str, Any]) -> str:
    said = [_("shuffled") if spec.shuffle else _("in order")]
    if values.get("momentum"):
        said.append(_("momentum {value}").format(value=short(values["momentum"])))
    said += [_("clipped") for name in CLIPPING_OPTIONS if values.get(name)]
    said += [_(METRICS[name].title) for name in spec.metrics[:2]]
    return ", ".join(said)
