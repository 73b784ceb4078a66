/**
 * The phases of a batch have an order. A button whose turn it is not stays within reach and says
 * which one comes first; the server is not asked.
 */

import { t } from "../words.js";

/** @type {Record<string, string>} */
const NEXT = { ready: "forward", forward: "backward", backward: "update" };

/**
 * @param {import("../types.js").Position} position of the batch at hand
 * @param {number} layers of the network
 */
export function markOrder({ phase, layer }, layers) {
  const workspace = /** @type {HTMLElement} */ (document.getElementById("workspace"));
  const now = { phase, done: String(layer ?? ""), layers: String(layers) };
  for (const [name, value] of Object.entries(now)) {
    if (workspace.dataset[name] !== value) workspace.dataset[name] = value;
  }
  for (const name of Object.values(NEXT)) {
    const button = document.querySelector(`.command-${name} button`);
    const off = String(NEXT[phase] !== name);
    if (button && button.getAttribute("aria-disabled") !== off) {
      button.setAttribute("aria-disabled", off);
    }
  }
}

export function explainOrder() {
  document.addEventListener(
    "submit",
    (event) => {
      const form = /** @type {HTMLElement} */ (event.target);
      if (isPhase(form) && form.matches(".htmx-request")) {
        stop(event); // pressed twice
        return;
      }
      if (!form.querySelector("button[aria-disabled=true]")) return;
      stop(event);
      if (form.matches(".command-back")) {
        document.querySelector("#narration .say")?.replaceChildren(t("order.beginning"));
        return;
      }
      const { phase, done, layers } = document.getElementById("workspace")?.dataset ?? {};
      const key = `order.${phase ?? "ready"}`;
      const said = done ? t(`${key}.begun`, { done, every: layers ?? "" }) : t(key);
      document.querySelector("#narration .say")?.replaceChildren(said);
    },
    { capture: true },
  );
}

/** @param {Element} form */
function isPhase(form) {
  return Object.values(NEXT).some((name) => form.matches(`.command-${name}`));
}

/** @param {Event} event */
function stop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}
