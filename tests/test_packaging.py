"""What is in the wheel, and what the lock file says about the browser's libraries."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib import metadata
from pathlib import Path
from typing import Any

import httpx
import pytest

import app


@pytest.fixture(scope="module")
def lock(root: Path) -> dict[str, Any]:
    """The packages of static/package-lock.json by their place; "" is the project itself."""
    text = (root / "static" / "package-lock.json").read_text(encoding="utf-8")
    packages: dict[str, Any] = json.loads(text)["packages"]
    return packages


@pytest.fixture(scope="module")
def unpacked(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the content of the wheel that pip builds of the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", folder, root],
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def test_the_version_is_told_in_one_place() -> None:
    assert metadata.version("backprop-visualizer") == app.__version__


def test_the_lock_file_names_no_registry_and_holds_every_hash(lock: dict[str, Any]) -> None:
    packages = {place: package for place, package in lock.items() if place}
    assert len(packages) > 30
    for place, package in packages.items():
        assert "resolved" not in package, place
        assert package["integrity"].startswith("sha512-"), place


def test_readme_names_the_libraries_of_the_page_and_their_licences(
    root: Path, lock: dict[str, Any]
) -> None:
    readme = (root / "README.md").read_text(encoding="utf-8")
    for name in lock[""]["dependencies"]:
        licence = lock[f"node_modules/{name}"]["license"]
        assert re.search(rf"\| \[{re.escape(name)}\].*\| {re.escape(licence)} \|", readme), name


def test_the_wheel_holds_what_the_page_needs_and_nothing_else_of_static(
    root: Path, unpacked: Path
) -> None:
    packed = {
        str(path.relative_to(unpacked / "app"))
        for path in (unpacked / "app").rglob("*")
        if path.is_file()
    }
    assert {
        f"static/vendor/{name}"
        for name in ("d3.min.js", "htmx.min.js", "hx-sse.min.js", "swagger-ui-bundle.js")
    } <= packed
    for folder in ("static/js", "static/css", "templates"):
        standing = {
            str(path.relative_to(root)) for path in (root / folder).rglob("*") if path.is_file()
        }
        assert standing
        assert standing <= packed
    for_developers = re.compile(r"node_modules|package(-lock)?\.json|\.npmrc|\.d\.ts$|\.test\.js$")
    assert not [name for name in packed if for_developers.search(name)]
    # What stands beside the package is the wheel's own description.
    assert {path.name for path in unpacked.iterdir()} == {
        "app",
        f"backprop_visualizer-{app.__version__}.dist-info",
    }


def test_each_library_in_the_wheel_has_its_licence_beside_it(
    unpacked: Path, lock: dict[str, Any]
) -> None:
    for name in lock[""]["dependencies"]:
        text = (unpacked / f"app/static/vendor/{name}.LICENSE.txt").read_text(encoding="utf-8")
        assert len(text) > 200


def test_a_server_of_the_wheel_serves_its_own_files(
    unpacked: Path, start_server: Callable[..., AbstractContextManager[str]]
) -> None:
    with (
        start_server(environment={"PYTHONPATH": str(unpacked)}) as address,
        httpx.Client(base_url=address, trust_env=False, follow_redirects=True) as client,
    ):
        page = client.get("/")
        assert page.status_code == 200
        linked = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text))
        assert len(linked) > 3
        for path in sorted(linked):
            assert client.get(path).status_code == 200, path
