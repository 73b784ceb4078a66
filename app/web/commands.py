"""What a command of the page answers: where to go on, without scripts; to htmx nothing, since the
new state comes by the event stream.
"""

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from app.web.sessions import Visit

BY_LAYER = "layer"
"""In the query of a page whose Forward and Backward go one layer at a time."""


def done(request: Request, visit: Visit, by: str = "") -> Response:
    """The answer to a command that was done. by: ``BY_LAYER``, or nothing."""
    if "hx-request" in request.headers:
        return Response(status_code=204)
    query = f"?by={by}" if by else ""
    return RedirectResponse(visit.address + query, 303)
