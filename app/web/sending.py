"""The link that carries the present branch of a session."""

from app.session.parcel import fragment_of, packed
from app.web.sessions import Visit

PAGE = "/open"
"""Where links lead; what they carry stands in the fragment."""


async def link_of(visit: Visit) -> str:
    """Of the session as it stands. Raises OutOfOrder where it is too large for a link."""
    session = visit.session
    look = session.seconds_of_a_look()
    fragment = await session.read(lambda: fragment_of(packed(session)), look)
    return f"{visit.origin}{PAGE}#{fragment}"
