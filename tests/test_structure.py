"""How the project hangs together: what imports what, and what no file may hold."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.activations import ACTIVATIONS
from app.core.entry import Entry
from app.core.initializers import INITIALIZERS
from app.core.losses import LOSSES
from app.core.metrics import METRICS
from app.core.optimizers import OPTIMIZERS
from app.data.data_sets import DATA_SETS
from app.session.engines import ENGINE_ENTRIES
from app.session.presets import PRESETS
from tests.texts import of_python, of_templates

LAYERS = ("core", "data", "session", "interchange", "web")
"""From the bottom to the top; each may import from itself and from those before it."""

EVERYWHERE = {"language", "processors", "resources", "settings", "__version__"}
"""Modules beside the layers, without imports from above, that all may use."""

REGISTRIES: dict[str, dict[str, Entry]] = {
    "activations": dict(ACTIVATIONS),
    "losses": dict(LOSSES),
    "metrics": dict(METRICS),
    "optimizers": dict(OPTIMIZERS),
    "initializers": dict(INITIALIZERS),
    "data sets": dict(DATA_SETS),
    "engines": dict(ENGINE_ENTRIES),
}

PICTURES = {".png", ".ico", ".woff2"}


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of every module that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports by a relative name"
            module = node.module or ""
            yield node.lineno, module
            if module == "app":
                yield from ((node.lineno, f"app.{alias.name}") for alias in node.names)


def _kept_files(root: Path) -> list[Path]:
    """The files that the project consists of: those that git does not ignore."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        check=True,
        encoding="utf-8",
    ).stdout
    return [root / name for name in listed.split("\0") if name and (root / name).is_file()]


needs_git = pytest.mark.skipif(
    shutil.which("git") is None or not Path(__file__).parents[1].joinpath(".git").exists(),
    reason="this is no checkout of git's",
)


def test_imports_point_downwards(root: Path) -> None:
    app, wrong = root / "app", []
    for number, layer in enumerate(LAYERS):
        allowed = {*LAYERS[: number + 1], *EVERYWHERE}
        for path in (app / layer).rglob("*.py"):
            for line, module in _imports(path):
                parts = module.split(".")
                if parts[0] == "app" and len(parts) > 1 and parts[1] not in allowed:
                    wrong.append(f"{path.relative_to(root)}:{line} imports {module}")
                assert parts[0] != "tests", f"{path}:{line} imports the tests"
    assert not wrong


def test_what_all_may_use_imports_no_layer(root: Path) -> None:
    for name in EVERYWHERE - {"__version__"} | {"__init__"}:
        for line, module in _imports(root / "app" / f"{name}.py"):
            assert not module.startswith("app."), f"app/{name}.py:{line} imports {module}"


def test_the_numbers_need_numpy_alone(root: Path) -> None:
    standard = {"__future__", "collections", "dataclasses", "functools", "itertools", "weakref"}
    standard |= {"math", "typing", "re", "time", "operator", "contextlib"}
    compiler = {"numba", "dis", "types", "os", "sys", "pathlib", "concurrent", "threading"}
    core = root / "app" / "core"
    for path in core.rglob("*.py"):
        allowed = standard | {"numpy", "app"}
        if path.is_relative_to(core / "compiled"):
            allowed |= compiler
        for line, module in _imports(path):
            assert module.split(".")[0] in allowed, f"{path}:{line} imports {module}"
        if not path.is_relative_to(core / "compiled"):
            modules = [module for _line, module in _imports(path)]
            assert not any(module.startswith("app.core.compiled") for module in modules), path


def test_modules_import_each_other_in_no_circle(root: Path) -> None:
    app = root / "app"
    imports: dict[str, set[str]] = {}
    for path in app.rglob("*.py"):
        name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        at_load = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
        imports[name] = {node.module for node in at_load if node.module} - {name}
    finished: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " imports ".join((*way, name))
        if name not in finished:
            for other in imports.get(name, ()):
                visit(other, (*way, name))
            finished.add(name)

    for name in imports:
        visit(name, ())
    assert len(finished) > 60


@needs_git
def test_no_file_names_a_registry_or_a_place_on_somebodys_machine(root: Path) -> None:
    hosts = ["py" + "pi.org", "files.python" + "hosted.org", "registry." + "npmjs.org"]
    hosts += ["registry." + "yarnpkg.com", "npm" + "mirror.com", "piwheels" + ".org"]
    places = re.compile(r"(?<![\w.:/])/(?:home|root|Users|work|opt|srv)/\w|\b[A-Z]:\\\\?Users")
    wrong = []
    for path in _kept_files(root):
        if path.suffix in PICTURES:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            where = f"{path.relative_to(root)}:{number}"
            wrong += [f"{where} names {host}" for host in hosts if host in line]
            wrong += [f"{where} names {found[0]}" for found in places.finditer(line)]
    assert not wrong


@needs_git
def test_texts_are_utf8_with_unix_line_ends(root: Path) -> None:
    for path in _kept_files(root):
        if path.suffix not in PICTURES:
            content = path.read_bytes()
            content.decode("utf-8")
            assert b"\r" not in content, path


@pytest.mark.parametrize("registry", REGISTRIES)
def test_every_text_of_the_catalog_is_marked_for_translation(root: Path, registry: str) -> None:
    marked = {text.singular for text in of_python(root / "app")}
    missing = []
    for name, entry in REGISTRIES[registry].items():
        assert name == entry.name
        texts = [entry.title, entry.doc, *(option.doc for option in entry.options)]
        texts += [slot.doc for slot in getattr(entry, "slots", ())]
        missing += [(name, text) for text in texts if text not in marked]
        assert all(texts), f"{name} has a text that is empty"
    assert not missing


def test_every_text_of_the_presets_is_marked_for_translation(root: Path) -> None:
    marked = {text.singular for text in of_python(root / "app")}
    texts = [text for preset in PRESETS.values() for text in (preset.title, preset.doc)]
    assert set(texts) <= marked


def test_texts_are_found_where_they_stand(root: Path) -> None:
    python = {text.singular for text in of_python(root / "app")}
    templates = {text.singular for text in of_templates(root / "templates")}
    assert "This field is needed." in python  # of a function
    assert PRESETS["sine"].title in python  # of a module
    assert "Kept here" in templates
    plurals = [text for text in of_python(root / "app") if text.plural is not None]
    assert len(plurals) >= 5


def test_the_folders_that_readme_names_are_there(root: Path) -> None:
    readme = (root / "README.md").read_text(encoding="utf-8")
    table = readme.split("\n## Where things are\n", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| (`.*?) \| (.+?) \|$", table, re.MULTILINE)
    assert len(rows) >= 5
    named = [folder for cell, _holds in rows for folder in re.findall(r"`([^`]+)`", cell)]
    assert not [folder for folder in named if not (root / folder).is_dir()]
    layers = {f"app/{path.name}" for path in (root / "app").iterdir() if path.is_dir()}
    known = {f"app/{layer}" for layer in LAYERS} & layers
    assert known <= set(named)


def test_every_file_that_readme_names_is_there(root: Path) -> None:
    readme = (root / "README.md").read_text(encoding="utf-8")
    linked = re.findall(r"\]\(((?!https?:|#)[^)]+)\)", readme)
    assert linked
    quoted = re.findall(r"`((?:app|static|tests|templates)/[\w./-]+)`", readme)
    brought = {"static/vendor"}  # while a wheel is built
    assert not [name for name in {*linked, *quoted} - brought if not (root / name).exists()]
