"""All sessions that are kept, as far as it takes none of them into memory."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

from app.session.database import Database, Row, Statement
from app.session.errors import SessionNotFound
from app.session.links import new_id
from app.session.rows import request_statements

DAY = 86_400.0

MOST_KEPT = 10_000
"""Sessions; beyond, those go that nobody has used for longest."""

DELETED_SECONDS = DAY
"""For so long a deleted session can be brought back."""

FORGOTTEN_TOGETHER = 8
"""Stretches of history at a time, for which others wait."""

REPLY_SECONDS = DAY
"""For so long a request may be sent again under its key."""

MOST_REPLY_BYTES = 64 * 1024 * 1024
"""Of all replies together; the oldest go first."""

FORGET_REPLIES: Statement = (
    """DELETE FROM reply WHERE rowid IN (SELECT rowid FROM (SELECT rowid,
    sum(ifnull(length(body), length(state))) OVER (ORDER BY made DESC, rowid DESC) AS bytes
    FROM reply) WHERE bytes > ?)""",
    (MOST_REPLY_BYTES,),
)
"""Forgets the oldest where all together are too many."""

_FORGET_LOOSE = """DELETE FROM stretch WHERE key = ?1
    AND NOT EXISTS (SELECT 1 FROM history WHERE stretch = ?1)"""
_NOT_LOOSE = "DELETE FROM loose WHERE stretch = ?"

_LISTED = """SELECT id, session.name, network, past, epoch, loss, used, curve
    FROM session JOIN reached ON reached.branch = session.branch
    WHERE deleted IS NULL AND (? IS NULL OR id IN (SELECT value FROM json_each(?)))
    AND instr(folded(session.name), folded(?)) > 0
    ORDER BY used DESC, key DESC LIMIT ? OFFSET ?"""
_ONE = """SELECT id, session.name, network, past, epoch, loss, used, curve
    FROM session JOIN reached ON reached.branch = session.branch
    WHERE deleted IS NULL AND id = ?"""
_COUNT = """SELECT count(*) FROM session
    WHERE deleted IS NULL AND (? IS NULL OR id IN (SELECT value FROM json_each(?)))
    AND instr(folded(name), folded(?)) > 0"""

_COPY = (
    """INSERT INTO session SELECT :key, :id, :watch_id, branch + :shift, past, focus, chosen,
    operation, branches_made, switches, :name, network, curve, :now, :now, NULL,
    CASE WHEN json_extract(play_end, '$.reason') = 'restart' THEN NULL ELSE play_end END
    FROM session WHERE key = :from""",
    "INSERT INTO given SELECT key + :shift, :key, data FROM given WHERE session = :from",
    """INSERT INTO branch SELECT key + :shift, :key, given + :shift, place, name, named, parent,
    from_epoch, left_at, compared, json_set(spec, '$.name', :name), engine, examples, layers
    FROM branch WHERE session = :from""",
    """INSERT INTO reached SELECT branch + :shift, changes, updates, progress, epoch, loss, stopped
    FROM reached WHERE branch IN (SELECT key FROM branch WHERE session = :from)""",
    """INSERT INTO change SELECT branch + :shift, number, changes, updates, progress, epoch, done,
    edit, CASE WHEN spec IS NULL THEN NULL ELSE json_set(spec, '$.name', :name) END
    FROM change WHERE branch IN (SELECT key FROM branch WHERE session = :from)""",
    """INSERT INTO keyframe SELECT branch + :shift, changes, updates, epochs, about, vectors
    FROM keyframe WHERE branch IN (SELECT key FROM branch WHERE session = :from)""",
    """INSERT INTO history SELECT branch + :shift, number, stretch
    FROM history WHERE branch IN (SELECT key FROM branch WHERE session = :from)""",
)


@dataclass(frozen=True)
class Listed:
    """A session as the list shows it.

    sizes: of its layers, from the inputs on. optimizer, loss: by their names in the catalog.
    curve: epochs and their costs. used: in seconds since 1970.
    """

    id: str
    name: str
    sizes: tuple[int, ...]
    optimizer: str
    loss: str
    epoch: int
    cost: float | None
    used: float
    curve: tuple[tuple[int, float], ...]


class KeptSessions:
    """What is done to sessions where they are kept. All raises CannotKeep where it fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def listed(
        self,
        search: str = "",
        *,
        among: Sequence[str] | None = None,
        first: int = 0,
        most: int = 50,
    ) -> list[Listed]:
        """Those whose name holds ``search``, last used first, from the ``first`` on.

        among: the ids of those to look at; None for all.
        """
        ids = _among(among)
        found = self._database.read(_LISTED, (ids, ids, search, most, first))
        return [_listed(row) for row in found]

    def one(self, session_id: str) -> Listed | None:
        """How the list shows one of them."""
        return next(map(_listed, self._database.read(_ONE, (session_id,))), None)

    def count(self, search: str = "", *, among: Sequence[str] | None = None) -> int:
        """How many there are whose name holds ``search``; among: as for ``listed``."""
        ids = _among(among)
        found = self._database.read(_COUNT, (ids, ids, search))
        return found[0][0] if found else 0

    def watched(self, watch_id: str) -> str | None:
        """The id of the session that a watch id leads to."""
        query = "SELECT id FROM session WHERE watch_id = ? AND deleted IS NULL"
        found = self._database.read(query, (watch_id,))
        return found[0][0] if found else None

    def has(self, session_id: str) -> bool:
        """Whether there is a session of this id."""
        query = "SELECT 1 FROM session WHERE id = ? AND deleted IS NULL"
        return bool(self._database.read(query, (session_id,)))

    def copy(self, session_id: str, name: str) -> str:
        """A session with the same branches, under another name; gives its id.

        Raises SessionNotFound.
        """
        query = "SELECT key FROM session WHERE id = ? AND deleted IS NULL"
        found = self._database.read(query, (session_id,))
        if not found:
            raise SessionNotFound(session_id)
        old = found[0][0]
        keys = """SELECT min(key), max(key) FROM (SELECT key FROM branch WHERE session = ?
            UNION ALL SELECT key FROM given WHERE session = ?)"""
        smallest, largest = self._database.read(keys, (old, old))[0]
        values = {
            "key": self._database.next_key(),
            "from": old,
            "shift": self._database.keys(largest - smallest + 1) - smallest,
            "id": new_id(),
            "watch_id": new_id(),
            "name": name,
            "now": time.time(),
        }
        self._database.write([(statement, values) for statement in _COPY])
        return str(values["id"])

    def delete(self, session_id: str, *, for_good: bool) -> None:
        """Forget a session; for a while it can be brought back, unless it is ``for_good``.

        Raises SessionNotFound.
        """
        if not self.has(session_id):
            raise SessionNotFound(session_id)
        statement: Statement = ("DELETE FROM session WHERE id = ?", (session_id,))
        if not for_good:
            statement = ("UPDATE session SET deleted = ? WHERE id = ?", (time.time(), session_id))
        self._database.write([statement, *request_statements(None)])

    def deleted_name(self, session_id: str) -> str | None:
        """The name of a session that was deleted and can still be brought back."""
        query = "SELECT name FROM session WHERE id = ? AND deleted IS NOT NULL"
        found = self._database.read(query, (session_id,))
        return found[0][0] if found else None

    def bring_back(self, session_id: str) -> None:
        """Undo that it was deleted. Raises SessionNotFound where that is too late."""
        query = "SELECT 1 FROM session WHERE id = ? AND deleted IS NOT NULL"
        if not self._database.read(query, (session_id,)):
            raise SessionNotFound(session_id)
        self._database.write([("UPDATE session SET deleted = NULL WHERE id = ?", (session_id,))])

    def unused(self, days: float) -> list[str]:
        """The ids of those that nobody has used for so many days, or that are too many."""
        query = "SELECT id FROM session WHERE used < ? AND deleted IS NULL"
        old = self._database.read(query, (time.time() - days * DAY,))
        query = "SELECT id FROM session WHERE deleted IS NULL ORDER BY used DESC LIMIT -1 OFFSET ?"
        return [id for (id,) in (*old, *self._database.read(query, (MOST_KEPT,)))]

    def forget_loose_history(self) -> None:
        """Forget a little of the history that no branch has any more."""
        query = "SELECT stretch FROM loose LIMIT ?"
        loose = self._database.read(query, (FORGOTTEN_TOGETHER,))
        if loose:
            self._database.write(
                [(statement, key) for key in loose for statement in (_FORGET_LOOSE, _NOT_LOOSE)]
            )

    def clean_up(self) -> None:
        """Forget for good what was deleted long ago, and the replies to requests of old."""
        now = time.time()
        self._database.write(
            [
                ("DELETE FROM session WHERE deleted < ?", (now - DELETED_SECONDS,)),
                ("DELETE FROM reply WHERE made < ?", (now - REPLY_SECONDS,)),
                FORGET_REPLIES,
            ]
        )
        self._database.shrink()


def _among(ids: Sequence[str] | None) -> str | None:
    return None if ids is None else json.dumps(ids)


def _listed(row: Row) -> Listed:
    id, name, network, past, epoch, cost, used, points = row
    about = json.loads(network)
    if past is not None:
        epoch, cost = json.loads(past)[3:]
    return Listed(
        id=id,
        name=name,
        sizes=tuple(about["sizes"]),
        optimizer=about["optimizer"],
        loss=about["loss"],
        epoch=epoch,
        cost=cost,
        used=used,
        curve=tuple((at, loss) for at, loss in json.loads(points)),
    )
