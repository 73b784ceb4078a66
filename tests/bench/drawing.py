"""Script time of a drawn frame, measured in the real page while its session plays."""

from __future__ import annotations

from statistics import median

from tests.bench.browser import new_page, open_workspace, running_browser
from tests.bench.processes import visualizer
from tests.bench.report import Row
from tests.bench.specs import large
from tests.bench.turns import percentile

BOUND = 4.0
EPOCHS_PER_SECOND = 5
"""The pace at which the page plays unless told otherwise: numbers glide between two epochs."""

# The view notes how long its last draw took; here every note is kept, with what its update took
# before that. All callbacks of a display frame together are what the whole page took.
WATCH = """
async () => {
  const { NetworkView } = await import("/static/js/network/network_view.js");
  const watched = { network: [], page: [], last: 0 };
  window.watched = watched;
  const views = new WeakSet();
  let updating = 0;

  function watch(view) {
    views.add(view);
    let latest = view.drawTime;
    Object.defineProperty(view, "drawTime", {
      get: () => latest,
      set(time) {
        latest = time;
        watched.network.push(time + updating);
        watched.last = performance.now();
        updating = 0;
      },
    });
  }

  const { update } = NetworkView.prototype;
  NetworkView.prototype.update = function (model) {
    if (!views.has(this)) watch(this);
    const begun = performance.now();
    update.call(this, model);
    updating += performance.now() - begun;
  };

  const request = window.requestAnimationFrame.bind(window);
  let frame = 0;
  window.requestAnimationFrame = (callback) => request((time) => {
    const begun = performance.now();
    callback(time);
    const taken = performance.now() - begun;
    if (time === frame) watched.page[watched.page.length - 1] += taken;
    else watched.page.push(taken);
    frame = time;
  });
}
"""
POLLING = 100
"""Milliseconds; by itself Playwright would ask in every display frame, and be measured too."""

ENOUGH = "(frames) => window.watched.network.length >= frames"
FORGET = "() => { window.watched.network.length = window.watched.page.length = 0; }"
RESTS = """
() => window.watched.network.length > 0 && performance.now() - window.watched.last > 500
"""


def measure(quick: bool) -> list[Row]:
    """The network's drawing alone, with 2,368 edges, and all that the page draws in a frame."""
    frames = 60 if quick else 300
    with visualizer() as server, running_browser() as browser, new_page(browser) as page:
        session = server.call("POST", "/api/sessions", large())["id"]
        path = f"/api/sessions/{session}"
        open_workspace(page, f"{server.address}/sessions/{session}")
        page.evaluate(WATCH)
        server.call("POST", f"{path}/play", {"epochs_per_second": EPOCHS_PER_SECOND})
        page.wait_for_function(ENOUGH, arg=frames, polling=POLLING, timeout=60_000)
        playing = page.evaluate("window.watched")
        server.call("POST", f"{path}/pause")
        page.wait_for_function(RESTS, polling=POLLING)
        page.evaluate(FORGET)
        server.call("POST", f"{path}/forward")
        page.wait_for_function(RESTS, polling=POLLING)
        sweeping = page.evaluate("window.watched")
    return [_row("playing", playing), _row("forward sweeping", sweeping)]


def _row(name: str, watched: dict[str, list[float]]) -> Row:
    network, whole = watched["network"], watched["page"]
    beside = (
        f"95 % within {percentile(network, 95):.1f} ms; "
        f"whole page {median(whole):.1f} ms, 95 % {percentile(whole, 95):.1f} ms"
    )
    return Row(
        f"script time per drawn frame, 2,368 edges, {name}",
        f"{median(network):.1f} ms",
        beside,
        value=median(network),
        bound=BOUND,
        unit="ms",
    )
