"""What forward, backward and update computed, as the REST contract writes it: nested lists."""

from typing import Any

from app.core.network import Vector
from app.session.session import Session
from app.web.sessions import Visit


def forward_record(driver: Visit) -> dict[str, Any]:
    """The reply to forward."""
    run = driver.session.run
    return {
        "state": driver.state(),
        "batch": {
            "indices": run.batch_indices,
            "inputs": run.batch.inputs.tolist(),
            "targets": run.batch_targets.tolist(),
        },
        "layers": [
            {
                "pre_activations": layer.pre_activations.tolist(),
                "activations": layer.activations.tolist(),
            }
            for layer in run.batch.layers[: run.layer]
        ],
        "loss": run.batch_loss() if run.phase == "forward" else None,
        "penalty": run.penalty(),
    }


def backward_record(driver: Visit) -> dict[str, Any]:
    """The reply to backward."""
    session = driver.session
    run = session.run
    gradients = _layers(session, run.training.gradient, "kernel_gradient", "bias_gradient")
    penalty = run.network.penalty_gradient(session.parameters())
    penalties = run.network.views(penalty) if penalty is not None else None
    to_do = 0 if run.layer is None else len(run.batch.layers) - run.layer
    return {
        "state": driver.state(),
        "loss_gradient": run.batch.loss_gradient.tolist(),
        "layers": [
            {
                "deltas": layer.deltas.tolist(),
                **gradient,
                "kernel_penalty_gradient": penalties[i].kernel.tolist() if penalties else None,
            }
            if i >= to_do
            else None
            for i, (layer, gradient) in enumerate(zip(run.batch.layers, gradients, strict=True))
        ],
    }


def update_record(driver: Visit) -> dict[str, Any]:
    """The reply to update."""
    session = driver.session
    change = session.run.training.change
    return {
        "state": driver.state(),
        "layers": _layers(session, change, "kernel_update", "bias_update"),
    }


def parameters_record(session: Session) -> dict[str, Any]:
    """Every layer's kernel and bias."""
    return {"layers": _layers(session, session.parameters(), "kernel", "bias")}


def gradients_record(session: Session, gradient: Vector, loss: float) -> dict[str, Any]:
    """A gradient in the shape of the parameters, with the loss it is of."""
    return {"layers": _layers(session, gradient, "kernel", "bias"), "loss": loss}


def _layers(session: Session, vector: Vector, kernel: str, bias: str) -> list[dict[str, Any]]:
    return [
        {
            kernel: views.kernel.tolist(),
            bias: None if views.bias is None else views.bias.tolist(),
        }
        for views in session.run.network.views(vector)
    ]
