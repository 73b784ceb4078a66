"""From JSON or a form to a Spec, with every fault under its field's pointer, in words."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app.language import _, ngettext
from app.session.errors import SpecError
from app.session.spec import InlineData, LayerSpec, LayerWeights, NetworkSpec, Spec

_FIELDS = sorted(
    {
        name
        for part in (Spec, NetworkSpec, LayerSpec, LayerWeights, InlineData)
        for name in part.model_fields
    }
)


MOST_ERRORS = 20
"""Faults that one reply names."""

MOST_CHARACTERS = 100
"""Of a field's name, where it is somebody's own."""


def parsed_spec(data: Any, *, strict: bool = True) -> Spec:
    """``data`` as a Spec. Raises SpecError with a pointer and a sentence for each fault.

    strict: numbers must be numbers; False accepts the text of a form's fields.
    """
    try:
        return Spec.model_validate(data, strict=strict)
    except ValidationError as error:
        raise SpecError(field_errors(error.errors(include_url=False), data)) from None


def field_errors(errors: Iterable[ErrorDetails | Any], data: Any) -> list[tuple[str, str]]:
    """Pydantic's errors as pairs (pointer into ``data``, what is wrong and would be right)."""
    faults = list(errors)
    found = [(pointer(fault["loc"], data), _detail(fault)) for fault in faults[:MOST_ERRORS]]
    if len(faults) > MOST_ERRORS:
        found.append(("", _("And {count} more.").format(count=len(faults) - MOST_ERRORS)))
    return found


def pointer(location: Iterable[str | int], data: Any) -> str:
    """A JSON pointer (RFC 6901) from a pydantic location.

    Pydantic puts the names of union members between the fields; those are left out, since they are
    not in ``data``. A field that is missing ends the pointer.
    """
    parts, last = [], list(location)
    for index, part in enumerate(last):
        inside = (isinstance(data, Mapping) and part in data) or (
            isinstance(data, list) and isinstance(part, int) and part < len(data)
        )
        if inside:
            data = data[part]
        elif not (index == len(last) - 1 and isinstance(data, Mapping)):
            continue
        parts.append(str(part)[:MOST_CHARACTERS].replace("~", "~0").replace("/", "~1"))
    return "".join(f"/{part}" for part in parts)


def _unknown_field(name: str) -> str:
    told = _("There is no field of this name here.")
    near = get_close_matches(name, _FIELDS, n=1)
    if not near:
        return told
    if near[0] == name:
        return f"{told} {_('It belongs to another part.')}"
    return f"{told} {_('Did you mean {names}?').format(names=near[0])}"


def _detail(error: Mapping[str, Any]) -> str:
    limit = error.get("ctx", {})
    match error["type"]:
        case "missing":
            return _("This field is needed.")
        case "extra_forbidden":
            return _unknown_field(str(error["loc"][-1])[:MOST_CHARACTERS])
        case "finite_number":
            return _("NaN and Infinity are not possible; give a finite number.")
        case "int_type" | "int_parsing" | "int_from_float":
            return _("Give a whole number.")
        case "float_type" | "float_parsing":
            return _("Give a number.")
        case "bool_type" | "bool_parsing":
            return _("Give true or false.")
        case "string_type":
            return _("Give a text.")
        case "unseen" | "string_unicode":
            return _("Use only characters that can be seen, and spaces.")
        case "list_type":
            return _("Give a list.")
        case "model_type" | "model_attributes_type" | "dict_type":
            return _("Give an object with fields.")
        case "greater_than_equal":
            return _("Give a number of at least {ge:g}.").format(**limit)
        case "greater_than":
            return _("Give a number above {gt:g}.").format(**limit)
        case "less_than_equal":
            return _("Give a number of at most {le:g}.").format(**limit)
        case "less_than":
            return _("Give a number below {lt:g}.").format(**limit)
        case "too_short":
            return ngettext(
                "At least {min_length} is needed here.",
                "At least {min_length} are needed here.",
                limit["min_length"],
            ).format(**limit)
        case "too_long":
            return ngettext(
                "At most {max_length} is possible here.",
                "At most {max_length} are possible here.",
                limit["max_length"],
            ).format(**limit)
        case "string_too_long":
            return _("Use at most {max_length} characters.").format(**limit)
        case "literal_error":
            near = get_close_matches(
                str(error.get("input"))[:MOST_CHARACTERS], _quoted(limit["expected"]), n=1
            )
            return _("Known are {names}.").format(names=limit["expected"]) + (
                " " + _("Did you mean {names}?").format(names=near[0]) if near else ""
            )
        case "json_invalid":
            return _("This is not valid JSON: {error}.").format(error=limit.get("error", ""))
        case _:
            return str(error["msg"])


def _quoted(expected: str) -> list[str]:
    """The names in pydantic's list of what a field may be: "'a', 'b' or 'c'"."""
    return expected.split("'")[1::2]
