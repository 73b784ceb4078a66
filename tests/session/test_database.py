"""The file that sessions are kept in: what is taken for one, what is refused, and full disks."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.session.database import Database, DatabaseRefused
from app.session.errors import CannotKeep
from app.session.schema import APPLICATION_ID, MIGRATIONS, VERSION

INSERT = "INSERT INTO reply (scope, key, fingerprint, made) VALUES (?, ?, ?, ?)"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "sessions.sqlite3"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = Database(path)
    yield database
    database.close()


def _write(database: Database, *keys: str) -> None:
    database.write([(INSERT, ("", key, "", 0.0)) for key in keys])


def _keys(database: Database) -> list[str]:
    return [key for (key,) in database.read("SELECT key FROM reply ORDER BY key")]


def _made_elsewhere(path: Path, *statements: str) -> None:
    path.parent.mkdir()
    other = sqlite3.connect(path)
    for statement in statements:
        other.execute(statement)
    other.commit()
    other.close()


def _beside(path: Path) -> dict[str, bytes]:
    """All that is in a file's folder, but for SQLite's index of a log, which follows from it."""
    files = (file for file in path.parent.iterdir() if not file.name.endswith("-shm"))
    return {file.name: file.read_bytes() for file in files}


def _refusal(path: Path) -> str:
    """The sentence that refuses a file, which stays as it is."""
    before = _beside(path)
    with pytest.raises(DatabaseRefused) as refused:
        Database(path)
    assert _beside(path) == before
    sentence = str(refused.value)
    assert str(path) in sentence
    return sentence


def test_what_was_written_is_there_again(path: Path, database: Database) -> None:
    _write(database, "a", "b")
    database.close()
    again = Database(path)
    assert _keys(again) == ["a", "b"]
    again.close()


def test_its_folder_and_file_are_its_owners_alone(path: Path, database: Database) -> None:
    _write(database, "a")
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_statements_are_done_all_or_none(database: Database) -> None:
    _write(database, "a")
    with pytest.raises(CannotKeep):
        _write(database, "b", "a")  # there is an "a"
    assert _keys(database) == ["a"]
    _write(database, "b")
    assert _keys(database) == ["a", "b"]


def test_what_was_written_outlives_a_process_that_is_killed(path: Path) -> None:
    writer = f"""
import os, signal
from pathlib import Path
from app.session.database import Database
database = Database(Path({str(path)!r}))
for number in range(500):
    database.write([({INSERT!r}, ("", f"{{number:03}}", "", 0.0))])
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", writer], check=False)
    assert done.returncode == -9
    database = Database(path)
    assert _keys(database) == [f"{number:03}" for number in range(500)]
    database.close()


# What is no file of ours


def test_a_file_that_is_no_database(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"x,y\n1,2\n" * 1000)
    assert "something else" in _refusal(path)


def test_a_database_of_another_program(path: Path) -> None:
    _made_elsewhere(path, "CREATE TABLE bookmark (url TEXT)")
    assert "something else" in _refusal(path)


def test_a_database_of_another_program_that_says_so(path: Path) -> None:
    _made_elsewhere(path, "PRAGMA application_id = 1234", "CREATE TABLE bookmark (url TEXT)")
    assert "something else" in _refusal(path)


def test_a_newer_version(path: Path) -> None:
    Database(path).close()
    other = sqlite3.connect(path)
    other.execute(f"PRAGMA user_version = {VERSION + 1}")
    other.close()
    assert "newer version" in _refusal(path)


OURS = f"PRAGMA application_id = {APPLICATION_ID}"


@pytest.mark.parametrize("version", [1, 2, VERSION, VERSION + 2, -1])
def test_one_of_another_program_without_tables_that_counts_its_versions(
    path: Path, version: int
) -> None:
    _made_elsewhere(path, f"PRAGMA user_version = {version}")
    assert "something else" in _refusal(path)


def test_one_of_another_program_with_a_log(path: Path) -> None:
    _made_elsewhere(path, "PRAGMA journal_mode = WAL", "CREATE TABLE bookmark (url TEXT)")
    assert "something else" in _refusal(path)


def test_one_of_another_program_whose_tables_are_in_the_log_alone(path: Path) -> None:
    _made_elsewhere(path)
    made = path.with_name("made")
    other = sqlite3.connect(made)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("CREATE TABLE bookmark (url TEXT)")
    for end in ("", "-wal"):  # as if it had been killed
        path.with_name(path.name + end).write_bytes(made.with_name(made.name + end).read_bytes())
    other.close()
    assert b"bookmark" not in path.read_bytes()
    assert "something else" in _refusal(path)


@pytest.mark.parametrize(
    "statements",
    [
        [],
        ["CREATE TABLE session (key INTEGER PRIMARY KEY)"],
        ["PRAGMA user_version = -1"],
        *[[f"PRAGMA user_version = {version}"] for version in range(1, VERSION + 1)],
        ["PRAGMA user_version = 1", "CREATE TABLE session (key INTEGER PRIMARY KEY)"],
    ],
)
def test_one_of_ours_that_has_not_what_its_version_has(path: Path, statements: list[str]) -> None:
    _made_elsewhere(path, OURS, *statements)
    assert "damaged" in _refusal(path)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE reply",
        "ALTER TABLE reply DROP COLUMN body",
        "DROP TRIGGER loosened",
        f"PRAGMA user_version = {VERSION - 1}",
    ],
)
def test_one_of_ours_that_was_altered(path: Path, statement: str) -> None:
    Database(path).close()
    other = sqlite3.connect(path)
    other.execute("PRAGMA journal_mode = DELETE")
    other.execute(statement)
    other.close()
    assert "damaged" in _refusal(path)


@pytest.mark.parametrize("version", range(1, VERSION))
def test_every_earlier_version_is_brought_up_to_date(path: Path, version: int) -> None:
    older = Database(path, MIGRATIONS[:version])
    _write(older, "a")
    older.close()
    newer = Database(path)
    assert _keys(newer) == ["a"]
    assert newer.read("PRAGMA user_version") == [(VERSION,)]
    newer.close()


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_damaged_file(path: Path, place: int) -> None:
    database = Database(path)
    for number in range(2000):
        _write(database, f"{number}" * 5)
    database.close()
    content = bytearray(path.read_bytes())
    beginning = 4096 + place * (len(content) - 3 * 4096) // 2
    content[beginning : beginning + 4096] = os.urandom(4096)
    path.write_bytes(content)
    assert "damaged" in _refusal(path)


def test_a_file_that_was_cut_off(path: Path) -> None:
    database = Database(path)
    for number in range(2000):
        _write(database, f"{number}" * 5)
    database.close()
    path.write_bytes(path.read_bytes()[: 5 * 4096])
    assert "damaged" in _refusal(path)


def test_one_that_another_server_uses(path: Path, database: Database) -> None:
    _write(database, "a")
    assert "in use by another server" in _refusal(path)
    _write(database, "b")
    assert _keys(database) == ["a", "b"]


def test_a_folder_where_none_can_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseRefused, match="cannot be opened"):
        Database(tmp_path / "file" / "sessions.sqlite3")


# Versions


@pytest.mark.parametrize("content", ["", "PRAGMA user_version = 0"])
def test_an_empty_one_is_brought_up_to_date(path: Path, content: str) -> None:
    _made_elsewhere(path, *[content] if content else [])
    database = Database(path)
    _write(database, "a")
    assert database.read("PRAGMA user_version") == [(VERSION,)]
    assert database.read("PRAGMA application_id") == [(APPLICATION_ID,)]
    database.close()


def test_an_older_one_is_brought_up_to_date_step_by_step(path: Path) -> None:
    older = Database(path, MIGRATIONS)
    _write(older, "a", "b")
    older.close()
    second = ("ALTER TABLE reply ADD COLUMN colour TEXT", "UPDATE reply SET colour = 'blue'")
    third = ("UPDATE reply SET colour = colour || key",)
    newer = Database(path, (*MIGRATIONS, second, third))
    assert newer.read("SELECT colour FROM reply ORDER BY key") == [("bluea",), ("blueb",)]
    newer.close()
    assert "newer version" in _refusal(path)
    again = Database(path, (*MIGRATIONS, second, third))
    assert again.read("SELECT colour FROM reply ORDER BY key") == [("bluea",), ("blueb",)]
    again.close()


def test_a_step_that_fails_leaves_the_older_one(path: Path) -> None:
    older = Database(path)
    _write(older, "a")
    older.close()
    second = ("ALTER TABLE reply ADD COLUMN colour TEXT", "UPDATE nothing SET colour = 'blue'")
    with pytest.raises(DatabaseRefused, match="nothing"):
        Database(path, (*MIGRATIONS, second))
    again = Database(path)
    assert _keys(again) == ["a"]
    again.close()


# No room


def test_what_cannot_be_brought_to_the_disk_is_tried_again(
    path: Path, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    _write(database, "a")
    log = path.with_name(f"{path.name}-wal")
    kept = log.rename(path.with_name("kept"))
    log.mkdir()  # cannot be opened
    database.settle()
    database.settle()
    assert caplog.text.count("could not be brought to the disk") == 1
    log.rmdir()
    kept.rename(log)
    database.settle()
    log.rename(kept)
    log.mkdir()
    database.settle()  # nothing was written since
    assert caplog.text.count("could not be brought to the disk") == 1
    _write(database, "b")
    database.settle()
    assert caplog.text.count("could not be brought to the disk") == 2
    log.rmdir()
    kept.rename(log)


def test_what_is_no_value_of_a_row_undoes_the_rest(database: Database) -> None:
    with pytest.raises(UnicodeEncodeError):
        _write(database, "a", "\ud800")
    _write(database, "b", "c")
    assert _keys(database) == ["b", "c"]


def test_a_full_disk_takes_nothing_away(path: Path, database: Database) -> None:
    _write(database, "a")
    pages = database.read("PRAGMA page_count")[0][0]
    database.read(f"PRAGMA max_page_count = {pages + 2}")
    large = (INSERT, ("", "large", "x" * 100_000, 0.0))
    with pytest.raises(CannotKeep) as refused:
        database.write([(INSERT, ("", "b", "", 0.0)), large])
    assert refused.value.full
    assert _keys(database) == ["a"]
    _write(database, "c")  # there is room for a small one
    database.read("PRAGMA max_page_count = 1000000")
    database.write([large])
    assert _keys(database) == ["a", "c", "large"]


def test_room_is_given_back(path: Path, database: Database) -> None:
    database.write([(INSERT, ("", "large", "x" * 1_000_000, 0.0))])
    database.write([("DELETE FROM reply", ())])
    database.shrink()
    database.close()
    assert path.stat().st_size < 500_000
