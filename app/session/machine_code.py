"""Machine code of the compiled engine: made by a process of its own, and kept in a folder.

Making it takes half a minute. Loading it runs it, so the folder must be nobody else's.
"""

import ctypes
import errno
import hashlib
import logging
import os
import platform
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

KEPT_VERSIONS = 3
"""Machine code of so many versions of the program stays in its folder."""

DONE = "done"
"""A file that says that the machine code beside it is whole."""

CLOSING_SECONDS = 5.0
"""What a compiler that was told to end may take for it."""

Gently: TypeAlias = Callable[[], AbstractContextManager[object]]
"""Makes what is put around work that would keep others from going on."""

_NAME = re.compile(r"machine-code-[0-9a-f]{32}")

log = logging.getLogger(__name__)


class NumbaAbsent(Exception):
    """numba is not installed."""


class CompilingDisabled(Exception):
    """numba was told not to compile."""


class Closed(Exception):
    """It is not wanted any more."""


class Maker:
    """Makes machine code, or loads what was made before; until it is closed."""

    def __init__(self) -> None:
        self.closed = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def machine_code(self, folder: Path, gently: Gently = nullcontext) -> Any:
        """The entries of ``app.core.compiled.kernel``, kept in ``folder``.

        Where the folder is not fit for it, the machine code lasts as long as the process. Raises
        NumbaAbsent, CompilingDisabled, Closed, and whatever a compiler that fails raises.
        """
        if not _is_installed("numba"):
            raise NumbaAbsent
        if self.closed.is_set():
            raise Closed
        with gently():
            _open_llvm()
            from numba.core import config

            if config.DISABLE_JIT:  # type: ignore[attr-defined]
                raise CompilingDisabled
            name = key()
        with ExitStack() as leaving:
            try:
                place = _place_in(folder, name)
            except OSError as error:
                log.warning(
                    "Machine code cannot be kept in %s (%s); it is made for this time alone.",
                    folder,
                    error.strerror or error,
                )
                place = Path(leaving.enter_context(tempfile.TemporaryDirectory()))
            return self._loaded(place, gently)

    def _loaded(self, place: Path, gently: Gently) -> Any:
        if (place / DONE).exists():
            try:
                return _load(place, gently)
            except Exception as error:
                log.warning(
                    "Machine code in %s cannot be read (%s); it is made anew.", place, error
                )
                shutil.rmtree(place)
                place.mkdir(mode=0o700)
        self._make(place)
        (place / DONE).touch()
        return _load(place, gently)

    def _make(self, place: Path) -> None:
        # -P: no module of the folder that the server was started in is taken for ours.
        command = [sys.executable, "-P", "-m", "app.core.compiled", str(place)]
        paths = os.pathsep.join(os.path.abspath(path) for path in sys.path if path)
        with self._lock:
            if self.closed.is_set():
                raise Closed
            self._process = subprocess.Popen(
                command,
                env={**os.environ, "PYTHONPATH": paths},
                stdin=subprocess.PIPE,  # open as long as this process lives
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
        with self._process as process:
            assert process.stderr is not None
            errors = process.stderr.read()
            status = process.wait()
        if self.closed.is_set():
            raise Closed
        if status != 0:
            lines = errors.decode(errors="replace").strip().splitlines()
            raise RuntimeError(lines[-1] if lines else "the compiler ended early")

    def close(self) -> None:
        """End the compiler that is under way, if one is."""
        with self._lock:
            self.closed.set()
            process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(CLOSING_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def key() -> str:
    """Of all that machine code depends on; the name of its folder."""
    from numba.core.registry import cpu_target

    packages = [f"{name} {version(name)}" for name in ("numba", "llvmlite", "numpy")]
    # As the machine is, or as NUMBA_CPU_NAME and NUMBA_CPU_FEATURES have it.
    processor = map(str, cpu_target.target_context.codegen().magic_tuple())
    digest = hashlib.sha256("\n".join([*packages, *processor, platform.python_version()]).encode())
    core = Path(__file__).resolve().parent.parent / "core"
    # numba looks for the code of a file by the file's place, time and size.
    kernel = (core / "compiled" / "kernel.py").stat()
    digest.update(f"{core} {kernel.st_mtime_ns} {kernel.st_size}".encode())
    for source in sorted(core.rglob("*.py")):
        digest.update(source.relative_to(core).as_posix().encode())
        digest.update(source.read_bytes())
    return f"machine-code-{digest.hexdigest()[:32]}"


def _is_installed(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


def _open_llvm() -> None:
    """Open the compiler's library, so that it is open when llvmlite wants it.

    Python holds the interpreter while it opens one, 40 ms for this; a call of C does not.
    """
    found = find_spec("llvmlite")
    if os.name == "posix" and found is not None:
        for folder in found.submodule_search_locations or ():
            for library in Path(folder, "binding").glob("libllvmlite.*"):
                ctypes.CDLL(None).dlopen(os.fsencode(library), os.RTLD_NOW)


def _load(place: Path, gently: Gently) -> Any:
    with gently():
        from app.core.compiled import compiler

        return compiler.load(place)


def _place_in(folder: Path, name: str) -> Path:
    """A folder for the machine code of just this program on just this machine; others go.

    Raises OSError where it cannot be written to, or where somebody else can.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = folder.resolve()
    _refuse_shared(folder)
    place = folder / name
    place.mkdir(mode=0o700, exist_ok=True)
    _refuse_shared(place)
    with tempfile.TemporaryFile(dir=place):
        pass
    os.utime(place)
    others = [done.parent for done in folder.glob(f"*/{DONE}") if _NAME.fullmatch(done.parent.name)]
    for other in sorted(others, key=lambda other: -other.stat().st_mtime)[KEPT_VERSIONS:]:
        shutil.rmtree(other, ignore_errors=True)
    return place


def _refuse_shared(folder: Path) -> None:
    """Raise PermissionError where other users could put their own machine code."""
    if os.name != "posix":
        return
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, "it is not a folder")
    if found.st_uid != os.geteuid():
        raise PermissionError(errno.EPERM, "it belongs to another user")
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(errno.EPERM, "other users can write to it")
