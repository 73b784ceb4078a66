"""The command ``backprop-visualizer``: start the server and say where it is."""

import argparse
import asyncio
import socket
import sys
import threading
import webbrowser
from collections.abc import Sequence
from typing import TYPE_CHECKING

import uvicorn
from pydantic import ValidationError
from pydantic_settings import SettingsError

from app import __version__
from app.language import _
from app.settings import Settings

if TYPE_CHECKING:
    from app.web.application import Application


class _Server(uvicorn.Server):
    """A server that says when it is ready, and to those who follow when it ends."""

    def __init__(
        self,
        config: uvicorn.Config,
        address: str,
        opens: bool,
        application: "Application",
    ) -> None:
        super().__init__(config)
        self.address = address
        self.opens = opens
        self.application = application

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            ready = _("Backprop visualizer is ready at {address}").format(address=self.address)
            print(ready, flush=True)
            if self.opens:
                # In a thread of its own: a browser in the terminal would hold the server.
                threading.Thread(target=webbrowser.open, args=(self.address,), daemon=True).start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell those who follow before their streams are closed."""
        self.application.close()
        await asyncio.sleep(0)
        await super().shutdown(sockets)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server until it is stopped; gives the exit status."""
    given = _parser().parse_args(arguments)
    names = ("host", "port", "database", "memory")
    chosen = {name: getattr(given, name) for name in names if getattr(given, name) is not None}
    if given.database is not None:
        chosen["memory"] = False  # whatever the environment says
    try:
        settings = Settings(**chosen)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    except ValidationError as error:
        for fault in error.errors():
            name = "_".join(["BACKPROP", *(str(part).upper() for part in fault["loc"])])
            print(f"{name}: {fault['msg']}", file=sys.stderr)
        return 2
    try:
        listening = _listen(settings.host, settings.port)
    except OSError as error:
        print(_listening_failed(settings, error), file=sys.stderr)
        return 1

    # After the port is known to be free.
    from app.session.database import DatabaseRefused
    from app.web.application import Application

    port = listening.getsockname()[1]
    settings = settings.model_copy(update={"port": port})
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    try:
        application = Application(settings)
    except DatabaseRefused as refused:
        listening.close()
        print(refused, file=sys.stderr)
        return 1
    config = uvicorn.Config(
        application,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    address = f"http://{host}:{port}/"
    server = _Server(config, address, given.open, application)
    server.run(sockets=[listening])
    return 0 if server.started else 3


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="backprop-visualizer",
        description=_("Step a neural network through training in the browser and over REST."),
        epilog=_(
            "Every setting can also be given as an environment variable, such as BACKPROP_PORT."
        ),
    )
    fields = Settings.model_fields
    for name, kind in (("host", str), ("port", int)):
        default = fields[name].default
        text = _("{doc} Default: {default}.").format(doc=fields[name].description, default=default)
        parser.add_argument(f"--{name}", type=kind, help=text)
    parser.add_argument("--database", metavar="PATH", help=fields["database"].description)
    parser.add_argument(
        "--memory", action="store_true", default=None, help=fields["memory"].description
    )
    parser.add_argument("--open", action="store_true", help=_("Open a browser when it is ready."))
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    return parser


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens at ``host`` and ``port``. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named TCP, since asyncio sends small replies at once only on sockets that say so.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(2048)
    except OSError:
        listening.close()
        raise
    return listening


def _listening_failed(settings: Settings, error: OSError) -> str:
    cause = _("Cannot listen on {host} port {port}: {error}.").format(
        host=settings.host, port=settings.port, error=error.strerror
    )
    return cause + " " + _("Is it running already? Choose another port with --port, or --port 0.")


if __name__ == "__main__":
    sys.exit(main())
