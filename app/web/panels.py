"""The parts of the workspace's page that go to it again where they have changed."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.session.spec import Spec
from app.web.inspector import Inspector, inspector
from app.web.rendering import html
from app.web.sessions import Visit
from app.web.sharing import Sharing, sharing
from app.web.workspace import Live, Workspace, live, workspace

_LIVE = ("progress", "narration", "diagnosis", "example", "predictions", "timeline", "engine")
INSPECTOR = ("chain", "numeric", "update", "contributions")
_WITH_SPEC = ("title", "subtitle", "data", "model", "training", "parameters")
_TARGETS = {
    "progress": ("#progress", "_progress.html"),
    "narration": ("#narration", "_narration.html"),
    "diagnosis": ("#diagnosis", "_diagnosis.html"),
    "chain": ("#chain-rule", "_chain_rule.html"),
    "numeric": ("#numeric-check", "_numeric_check.html"),
    "update": ("#update-steps", "_update_steps.html"),
    "contributions": ("#contributions-said", "_contributions.html"),
    "example": ("#example-picker", "_example.html"),
    "predictions": ("#predictions", "_predictions.html"),
    "timeline": ("#timeline", "_timeline.html"),
    "title": ("#session-name", "_title.html"),
    "subtitle": ("#session-subtitle", "_subtitle.html"),
    "data": ("#data-panel", "_data.html"),
    "model": ("#model-panel", "_model.html"),
    "training": ("#training-panel", "_training.html"),
    "parameters": ("#parameters", "_parameters.html"),
    "engine": ("#engine", "_engine.html"),
    "followers": ("#followers", "_followers.html"),
    "asks": ("#share-asks", "_share_asks.html"),
}
_SHOWN = ("example", "data", "model", "training")
"""Those that have another template where nothing can be changed, ``_data_shown.html``."""

CALM_SECONDS = 0.25
"""Between two messages of HTML to one page while a session plays."""


@dataclass(frozen=True)
class _Inspected:
    """The one part of a workspace that the inspector's templates read."""

    inspector: Inspector


@dataclass(frozen=True)
class _Followed:
    """The parts of a workspace that tell its owner who follows."""

    action: str
    sharing: Sharing


Page = Workspace | _Inspected | Live | _Followed


def partials(page: Page, names: Iterable[str]) -> list[str]:
    """The parts called ``names`` as ``<hx-partial>``s, each for its place in the page."""
    return [_partial(page, name) for name in names]


def _partial(page: Page, name: str) -> str:
    target, template = _TARGETS[name]
    if name in _SHOWN and isinstance(page, Workspace | Live) and not page.drives:
        template = template.replace(".html", "_shown.html")
    return html("_partial.html", {"page": page, "target": target, "part": template})


def who_follows(visit: Visit) -> str:
    """The partials that tell the owner of a session who follows."""
    return "".join(partials(_Followed(visit.address, sharing(visit)), ("followers", "asks")))


class PanelStream:
    """The HTML that goes to pages beside the frames: only what differs from what they have."""

    def __init__(self) -> None:
        self._sent: dict[str, str] = {}
        self._spec: Spec | None = None
        self._last = 0.0
        self._explained: tuple[str | None, int] | None = None

    def changed(self, visit: Visit) -> dict[str, str]:
        """By name the partials that have changed; while playing, a few times a second."""
        session = visit.session
        anew = self._spec is not session.spec
        now = time.monotonic()
        made = self._inspected(visit)
        if anew or not session.playing or now - self._last >= CALM_SECONDS:
            self._spec, self._last = session.spec, now
            made |= _made(live(visit), _LIVE)
            if anew:
                made |= _made(workspace(visit), _WITH_SPEC)
        return self._news(made)

    def inspected(self, visit: Visit) -> dict[str, str]:
        """Of these, the inspector's alone."""
        return self._news(self._inspected(visit))

    def _news(self, made: dict[str, str]) -> dict[str, str]:
        news = {name: part for name, part in made.items() if self._sent.get(name) != part}
        self._sent |= news
        return news

    def _inspected(self, visit: Visit) -> dict[str, str]:
        """The inspector, as often as there is another explanation."""
        explanation = visit.session.explanation(visit.chosen)
        explained = (visit.chosen, explanation["version"] if explanation else 0)
        if explained == self._explained:
            return {}
        self._explained = explained
        return _made(_Inspected(inspector(visit.session, visit.chosen)), INSPECTOR)


def _made(page: Page, names: Sequence[str]) -> dict[str, str]:
    return dict(zip(names, partials(page, names), strict=True))
