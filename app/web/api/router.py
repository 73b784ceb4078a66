"""All routes of the API."""

from fastapi import APIRouter

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

router = APIRouter(prefix="/api")
# Routes are tried one after the other, so the one that scripts call most, step, stands first.
for part in (training, sessions, numbers, timeline, explanations, following, sharing, catalog):
    router.include_router(part.router)
