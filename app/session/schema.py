"""The tables that sessions are kept in, and the ways from each version of them to the next.

A migration, once released, is never changed: the next one is added at the end.
"""

from collections.abc import Sequence
from typing import TypeAlias

Migration: TypeAlias = Sequence[str]
"""Statements that bring a file from one version to the next."""

APPLICATION_ID = 0x42505653
"""By which SQLite's header tells this program's files from others."""

_FIRST: Migration = (
    # branch: the present one. past: where it stands, what JSON can hold of it; NULL at the end of
    # the branch, so that a step has to change nothing here. made, used, deleted: seconds since
    # 1970. network, curve: for the list of sessions.
    """CREATE TABLE session (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        watch_id TEXT NOT NULL UNIQUE,
        branch INTEGER NOT NULL,
        past TEXT,
        focus INTEGER NOT NULL,
        chosen TEXT,
        operation TEXT,
        branches_made INTEGER NOT NULL,
        switches INTEGER NOT NULL,
        name TEXT NOT NULL,
        network TEXT NOT NULL,
        curve TEXT NOT NULL,
        made REAL NOT NULL,
        used REAL NOT NULL,
        deleted REAL
    )""",
    "CREATE INDEX session_by_use ON session (used)",
    # The data of a spec, which may be large and are those of many branches.
    """CREATE TABLE given (
        key INTEGER PRIMARY KEY,
        session INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
        data TEXT NOT NULL
    )""",
    "CREATE INDEX given_by_session ON given (session)",
    """CREATE TABLE branch (
        key INTEGER PRIMARY KEY,
        session INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
        given INTEGER NOT NULL REFERENCES given,
        place INTEGER NOT NULL,
        name TEXT NOT NULL,
        named INTEGER NOT NULL,
        parent TEXT,
        from_epoch REAL NOT NULL,
        left_at INTEGER NOT NULL,
        compared INTEGER,
        spec TEXT NOT NULL,
        engine TEXT NOT NULL,
        examples INTEGER NOT NULL,
        layers INTEGER NOT NULL
    )""",
    "CREATE INDEX branch_by_session ON branch (session)",
    "CREATE INDEX branch_by_given ON branch (given)",
    # How far a branch has come: apart from the rest, since every step writes it.
    """CREATE TABLE reached (
        branch INTEGER PRIMARY KEY REFERENCES branch ON DELETE CASCADE,
        changes INTEGER NOT NULL,
        updates INTEGER NOT NULL,
        progress INTEGER NOT NULL,
        epoch INTEGER NOT NULL,
        loss REAL,
        stopped TEXT
    )""",
    # edit: parameters with their values; NULL where the spec was changed. spec: without its data.
    """CREATE TABLE change (
        branch INTEGER NOT NULL REFERENCES branch ON DELETE CASCADE,
        number INTEGER NOT NULL,
        changes INTEGER NOT NULL,
        updates INTEGER NOT NULL,
        progress INTEGER NOT NULL,
        epoch INTEGER NOT NULL,
        done INTEGER NOT NULL,
        edit TEXT,
        spec TEXT,
        PRIMARY KEY (branch, number)
    ) WITHOUT ROWID""",
    # A moment from which a long training is taken up again, and the history until there: epochs
    # counts its rows, which history holds, so many of them in each.
    """CREATE TABLE keyframe (
        branch INTEGER PRIMARY KEY REFERENCES branch ON DELETE CASCADE,
        changes INTEGER NOT NULL,
        updates INTEGER NOT NULL,
        epochs INTEGER NOT NULL,
        about TEXT NOT NULL,
        vectors BLOB NOT NULL
    )""",
    """CREATE TABLE history (
        branch INTEGER NOT NULL REFERENCES branch ON DELETE CASCADE,
        number INTEGER NOT NULL,
        rows BLOB NOT NULL,
        PRIMARY KEY (branch, number)
    )""",
    # Requests that came with a key of their own. state: that of the session when it was done;
    # status and what follows: the reply, NULL until there is one.
    """CREATE TABLE reply (
        scope TEXT NOT NULL,
        key TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        made REAL NOT NULL,
        state TEXT,
        status INTEGER,
        headers TEXT,
        body BLOB,
        PRIMARY KEY (scope, key)
    )""",
)

_SECOND: Migration = (
    # Why play ended by itself, as JSON; NULL where it did not.
    "ALTER TABLE session ADD COLUMN play_end TEXT",
    # Many of a branch, so that every moment of a long training is reached soon. History is kept
    # until the last of them.
    "ALTER TABLE keyframe RENAME TO only_keyframe",
    """CREATE TABLE keyframe (
        branch INTEGER NOT NULL REFERENCES branch ON DELETE CASCADE,
        changes INTEGER NOT NULL,
        updates INTEGER NOT NULL,
        epochs INTEGER NOT NULL,
        about TEXT NOT NULL,
        vectors BLOB NOT NULL,
        PRIMARY KEY (branch, changes, updates)
    )""",
    """INSERT INTO keyframe SELECT branch, changes, updates, epochs, about, vectors
    FROM only_keyframe""",
    "DROP TABLE only_keyframe",
)

_THIRD: Migration = (
    # The rows of a history in stretches that branches and copies of sessions share. Those that a
    # branch lets go are loose: they are looked through later, a few at a time.
    "CREATE TABLE stretch (key INTEGER PRIMARY KEY, rows BLOB NOT NULL)",
    "CREATE TABLE loose (stretch INTEGER PRIMARY KEY)",
    "ALTER TABLE history RENAME TO own_history",
    """CREATE TABLE history (
        branch INTEGER NOT NULL REFERENCES branch ON DELETE CASCADE,
        number INTEGER NOT NULL,
        stretch INTEGER NOT NULL REFERENCES stretch,
        PRIMARY KEY (branch, number)
    ) WITHOUT ROWID""",
    "INSERT INTO stretch SELECT rowid, rows FROM own_history",
    "INSERT INTO history SELECT branch, number, rowid FROM own_history",
    "DROP TABLE own_history",
    "CREATE INDEX history_by_stretch ON history (stretch)",
    """CREATE TRIGGER loosened AFTER DELETE ON history
    BEGIN INSERT OR IGNORE INTO loose VALUES (OLD.stretch); END""",
)

MIGRATIONS: tuple[Migration, ...] = (_FIRST, _SECOND, _THIRD)

VERSION = len(MIGRATIONS)
"""Of the schema that this program writes; a file carries its own."""
