/** The event stream: hx-sse keeps the connection, this turns its events into words and numbers. */

import { t } from "../words.js";
import { leaveWord } from "./toasts.js";

/**
 * @typedef {object} StreamHandlers
 * @property {(data: any) => void} spec
 * @property {(data: any) => void} state
 * @property {(data: any) => void} history
 * @property {(data: any) => void} branches
 * @property {(data: any) => void} explanation
 */

/**
 * @param {HTMLElement} stream the element that hx-sse connects
 * @param {HTMLElement} connection where the state of the connection is said
 * @param {StreamHandlers} handlers
 */
export function followStream(stream, connection, handlers) {
  let following = 0;
  let ended = false;
  let closed = false;
  /**
   * The connection that waits before it tries again.
   *
   * @type {{delayCanceller: (() => void) | null} | null}
   */
  let waiting = null;

  /**
   * @param {"live" | "lost" | "connecting"} state
   * @param {string} text
   */
  function say(state, text) {
    connection.dataset.state = state;
    if (connection.textContent !== text) connection.textContent = text;
    connection.title = text; // where it is narrow, a dot stands for the words
    document.getElementById("workspace")?.toggleAttribute("data-lost", state === "lost");
  }

  function sayLive() {
    if (ended) return;
    say("live", following ? t("stream.following", { count: following }) : t("stream.live"));
  }

  /**
   * @param {string} name
   * @param {(data: any) => void} handle
   */
  function on(name, handle) {
    stream.addEventListener(name, (event) => {
      handle(JSON.parse(/** @type {CustomEvent} */ (event).detail.data));
    });
  }

  on("spec", handlers.spec);
  on("state", handlers.state);
  on("history", handlers.history);
  on("branches", handlers.branches);
  on("explanation", handlers.explanation);
  on("viewers", (data) => {
    following = data.watching;
    sayLive();
  });
  /** @param {string} text why there is no more news, unless somebody brings the session back */
  function end(text) {
    ended = closed = true;
    say("lost", t("stream.ended"));
    showEnd(text);
  }

  on("ended", (data) => {
    if (data.reason === "deleted") end(t("stream.deleted"));
    else {
      ended = true;
      say("lost", t("stream.shutdown"));
    }
  });
  stream.addEventListener("htmx:sse:after:connection", () => {
    waiting = null;
    if (closed) showEnd(null); // it has been brought back
    ended = closed = false;
    sayLive();
  });
  stream.addEventListener("htmx:sse:before:connection", (event) => {
    const { connection: attempt } = /** @type {CustomEvent} */ (event).detail;
    if (!attempt.attempt) return;
    waiting = attempt;
    if (!ended) say("lost", t("stream.reconnecting"));
  });
  // The server answers something else, so it is there: it is not waited any longer.
  document.addEventListener("htmx:after:request", (event) => {
    if (event.target !== stream) waiting?.delayCanceller?.();
  });
  stream.addEventListener("htmx:sse:error", (event) => {
    if (closed || /** @type {CustomEvent} */ (event).detail.status !== 404) return;
    // What a guest was handed has been taken back: watching goes on.
    if (stream.dataset.watch) {
      leaveWord(t("watch.again"));
      location.replace(stream.dataset.watch);
    } else end(t("stream.gone"));
  });
  stream.addEventListener("htmx:error", () => {
    if (!ended) say("lost", t("stream.offline"));
  });
  say("connecting", t("stream.connecting"));
}

/**
 * While a session has ended, nothing can be pressed but the way to a new one.
 *
 * @param {string | null} text why it has; null where it goes on
 */
function showEnd(text) {
  const over = text !== null;
  const notice = document.getElementById("ended");
  if (notice) {
    notice.hidden = !over;
    notice.querySelector("span")?.replaceChildren(text ?? "");
    document.getElementById("narration")?.toggleAttribute("hidden", over);
  }
  for (const part of document.querySelectorAll(
    "#transport, .panels, #example-picker, #inspector",
  )) {
    part.toggleAttribute("inert", over);
  }
  document.getElementById("workspace")?.toggleAttribute("data-ended", over);
}
