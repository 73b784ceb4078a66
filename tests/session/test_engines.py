"""Where machine code comes from, and what happens where it cannot be made or kept."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.compiled import compiler
from app.session.engines import Engines, EngineUnavailable
from app.session.machine_code import DONE, key
from tests.core.networks import training
from tests.environment import MACHINE_CODE, ROOT


@pytest.fixture
def kept(engines: Engines, tmp_path: Path) -> Path:
    """A folder with a copy of the machine code, as a former start of the server left it."""
    source = MACHINE_CODE / key()
    place = tmp_path / source.name
    for file in source.rglob("*"):
        if file.is_file():
            target = place / file.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
    return tmp_path


def _files(folder: Path) -> dict[Path, int]:
    return {file: file.stat().st_mtime_ns for file in folder.rglob("*") if file.is_file()}


def test_machine_code_is_loaded_and_not_made_again(kept: Path) -> None:
    before = _files(kept)
    engines = Engines()
    engines.warm_up(kept)
    assert engines.state == "ready"
    assert _files(kept) == before


def test_machine_code_of_other_versions_is_left_alone_but_for_the_oldest(kept: Path) -> None:
    others = []
    for age in range(5):
        other = kept / f"machine-code-{age:032x}"
        other.mkdir()
        (other / DONE).touch()
        (other / "code").write_text("of another version")
        os.utime(other, (1e9 - age, 1e9 - age))
        others.append(other)
    for name in (f"{7:032x}", "mine"):
        (kept / name).mkdir()
        (kept / name / DONE).write_text("somebody's")
    Engines().warm_up(kept)
    assert [other.exists() for other in others] == [True, True, False, False, False]
    assert (kept / "mine").exists()
    assert (kept / f"{7:032x}").exists()


def test_the_compiler_takes_no_module_of_the_folder_it_was_started_in(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (kept / "app").mkdir()
    (kept / "app" / "__init__.py").write_text("raise SystemExit('another program')")
    monkeypatch.chdir(kept)
    (kept / key() / DONE).unlink()  # the compiler begins, and finds that all is there
    engines = Engines()
    engines.warm_up(kept)
    assert engines.state == "ready"
    assert (kept / key() / DONE).exists()


def test_machine_code_that_is_broken_is_made_anew_and_said_once(
    kept: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for file in (kept / key()).rglob("*.nb[ic]"):
        file.write_bytes(b"broken")
    engines = Engines()
    with caplog.at_level(logging.WARNING):
        engines.warm_up(kept)
    assert engines.state == "ready"
    (said,) = caplog.messages
    assert "is made anew" in said


def test_machine_code_is_never_made_in_the_process_of_the_server(kept: Path) -> None:
    """Not even where somebody tidied up the folder and left what says that it is whole."""
    for file in (kept / key()).rglob("*.nbi"):
        file.unlink()
    assert (kept / key() / DONE).exists()
    with pytest.raises(compiler.NotMade):
        compiler.load(kept / key())


def test_without_numba_numpy_trains(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In a process of its own, whose Python sees no numba."""
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "sys.modules['numba'] = sys.modules['llvmlite'] = None\n"
        "from importlib import metadata\n"
        "found = metadata.Distribution.from_name\n"
        "def none(name):\n"
        "    if name == 'numba': raise metadata.PackageNotFoundError(name)\n"
        "    return found(name)\n"
        "metadata.Distribution.from_name = none\n"
        "from app.session.engines import ENGINES\n"
        "ENGINES.warm_up(Path(sys.argv[1]))\n"
        "print(ENGINES.state, ENGINES.best)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout.strip(), done.stderr) == ("absent numpy", "")
    assert list(tmp_path.iterdir()) == []


def test_nothing_of_the_compiler_is_imported_before_it_is_wanted() -> None:
    program = (
        "import sys, app.web.application\n"
        "print([name for name in sys.modules if name in ('numba', 'llvmlite')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_an_engine_that_is_not_there_is_refused() -> None:
    engines = Engines()
    assert (engines.state, engines.best) == ("off", "numpy")
    model = training(2, [])
    with pytest.raises(EngineUnavailable):
        engines.training(model.network, model.loss, model.optimizer, model.parameters, "compiled")


def test_warming_up_is_begun_once() -> None:
    engines = Engines()
    thread = engines.warm_up_in_background(MACHINE_CODE)
    assert thread is not None
    assert engines.state == "warming"
    assert engines.warm_up_in_background(MACHINE_CODE) is None
    thread.join(60)
    assert (engines.state, engines.best) == ("ready", "compiled")
    assert engines.warm_up_in_background(MACHINE_CODE) is None


def test_it_can_be_begun_again_after_it_was_given_up() -> None:
    engines = Engines()
    engines.warm_up_in_background(MACHINE_CODE)
    engines.close()
    assert (engines.state, engines.best) == ("off", "numpy")
    thread = engines.warm_up_in_background(MACHINE_CODE)
    assert thread is not None
    thread.join(60)
    assert engines.state == "ready"
