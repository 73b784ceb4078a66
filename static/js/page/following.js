/**
 * Following: what one who watches looks at by himself, asks to drive, and is handed; and the links
 * that the one who drives hands out.
 */

import { t } from "../words.js";
import { leaveWord, showToast } from "./toasts.js";

/** How long a button says that it has copied, in milliseconds. */
const SAID = 2500;

/**
 * What is pressed in the drawing or a text, on the page of one who watches: it is explained here
 * alone, until he goes back to what the class looks at.
 *
 * @param {HTMLElement} stream
 * @param {import("../model.js").Model} model
 * @param {import("./commands.js").Commands} commands
 * @param {() => void} changed called when something else is chosen
 * @returns {import("./choice.js").Choose}
 */
export function lookAlone(stream, model, commands, changed) {
  let follower = "";
  model.look = stream.dataset.look ?? null;

  /** @param {string | null} name */
  async function look(name) {
    if (name === model.chosen || name === model.look) return;
    model.look = name;
    model.chosen = name ?? model.frame?.chosen ?? null;
    changed();
    if (!follower) return; // the stream is told as soon as it has begun
    const result = await commands.look(follower, name);
    if (!result.ok && model.look === name) {
      model.look = null;
      model.chosen = model.frame?.chosen ?? null;
      changed();
      commands.complain(result.detail);
    }
  }

  stream.addEventListener("follower", (event) => {
    follower = JSON.parse(/** @type {CustomEvent} */ (event).detail.data).id;
    // A stream that was begun anew looks where the page was opened.
    if (model.look !== (stream.dataset.look ?? null)) commands.look(follower, model.look);
  });
  document.getElementById("back-to-class")?.addEventListener("click", (event) => {
    event.preventDefault();
    look(null);
  });
  return look;
}

/**
 * Whether one looks with the class or by himself, in words.
 *
 * @param {import("../model.js").Model} model
 */
export function sayLook(model) {
  const label = model.labelOf(model.look);
  document.getElementById("watching")?.toggleAttribute("hidden", label !== "");
  document.getElementById("looking")?.toggleAttribute("hidden", label === "");
  const said = document.querySelector("#looking span");
  const text = t("watch.looking", { label });
  if (said && label && said.textContent !== text) said.textContent = text;
}

/**
 * To ask to drive, and to go on where the one who drives lets one.
 *
 * @param {HTMLElement} stream
 */
export function askToDrive(stream) {
  stream.addEventListener("follower", (event) => {
    const { id } = JSON.parse(/** @type {CustomEvent} */ (event).detail.data);
    for (const field of document.querySelectorAll("input[name=follower]")) {
      /** @type {HTMLInputElement} */ (field).value = id;
    }
    showAsked(false);
  });
  stream.addEventListener("ask", (event) => {
    showAsked(JSON.parse(/** @type {CustomEvent} */ (event).detail.data).waiting);
  });
  stream.addEventListener("handed", (event) => {
    // A guest is sent only back.
    if (stream.dataset.watch) leaveWord(t("watch.again"));
    location.replace(JSON.parse(/** @type {CustomEvent} */ (event).detail.data).address);
  });
}

/** @param {boolean} asked */
function showAsked(asked) {
  const form = document.getElementById("ask");
  if (asked && form?.matches(":popover-open")) form.hidePopover();
  document.getElementById("ask-button")?.toggleAttribute("hidden", asked);
  document.getElementById("asked")?.toggleAttribute("hidden", !asked);
}

/**
 * Says to the one who drives who asks to, the newest by name, until it is answered, withdrawn or
 * closed; while the list is open, that says it.
 */
export function sayWhoAsks() {
  const list = document.getElementById("followers");
  const panel = document.getElementById("share");
  if (!list || !panel) return;
  /** @type {Set<string>} those that were closed without an answer */
  const closed = new Set();
  /** @type {HTMLElement | null} */
  let toast = null;
  let said = "";

  function say() {
    const waiting = asking(/** @type {Element} */ (list));
    for (const id of closed) if (!waiting.some((ask) => ask.id === id)) closed.delete(id);
    const asks = panel?.matches(":popover-open") ? [] : waiting;
    const newest = asks.at(-1);
    const name = newest?.querySelector("b")?.textContent ?? "";
    const others = asks.length - 1;
    let text = "";
    if (newest && !closed.has(newest.id)) {
      text = others ? t("share.asksToo", { name, count: others }) : t("share.asks", { name });
    }
    if (text === said) return;
    said = text;
    toast?.remove();
    toast = text
      ? showToast(text, "status", { label: t("share.answer"), act: answer, close })
      : null;
  }

  function answer() {
    const newest = asking(/** @type {Element} */ (list)).at(-1);
    document.getElementById("share-button")?.focus(); // where closing the panel leads back to
    panel?.showPopover();
    newest?.querySelector("button")?.focus();
  }

  function close() {
    for (const { id } of asking(/** @type {Element} */ (list))) closed.add(id);
    say();
  }

  new MutationObserver(say).observe(list, { childList: true, subtree: true });
  panel.addEventListener("toggle", say);
  say();
}

/** The focus stays in the Share panel where the button that was pressed goes with its answer. */
export function keepFocusInShare() {
  const list = document.getElementById("followers");
  const panel = document.getElementById("share");
  if (!list || !panel) return;
  let within = false;
  list.addEventListener("focusin", () => {
    within = true;
  });
  document.addEventListener("focusin", ({ target }) => {
    if (!(target instanceof Node && list.contains(target))) within = false;
  });
  new MutationObserver(() => {
    const { activeElement, body } = document;
    if (!within || activeElement !== body || !panel.matches(":popover-open")) return;
    (list.querySelector("button") ?? panel.querySelector("button"))?.focus();
  }).observe(list, { childList: true, subtree: true });
}

/** @param {Element} list */
function asking(list) {
  return [...list.querySelectorAll("li[id^=ask-]")];
}

/** Buttons that copy a link: to the clipboard where that may be, and selected in any case. */
export function copyLinks() {
  for (const button of document.querySelectorAll("[data-copies]")) {
    if (!(button instanceof HTMLElement)) continue;
    const field = document.getElementById(button.dataset.copies ?? "");
    if (!(field instanceof HTMLInputElement)) continue;
    field.addEventListener("focus", () => field.select());
    button.addEventListener("click", async () => {
      button.textContent = t((await copied(field)) ? "share.copied" : "share.selected");
      setTimeout(() => {
        button.textContent = t("share.copy");
      }, SAID);
    });
  }
}

/**
 * @param {HTMLInputElement} field
 * @returns {Promise<boolean>} whether its text is in the clipboard
 */
export async function copied(field) {
  field.focus();
  field.select();
  try {
    // Only where the page is at home on this machine or comes by https.
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}
