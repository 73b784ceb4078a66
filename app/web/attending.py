"""Lets work in the background know when somebody waits for an answer."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.session.attention import ATTENTION
from app.session.engines import ENGINES


class Attending:
    """Tells ATTENTION of each request, while there is anything in the background."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or ENGINES.state != "warming":
            await self.app(scope, receive, send)
            return
        waits = True

        def answered() -> None:
            nonlocal waits
            if waits:
                ATTENTION.answered()
            waits = False

        async def sending(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.body":
                # The first part of it: a stream of events goes on for as long as it is followed.
                answered()

        ATTENTION.asked()
        try:
            await self.app(scope, receive, sending)
        finally:
            answered()
