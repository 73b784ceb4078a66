"""All that a spec can name, and specs to start from."""

from typing import Any

from fastapi import APIRouter

from app.session.catalog import catalog, presets

router = APIRouter()


@router.get("/presets", tags=["catalog"], summary="Ready-made specs")
async def get_presets() -> list[dict[str, Any]]:
    """Specs to start from: name, title, doc and the spec itself."""
    return presets()


@router.get("/catalog", tags=["catalog"], summary="All that a spec can name")
async def get_catalog() -> dict[str, list[dict[str, Any]]]:
    """Every activation, loss, optimizer, initializer, metric and data set, with its options.

    And the engines, each with its `state`, which is ready, warming, off, absent (numba is not
    installed), disabled (numba is told not to compile) or failed, and whether it is the `best`, on
    which new sessions begin.
    """
    return catalog()
