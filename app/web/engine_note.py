"""Which engine a session is on, for the foot of the Training panel."""

from dataclasses import dataclass

from app.language import _
from app.session.engines import ENGINE_ENTRIES, ENGINES
from app.session.session import Session


@dataclass(frozen=True)
class EngineNote:
    """title: the engine's. doc: what it is. hint: how to get on another one, if at all."""

    title: str
    doc: str
    hint: str


def engine_note(session: Session) -> EngineNote:
    """Of a session, as it stands."""
    entry = ENGINE_ENTRIES[session.run.engine]
    return EngineNote(_(entry.title), _(entry.doc), _hint(session))


def _hint(session: Session) -> str:
    if session.run.engine == "compiled":
        return ""
    if ENGINES.best == "compiled":
        if ENGINES.best_for(session.run.network) == "numpy":
            return _("It is the faster one for layers as large as these.")
        if session.begun:
            return _("Compiled loops are ready: Reset starts this session again on them.")
        return _("Compiled loops are ready: this session begins on them.")
    if ENGINES.state == "warming":
        return _("Faster, compiled loops are being made ready.")
    if ENGINES.state == "absent":
        return _("For faster, compiled loops, install numba.")
    if ENGINES.state == "disabled":
        return _("numba is told not to compile, by NUMBA_DISABLE_JIT; so NumPy trains.")
    if ENGINES.state == "failed":
        return _("The compiled loops could not be made; the server has said why.")
    return ""
