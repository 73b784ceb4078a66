"""What the API takes and answers on a session's time, as OpenAPI describes it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.session import limits

MOST_UPDATES = 2**53 - 1


class Rewind(BaseModel):
    """Where to be: after so many epochs, after so many updates, or a phase, batch or epoch back.
    Give one of the three.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    epoch: int | None = Field(
        None, ge=0, le=limits.MAX_EPOCHS, description="The moment when so many are done."
    )
    update: int | None = Field(
        None, ge=0, le=MOST_UPDATES, description="The moment when so many are made."
    )
    back: Literal["phase", "batch", "epoch"] | None = Field(
        None, description="One of these undone, and at most to the last change made by hand."
    )


class NewBranch(BaseModel):
    """What to call it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str | None = Field(
        None, max_length=limits.MAX_NAME, description="Without a slash; null for Run and a number."
    )


class BranchName(BaseModel):
    """What to call it from now on."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(min_length=1, max_length=limits.MAX_NAME, description="Without a slash.")


class Branch(BaseModel):
    """A run that was recorded, up to its end."""

    name: str
    current: bool = Field(description="Whether the session stands in it.")
    epochs: int = Field(description="Epochs done at its end.")
    updates: int = Field(description="Updates made at its end.")
    loss: float = Field(description="Over the train examples at its end, as evaluate reports it.")
    parent: str | None = Field(description="The branch that it came from, if it did.")
    from_epoch: float = Field(description="Where it left that one, with a fraction.")
    named: bool = Field(description="By a person; such a one is never let go to make room.")
    comparable: bool = Field(
        description="Whether its loss means the same as the present one: same loss, same data."
    )
