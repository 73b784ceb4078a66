"""Watches a page for what must not happen in it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`Content-Security-Policy: ${event.effectiveDirective} ${event.blockedURI}`);
});
"""
LOCAL_SCHEMES = ("about", "blob", "data")


class Complaints:
    """Errors on the console, uncaught exceptions, violations of the Content-Security-Policy and
    requests to another host, of all pages of the contexts watched.
    """

    def __init__(self, server: str) -> None:
        self._host = urlsplit(server).netloc
        self._seen: list[str] = []
        self._expected: list[str] = []

    def watch(self, context: BrowserContext) -> None:
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", self._uncaught)
        context.on("request", self._request)

    def expect(self, pattern: str) -> None:
        """The test brings about a complaint that this regular expression finds: it must occur.

        Chromium itself puts an error on the console for each reply of 400 and above:
        `complaints.expect("422")`.
        """
        self._expected.append(pattern)

    def check(self) -> None:
        """Raises AssertionError for complaints not expected, and for expected ones that are not."""
        unexpected = [
            seen
            for seen in self._seen
            if not any(re.search(pattern, seen) for pattern in self._expected)
        ]
        missing = [
            pattern
            for pattern in self._expected
            if not any(re.search(pattern, seen) for seen in self._seen)
        ]
        assert not unexpected, "the page complained:\n" + "\n".join(unexpected)
        assert not missing, f"the page should have complained: {missing}"

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._seen.append(f"console: {message.text} ({message.location['url']})")

    def _uncaught(self, error: WebError) -> None:
        self._seen.append(f"uncaught: {error.error}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in LOCAL_SCHEMES and address.netloc != self._host:
            self._seen.append(f"request to another host: {request.url}")
