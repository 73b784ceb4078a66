"""The file that sessions are kept in: SQLite, for one server at a time.

What was written is in the file, or in the log beside it, before ``write`` returns, so that it
outlives the process however that ends.
"""

import contextlib
import logging
import os
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from app.language import N_, _
from app.session.errors import CannotKeep
from app.session.schema import APPLICATION_ID, MIGRATIONS, Migration

Statement: TypeAlias = tuple[str, Sequence[Any] | Mapping[str, Any]]
Row: TypeAlias = tuple[Any, ...]

MAGIC = b"SQLite format 3\0"
HEADER = 100
"""Bytes at the beginning of a file that say what it is: https://www.sqlite.org/fileformat.html."""

APPLICATION_AT = 68

_MADE = """SELECT made.type, made.name, columns.name FROM sqlite_master AS made
    LEFT JOIN pragma_table_info(made.name) AS columns
    WHERE made.type != 'index' AND made.name NOT LIKE 'sqlite!_%' ESCAPE '!'"""

_TABLES_WITH_KEYS = """SELECT tables.name FROM sqlite_master AS tables
    JOIN pragma_table_info(tables.name) AS columns
    WHERE tables.type = 'table' AND columns.name = 'key' AND columns.type = 'INTEGER'"""

MOST_GIVEN_BACK = 10_000
"""Pages of the file that are given back to the disk at a time."""

log = logging.getLogger(__name__)


class DatabaseRefused(Exception):
    """A file that sessions cannot be kept in. It stays as it is; the message says what it is."""


class Database:
    """An open database. path: of its file; None for one in memory."""

    def __init__(
        self, path: Path | None = None, migrations: Sequence[Migration] = MIGRATIONS
    ) -> None:
        """Raises DatabaseRefused for a file that is not ours to write to."""
        self.path = path
        self._unsettled = self._complained = False
        if path is None:
            self._connection = _connect(":memory:")
        else:
            self._connection = _opened(path, migrations)
        try:
            self._connection.create_function("folded", 1, str.casefold, deterministic=True)
            _bring_up_to_date(self._connection, migrations)
            self._last_key = self._largest_key()
        except sqlite3.Error as error:
            self._connection.close()
            raise _refused(path, error) from None

    def next_key(self) -> int:
        """One that no row has yet, of all tables with keys of their own."""
        self._last_key += 1
        return self._last_key

    def keys(self, count: int) -> int:
        """The first of so many that no row has yet."""
        first = self._last_key + 1
        self._last_key += count
        return first

    def read(self, query: str, values: Sequence[Any] = ()) -> list[Row]:
        """The rows that a query finds. Raises CannotKeep where the file cannot be read."""
        try:
            return self._connection.execute(query, values).fetchall()
        except UnicodeEncodeError:  # what is no text is in no row
            return []
        except sqlite3.Error as error:
            raise _cannot(error) from error

    def write(self, statements: Sequence[Statement]) -> None:
        """Do all of the statements, or none of them. Raises CannotKeep."""
        execute = self._connection.execute
        self._unsettled = True
        try:
            if len(statements) == 1:
                execute(*statements[0])
                return
            execute("BEGIN IMMEDIATE")
            for statement, values in statements:
                execute(statement, values)
            execute("COMMIT")
        except BaseException as error:
            with contextlib.suppress(sqlite3.Error):
                self._connection.rollback()
            if isinstance(error, sqlite3.Error):
                raise _cannot(error) from error
            raise

    def settle(self) -> None:
        """Have all that was written outlive the machine too; may take long, so in a thread."""
        if self.path is None or not self._unsettled:
            return
        self._unsettled = False  # before, since more may be written meanwhile
        try:
            log_file = os.open(f"{self.path}-wal", os.O_RDWR)
            try:
                os.fsync(log_file)
            finally:
                os.close(log_file)
        except FileNotFoundError:
            return
        except OSError as error:
            self._unsettled = True
            if not self._complained:
                log.warning("What was kept could not be brought to the disk: %s", error)
            self._complained = True
        else:
            self._complained = False

    def shrink(self) -> None:
        """Give room that is no longer needed back to the disk."""
        try:
            # A script, since a single statement would be taken one step only: one page.
            self._connection.executescript(f"PRAGMA incremental_vacuum({MOST_GIVEN_BACK})")
        except sqlite3.Error as error:
            raise _cannot(error) from error

    def close(self) -> None:
        """End the connection; another may open the file."""
        self._connection.close()

    def _largest_key(self) -> int:
        tables = self._connection.execute(_TABLES_WITH_KEYS).fetchall()
        found = [self._connection.execute(f"SELECT max(key) FROM {name}") for (name,) in tables]
        return max((rows.fetchone()[0] or 0 for rows in found), default=0)


def _connect(place: str) -> sqlite3.Connection:
    # One connection, which only the server's loop uses; tests make their server in another thread.
    connection = sqlite3.connect(
        place, timeout=0, isolation_level=None, check_same_thread=False, uri=True
    )
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _opened(path: Path, migrations: Sequence[Migration]) -> sqlite3.Connection:
    """A connection that is the only one to the file. Raises DatabaseRefused."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Ids lead to sessions, and are nobody else's business.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        _check_header(path)
        alone = not any(_has_content(f"{path}{end}") for end in ("-wal", "-journal"))
    except OSError as error:
        raise _refusal("not opened", path, error.strerror or str(error)) from None
    address = path.absolute().as_uri()
    try:
        if path.stat().st_size > 0:
            # Without "immutable" SQLite makes a log beside it, where there is none, even to read.
            _check(path, f"{address}?mode=ro&immutable={int(alone)}", migrations)
        connection = _connect(f"{address}?mode=rw")
    except sqlite3.Error as error:
        raise _refused(path, error) from None
    try:
        # Before the log is first used: then no other process can come in, and none is asked.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        # A commit that the machine itself loses, with its power, is one of the last second.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        connection.close()
        raise _refused(path, error) from None
    return connection


def _has_content(path: str) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return os.stat(path).st_size > 0
    return False


def _check_header(path: Path) -> None:
    """Raises DatabaseRefused for what its first bytes tell to be no file of ours."""
    with path.open("rb") as file:
        header = file.read(HEADER)
    if not header:
        return
    application = int.from_bytes(header[APPLICATION_AT : APPLICATION_AT + 4])
    if header[: len(MAGIC)] != MAGIC or application not in (0, APPLICATION_ID):
        raise _refusal("foreign", path)


def _check(path: Path, address: str, migrations: Sequence[Migration]) -> None:
    """Look at all of a file without changing it. Raises DatabaseRefused, or sqlite3.Error.

    Taken is what has nothing in it yet, and what some of the migrations have made.
    """
    reading = _connect(address)
    try:
        ours = _pragma(reading, "application_id") == APPLICATION_ID
        version, made = _pragma(reading, "user_version"), _made(reading)
        if not ours and (version != 0 or made):
            raise _refusal("foreign", path)
        if ours and version > len(migrations):
            raise _refusal("too new", path)
        if reading.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise _refusal("damaged", path)
        if ours and (version < 1 or made != _made_by(migrations[:version])):
            raise _refusal("damaged", path)
    finally:
        reading.close()


def _made(connection: sqlite3.Connection) -> set[Row]:
    """Tables with their columns, and triggers. Indexes are anybody's to add."""
    return set(connection.execute(_MADE))


def _made_by(migrations: Sequence[Migration]) -> set[Row]:
    connection = _connect(":memory:")
    try:
        for migration in migrations:
            for statement in migration:
                connection.execute(statement)
        return _made(connection)
    finally:
        connection.close()


def _bring_up_to_date(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
    version = _pragma(connection, "user_version")
    if version == len(migrations):
        return
    connection.execute("BEGIN EXCLUSIVE")
    try:
        for migration in migrations[version:]:
            for statement in migration:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    except sqlite3.Error:
        connection.rollback()
        raise
    # Out of the log, so that the file itself says what it is.
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    value: int = connection.execute(f"PRAGMA {name}").fetchone()[0]
    return value


# What went wrong, in words


def _cannot(error: sqlite3.Error) -> CannotKeep:
    code = getattr(error, "sqlite_errorcode", None)
    return CannotKeep(str(error), full=code == sqlite3.SQLITE_FULL)


def _refused(path: Path | None, error: sqlite3.Error) -> DatabaseRefused:
    code = getattr(error, "sqlite_errorcode", 0)
    if code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return _refusal("in use", path)
    if code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return _refusal("damaged", path)
    return _refusal("not opened", path, str(error))


_REFUSALS = {
    "foreign": N_(
        "{path} holds something else than sessions, and is left as it is. Choose another file with "
        "--database."
    ),
    "damaged": N_(
        "{path} is damaged and is left as it is. Put a copy of it back in its place, or choose "
        "another file with --database."
    ),
    "too new": N_(
        "{path} was written by a newer version of this program and is left as it is. Use that "
        "version, or choose another file with --database."
    ),
    "in use": N_(
        "{path} is in use by another server. Stop that one, or choose another file with "
        "--database, or --memory for none."
    ),
    "not opened": N_(
        "{path} cannot be opened to keep sessions in: {reason}. Choose another file with "
        "--database, or --memory for none."
    ),
}


def _refusal(why: str, path: Path | None, reason: str = "") -> DatabaseRefused:
    return DatabaseRefused(_(_REFUSALS[why]).format(path=path, reason=reason))
