"""Names in texts that choose what they name: plain buttons of the page's ``choose-form``."""

from markupsafe import Markup

from app.core.names import is_unit_name
from app.web.figures import subscripted


def choose_button(name: str, label: str) -> Markup:
    """A label that chooses the parameter or unit called ``name``."""
    return Markup(
        '<button form="choose-form" name="{}" value="{}" class="edge-name" data-choose="{}">{}'
        "</button>"
    ).format("unit" if is_unit_name(name) else "parameter", name, name, subscripted(label))
