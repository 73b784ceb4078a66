"""What every request must satisfy, and the headers that every reply carries.

Plain ASGI, since these stand before every step request and event stream.
"""

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.language import _
from app.web.problems import problem

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

HEADERS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    # Addresses hold ids, and none goes to another site. no-referrer would take from forms the
    # Origin by which the guard knows that they come from here.
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
"""As ASGI has them. No route sends one of these itself."""

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def comes_from_this_machine(scope: Scope) -> bool:
    """Whether the other end of a request is the machine that the server runs on, and calls it so.

    From there a connection to one of its own addresses comes from that same address. Through a
    tunnel or a proxy that runs there others come as well, by another name.
    """
    client, server = scope.get("client"), scope.get("server")
    own = (*LOOPBACK, server[0]) if server else LOOPBACK
    if not client or client[0] not in own:
        return False
    return _name_of_host(Headers(scope=scope).get("host", "")) in own


class Guard:
    """Lets through only requests to this server's own names that come from its own pages.

    hosts: the names, without port. max_body: bytes of a request's body.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str], max_body: int) -> None:
        self.app = app
        self.hosts = frozenset(host.lower() for host in hosts)
        self.max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *HEADERS]
            await send(message)

        headers = Headers(scope=scope)
        refusal = self._refusal(scope["method"], headers)
        if refusal is not None:
            status, detail = refusal
            await problem(status, detail).response()(scope, receive, send_with_headers)
        else:
            await self.app(scope, self._limited(receive), send_with_headers)

    def _refusal(self, method: str, headers: Headers) -> tuple[int, str] | None:
        """Status and detail of what forbids a request, or None."""
        host = headers.get("host", "")
        if "@" in host or _name_of_host(host) not in self.hosts:
            return 421, _("This server is not called by that name in the Host header.")
        if method not in SAFE_METHODS:
            site = headers.get("sec-fetch-site", "none")
            origin = headers.get("origin")
            foreign = origin is not None and _netloc(origin) != host.lower()
            if site not in ("same-origin", "none") or foreign:
                return 403, _("Another site may not change anything here.")
        if int(headers.get("content-length") or 0) > self.max_body:
            return 413, self._too_large()
        return None

    def _too_large(self) -> str:
        return _("The body may have at most {most} bytes.").format(most=self.max_body)

    def _limited(self, receive: Receive) -> Receive:
        """``receive`` that counts a body which comes without saying its length."""
        received = 0

        async def receive_limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_body:
                raise HTTPException(413, self._too_large())
            return message

        return receive_limited


def _netloc(url: str) -> str:
    """Host and port of a URL, or "" where there are none."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""


@lru_cache(maxsize=64)  # mostly the same one, and split for every request
def _name_of_host(host: str) -> str:
    """That in a Host header, without its port, or "" where there is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
