"""The texts of the program that are marked for translation, read from its sources."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2.ext import babel_extract  # needs no Babel

SINGLE = {"_", "N_", "gettext"}
PLURAL = {"ngettext"}


@dataclass(frozen=True)
class Text:
    """A text, with its plural where it has one. where: file and line."""

    singular: str
    plural: str | None
    where: str


def of_python(folder: Path) -> Iterator[Text]:
    """Those of the modules below ``folder``. Raises AssertionError for one that is no literal."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            where = f"{path.relative_to(folder.parent)}:{node.lineno}"
            if node.func.id in PLURAL:
                singular, plural = (_literal(argument) for argument in node.args[:2])
                assert singular is not None, f"{where}: the singular is no literal"
                assert plural is not None, f"{where}: the plural is no literal"
                yield Text(singular, plural, where)
            elif node.func.id in SINGLE:
                text = _literal(node.args[0])
                if text is not None:
                    yield Text(text, None, where)


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def of_templates(folder: Path) -> Iterator[Text]:
    """Those of the Jinja templates in ``folder``."""
    options = {"extensions": "jinja2.ext.i18n", "trim_blocks": "1", "lstrip_blocks": "1"}
    for path in sorted(folder.glob("*.html")):
        with path.open("rb") as template:
            for line, _function, found, _comments in babel_extract(
                template, ("_", "gettext", "ngettext"), [], options
            ):
                texts = [text for text in (found if isinstance(found, tuple) else (found,)) if text]
                yield Text(texts[0], texts[1] if len(texts) > 1 else None, f"{path.name}:{line}")
