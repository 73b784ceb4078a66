"""Pydantic models of the catalog's entries: each entry with its options, bounds and docs.

A spec names an entry by a string, ``"adam"``, or by an object with options,
``{"name": "adam", "beta_1": 0.8}``. Both end as one model instance, so that validation, OpenAPI
and defaults all come from the catalog.
"""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    TypeAdapter,
    create_model,
)
from pydantic_core import PydanticCustomError

from app.core.entry import Entry, Option
from app.language import _

_TYPES: dict[str, Any] = {"float": float, "int": int, "bool": bool, "text": str}


class ChosenEntry(BaseModel):
    """An entry of the catalog with its options. Subclasses add ``name`` or ``source``."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def _field(option: Option) -> tuple[Any, Any]:
    kind: Any = Literal[option.choices] if option.kind == "choice" else _TYPES[option.kind]
    if option.optional:
        kind = kind | None
    field = Field(
        option.default,
        ge=option.low,
        le=option.high,
        gt=option.above,
        lt=option.below,
        description=option.doc,
    )
    return kind, field


def entry_model(entry: Entry, tag: str) -> type[ChosenEntry]:
    """The model of one entry: ``tag`` holds its name, the other fields are its options."""
    fields: dict[str, Any] = {option.name: _field(option) for option in entry.options}
    fields[tag] = (Literal[entry.name], Field(entry.name, description=entry.title))
    name = "".join(part.title() for part in entry.name.split("_"))
    return create_model(name, __base__=ChosenEntry, __doc__=entry.doc, **fields)


def near_names(name: str, known: list[str]) -> str:
    """A sentence that offers the names nearest to ``name``, or all of them where none is near."""
    near = get_close_matches(name.lower(), known, n=3, cutoff=0.5)
    if near:
        return _("Did you mean {names}?").format(names=_(" or ").join(near))
    return _("Known are {names}.").format(names=", ".join(known))


def _named(kind: str, tag: str, known: list[str]) -> Callable[[Any], Any]:
    """Turn a bare name into an object, and meet an unknown name with the near ones."""

    def name_to_object(value: Any) -> Any:
        if isinstance(value, ChosenEntry):
            return value
        given = {tag: value} if isinstance(value, str) else value
        if not isinstance(given, dict) or not isinstance(given.get(tag), str):
            message = _('Give a name, or an object with "{tag}" and options.').format(tag=tag)
            raise PydanticCustomError("entry", "{message}", {"message": message})
        if given[tag] not in known:
            message = _("There is no {kind} called {name}.").format(
                kind=kind, name=repr(given[tag][:60])
            )
            message = f"{message} {near_names(given[tag], known)}"
            raise PydanticCustomError("entry", "{message}", {"message": message, "tag": tag})
        return given

    return name_to_object


def _short(tag: str) -> Callable[[ChosenEntry], Any]:
    """The bare name where every option has its default, else the whole object."""

    def shorten(chosen: ChosenEntry) -> Any:
        values = chosen.model_dump()
        defaults = {name: field.default for name, field in type(chosen).model_fields.items()}
        return values[tag] if values == defaults else values

    return shorten


def choice_of(
    kind: str,
    registry: Mapping[str, Entry],
    *,
    tag: str = "name",
    models: Mapping[str, type[ChosenEntry]] | None = None,
    short: bool = False,
) -> Any:
    """An annotated type: one of the registry's entries, by name or with options.

    kind: what an entry is called in an error. tag: the field that holds the name. models: models
    written by hand, beside those of the registry. short: give an entry back by its bare name where
    its options are the defaults.
    """
    known = {name: entry_model(entry, tag) for name, entry in registry.items()}
    known.update(models or {})
    union: Any = Annotated[reduce(or_, known.values()), Field(discriminator=tag)]
    accepted: Any = union | Literal[tuple(known)]
    chosen: Any = Annotated[
        union, BeforeValidator(_named(kind, tag, list(known)), json_schema_input_type=accepted)
    ]
    return Annotated[chosen, PlainSerializer(_short(tag))] if short else chosen


def chosen(choice: Any, name: str) -> Any:
    """The entry ``name`` of a ``choice_of`` type, with its default options."""
    return TypeAdapter(choice).validate_python(name)
