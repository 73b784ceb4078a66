"""All routers of the API."""

from app.web.api import (
    catalog,
    explanations,
    following,
    numbers,
    sessions,
    sharing,
    timeline,
    training,
)

PREFIX = "/api"

# Each is included by itself, since FastAPI goes through the routes of every router on the way to
# one; and routes are tried one after the other, so the one that scripts call most stands first.
ROUTERS = tuple(
    part.router
    for part in (
        training,
        sessions,
        numbers,
        timeline,
        explanations,
        following,
        sharing,
        catalog,
    )
)
