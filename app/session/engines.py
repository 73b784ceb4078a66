"""Which engine trains: NumPy, which is always there, or compiled loops, where they can be made.

Compiling takes half a minute, so a process of its own does it once and leaves the machine code in
a folder; from there it is loaded in the background, and until then NumPy trains.
"""

import contextlib
import hashlib
import logging
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal, TypeAlias

from app.core.entry import Entry
from app.core.losses import Loss
from app.core.network import Choice, Network, Vector
from app.core.optimizers import Optimizer
from app.core.training import EngineName, Training
from app.language import N_

EngineState: TypeAlias = Literal["ready", "warming", "off", "absent", "failed"]
"""Of the compiled engine: it is there, is being made, is not wanted, lacks numba, or failed."""

_ALL = (
    Entry(
        "numpy",
        N_("NumPy"),
        N_("Trains with NumPy's products of whole matrices. It is always there."),
    ),
    Entry(
        "compiled",
        N_("Compiled"),
        N_(
            "Trains with loops compiled to machine code, ten times as fast on small networks. The "
            "numbers agree with NumPy's to twelve digits."
        ),
    ),
)

ENGINE_ENTRIES: dict[str, Entry] = {entry.name: entry for entry in _ALL}

LARGE_LAYER = 1250
"""Parameters. Layers that have more on average are faster in NumPy's products than in loops: of
hundreds of random networks, this rule leaves 2 % of the time of always choosing right.
"""

SWITCH_SECONDS = 0.0005
"""How long the compiler's import may hold the interpreter while others wait for it."""

PATIENCE_SECONDS = 1.0
"""Importing the compiler slows other threads for half a second: not in the first one."""

KEPT_VERSIONS = 3
"""Machine code of so many versions of the program stays in its folder."""

DONE = "done"
"""A file that says that the machine code beside it is whole."""

_NAME = re.compile(r"machine-code-[0-9a-f]{32}")

log = logging.getLogger(__name__)


class EngineUnavailable(Exception):
    """Training was to go on on an engine that is not there."""


class Engines:
    """The engines of this process.

    state: of the compiled one. Nothing of it is imported before it is warmed up.
    """

    def __init__(self) -> None:
        self.state: EngineState = "off"
        self._code: Any = None
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = threading.Event()

    @property
    def best(self) -> EngineName:
        """The one that a new training gets, unless its layers are large."""
        return "numpy" if self._code is None else "compiled"

    def best_for(self, network: Network) -> EngineName:
        """The one that a new training of this network gets."""
        large = network.size > LARGE_LAYER * len(network.layers)
        return "numpy" if large else self.best

    def training(
        self,
        network: Network,
        loss: Choice[Loss],
        optimizer: Choice[Optimizer],
        parameters: Vector,
        engine: EngineName | None = None,
    ) -> Training:
        """A new training on an engine, or on the best. Raises EngineUnavailable."""
        engine = engine or self.best_for(network)
        if engine == "numpy":
            return Training(network, loss, optimizer, parameters)
        if self._code is None:
            raise EngineUnavailable
        from app.core.compiled.training import CompiledTraining

        return CompiledTraining(network, loss, optimizer, parameters, self._code)

    def warm_up_in_background(self, folder: Path) -> None:
        """``warm_up`` while the caller goes on, after a moment for those who wait already."""
        self.state = "warming"

        def later() -> None:
            if self._closed.wait(PATIENCE_SECONDS):
                return
            usual = sys.getswitchinterval()
            sys.setswitchinterval(SWITCH_SECONDS)
            try:
                self.warm_up(folder)
            finally:
                sys.setswitchinterval(usual)

        threading.Thread(target=later, daemon=True).start()

    def warm_up(self, folder: Path) -> None:
        """Make the compiled engine ready, with the machine code in ``folder``.

        Where the folder cannot be written to, the machine code lasts as long as the process.
        """
        if not _is_installed("numba"):
            self.state = "absent"
            return
        self.state = "warming"
        try:
            with contextlib.ExitStack() as leaving:
                try:
                    place = _place_in(folder)
                except OSError as error:
                    log.warning(
                        "Machine code cannot be kept in %s (%s); it is made for this time alone.",
                        folder,
                        error.strerror or error,
                    )
                    place = Path(leaving.enter_context(tempfile.TemporaryDirectory()))
                self._code = self._loaded(place)
            self.state = "ready"
        except Exception as error:
            if not self._closed.is_set():
                self.state = "failed"
                log.warning("The compiled engine cannot be used, NumPy trains: %s", error)

    def _loaded(self, place: Path) -> Any:
        done = place / DONE
        if not done.exists():
            self._make(place)
            done.touch()
        from app.core.compiled import compiler

        try:
            return compiler.load(place)
        except Exception as error:
            log.warning("Machine code in %s cannot be read (%s); it is made anew.", place, error)
            shutil.rmtree(place)
            place.mkdir()
            self._make(place)
            done.touch()
            return compiler.load(place)

    def _make(self, place: Path) -> None:
        """Compile in a process of its own."""
        # -P: no module of the folder that the server was started in is taken for ours.
        command = [sys.executable, "-P", "-m", "app.core.compiled", str(place)]
        paths = os.pathsep.join(os.path.abspath(path) for path in sys.path if path)
        self._process = subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": paths},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        if self._closed.is_set():
            self._process.terminate()
        _output, errors = self._process.communicate()
        if self._process.returncode != 0:
            lines = errors.decode(errors="replace").strip().splitlines()
            raise RuntimeError(lines[-1] if lines else "the compiler ended early")

    def close(self) -> None:
        """End what is under way."""
        self._closed.set()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()


def _is_installed(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


def _place_in(folder: Path) -> Path:
    """A folder for the machine code of just this program on just this machine; others go.

    Raises OSError where it cannot be written to.
    """
    place = folder / _key()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=place):
        pass
    os.utime(place)
    others = [done.parent for done in folder.glob(f"*/{DONE}") if _NAME.fullmatch(done.parent.name)]
    for other in sorted(others, key=lambda other: -other.stat().st_mtime)[KEPT_VERSIONS:]:
        shutil.rmtree(other, ignore_errors=True)
    return place


def _key() -> str:
    """Of all that machine code depends on."""
    from llvmlite import binding  # type: ignore[import-untyped]

    packages = [f"{name} {version(name)}" for name in ("numba", "llvmlite", "numpy")]
    processor = [binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten()]
    digest = hashlib.sha256("\n".join([*packages, *processor, platform.python_version()]).encode())
    core = Path(__file__).resolve().parent.parent / "core"
    # numba looks for the code of a file by the file's place, time and size.
    kernel = (core / "compiled" / "kernel.py").stat()
    digest.update(f"{core} {kernel.st_mtime_ns} {kernel.st_size}".encode())
    for source in sorted(core.rglob("*.py")):
        digest.update(source.relative_to(core).as_posix().encode())
        digest.update(source.read_bytes())
    return f"machine-code-{digest.hexdigest()[:32]}"


ENGINES = Engines()
"""Those of this process. Machine code belongs to a process, not to a session."""
