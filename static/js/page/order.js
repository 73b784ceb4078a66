/**
 * The phases of a batch have an order. A button whose turn it is not stays within reach and says
 * which one comes first; the server is not asked.
 */

import { t } from "../words.js";

/** @type {Record<string, string>} */
const NEXT = { ready: "forward", forward: "backward", backward: "update" };

/** @param {string} phase that the batch at hand is in */
export function markOrder(phase) {
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
      if (!form.querySelector("button[aria-disabled=true]")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const phase = document.getElementById("workspace")?.dataset.phase ?? "ready";
      document.querySelector("#narration .say")?.replaceChildren(t(`order.${phase}`));
    },
    { capture: true },
  );
}
