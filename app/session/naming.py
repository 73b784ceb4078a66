"""Names that people give, of sessions and of branches: one rule for all the ways they come in."""

from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from app.session.limits import MAX_NAME


def tidied(name: str) -> str:
    """A name with nothing around it and one space between its words."""
    return " ".join(name.split())


def can_be_shown(name: str) -> bool:
    """Whether it is not too long, and all of it can be seen: no control character among it, nor one
    that turns around what stands beside it on a page.
    """
    return len(name) <= MAX_NAME and name.isprintable()


def cleaned(name: str) -> str:
    """A name from before anybody looked at it, without what cannot be seen."""
    return tidied("".join(c for c in name if c.isprintable() or c.isspace()))


def _checked(name: str) -> str:
    name = tidied(name)
    if not can_be_shown(name):
        raise PydanticCustomError("unseen", "Not all of it can be seen")  # see parsing
    return name


Name: TypeAlias = Annotated[str, Field(max_length=MAX_NAME), AfterValidator(_checked)]
"""A name in what is sent here; "" for none."""
