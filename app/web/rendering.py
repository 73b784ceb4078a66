"""Filling in the templates: one Jinja environment, escaped and translated."""

from collections.abc import Mapping
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.language import _, current_language, ngettext
from app.resources import TEMPLATES
from app.web.arithmetic import together
from app.web.figures import bracketed, count, subscripted


def _asset(path: str) -> str:
    """The address of a file of ``static/``."""
    return f"/static/{path}"


_environment = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    extensions=["jinja2.ext.i18n"],
    auto_reload=False,
)
_environment.install_gettext_callables(_, ngettext, newstyle=True)  # type: ignore[attr-defined]
_environment.globals["asset"] = _asset
_environment.filters |= {"indexed": subscripted, "bracketed": bracketed, "counted": count}
_environment.filters["together"] = together


def html(template: str, context: Mapping[str, Any]) -> str:
    """A template filled in, in the language in use."""
    return _environment.get_template(template).render(language=current_language(), **context)


def render(template: str, context: Mapping[str, Any], status: int = 200) -> HTMLResponse:
    """A template as a reply."""
    return HTMLResponse(html(template, context), status)
