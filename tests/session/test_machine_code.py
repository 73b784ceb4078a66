"""Whose machine code is run, what it depends on, and the process that makes it."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from app.session.machine_code import DONE, Closed, Maker, _place_in
from tests.environment import ROOT

POSIX = pytest.mark.skipif(os.name != "posix", reason="folders have no mode here")
PROC = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux's /proc")


def test_a_folder_of_ones_own_is_taken_and_made_so_that_it_stays_that(tmp_path: Path) -> None:
    place = _place_in(tmp_path / "new" / "folder", "name")
    assert place == tmp_path / "new" / "folder" / "name"
    if os.name == "posix":
        assert [folder.stat().st_mode & 0o777 for folder in (place, place.parent)] == [0o700] * 2
    assert _place_in(place.parent, "name") == place


@POSIX
@pytest.mark.parametrize("mode", [0o770, 0o702])
@pytest.mark.parametrize("which", ["folder", "place"])
def test_a_folder_that_others_can_write_to_is_refused(
    which: str, mode: int, tmp_path: Path
) -> None:
    place = _place_in(tmp_path / "folder", "name")
    (place if which == "place" else place.parent).chmod(mode)
    with pytest.raises(PermissionError, match="other users can write to it"):
        _place_in(place.parent, "name")


@POSIX
@pytest.mark.parametrize("which", ["folder", "place"])
def test_a_folder_of_another_user_is_refused(which: str, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    place = _place_in(tmp_path / "folder", "name")
    os.chown(place if which == "place" else place.parent, 12345, -1)
    with pytest.raises(PermissionError, match="it belongs to another user"):
        _place_in(place.parent, "name")


@POSIX
def test_a_link_in_place_of_the_machine_code_is_refused(tmp_path: Path) -> None:
    """Where it leads can change between looking and loading."""
    place = _place_in(tmp_path / "folder", "name")
    (place.parent / "link").symlink_to(place)
    with pytest.raises(NotADirectoryError):
        _place_in(place.parent, "link")


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    blocked = tmp_path / "a file, not a folder"
    blocked.write_text("")
    with pytest.raises(OSError, match="exists"):
        _place_in(blocked, "name")


def _key(**variables: str) -> str:
    program = "from app.session.machine_code import key; print(key())"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_it_depends_on_the_processor_that_numba_is_told_of() -> None:
    keys = [
        _key(),
        _key(NUMBA_CPU_NAME="generic"),
        _key(NUMBA_CPU_NAME="generic", NUMBA_CPU_FEATURES="+crc32"),
    ]
    assert len({*keys}) == 3
    assert _key() == keys[0]


def test_the_compiler_ends_when_its_server_does(tmp_path: Path) -> None:
    """However that came about: the system closes the pipe between them."""
    command = [sys.executable, "-m", "app.core.compiled", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait() == 1
    assert list(tmp_path.iterdir()) == []


def _compiler_of(process_id: int) -> int:
    """The id of the process that compiles for another one. Raises TimeoutError."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for thread in Path(f"/proc/{process_id}/task").iterdir():
            for child in (thread / "children").read_text().split():
                if b"app.core.compiled" in Path(f"/proc/{child}/cmdline").read_bytes():
                    return int(child)
        time.sleep(0.01)
    raise TimeoutError


@PROC
def test_a_server_that_is_killed_takes_its_compiler_along(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from app.session.engines import ENGINES\n"
        "ENGINES.warm_up(Path(sys.argv[1]))"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT) as server:
        compiler = _compiler_of(server.pid)
        ended = os.pidfd_open(compiler)
        server.send_signal(signal.SIGKILL)
    try:
        assert select.select([ended], [], [], 20)[0], "it goes on compiling"
    finally:
        os.close(ended)
    assert not [*tmp_path.rglob(DONE)]


@PROC
def test_closing_waits_for_the_compiler_to_end(tmp_path: Path) -> None:
    maker, raised = Maker(), list[type[BaseException]]()

    def make() -> None:
        try:
            maker.machine_code(tmp_path)
        except Closed as closed:
            raised.append(type(closed))

    thread = threading.Thread(target=make, daemon=True)
    thread.start()
    compiler = _compiler_of(os.getpid())
    maker.close()
    with pytest.raises(ProcessLookupError):
        os.kill(compiler, 0)
    thread.join(60)
    assert raised == [Closed]
    assert not [*tmp_path.rglob(DONE)]


def test_what_is_closed_makes_nothing(tmp_path: Path) -> None:
    maker = Maker()
    maker.close()
    with pytest.raises(Closed):
        maker.machine_code(tmp_path / "kept")
    assert list(tmp_path.iterdir()) == []
