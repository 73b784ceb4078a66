/** What the page says in words and marks about a frame: counters, phases, playing and stopped. */

import { formatCount, formatNumber } from "../format.js";
import { quantitySentence } from "./controls.js";
import { markOrder } from "./order.js";

/** @typedef {import("../model.js").Model} Model */

/** Which phase of the bar an operation has just been, while its batch is at hand or just done. */
const CURRENT = /** @type {Record<string, string>} */ ({
  forward: "forward",
  backward: "backward",
  forward_layers: "forward",
  backward_layers: "backward",
  update: "update",
});

/** @param {Model} model */
export function showStatus(model) {
  const { frame } = model;
  if (!frame) return;
  const { phase, epoch } = frame.position;
  const workspace = /** @type {HTMLElement} */ (document.getElementById("workspace"));
  markOrder(frame.position, model.structure?.network.layers.length ?? 0);
  workspace.toggleAttribute("data-playing", frame.playing !== null);
  workspace.toggleAttribute("data-stopped", frame.stopped !== null);
  document
    .querySelector(".command-back button")
    ?.setAttribute("aria-disabled", String(isBeginning(frame)));
  write("epoch-count", formatCount(epoch));
  write("cost-count", formatNumber(frame.metrics.train.loss));
  write("batch-loss", frame.batch ? formatNumber(frame.batch.loss) : "");
  write("gradients-over", quantitySentence(model));
  document.getElementById("narration")?.setAttribute("aria-live", frame.playing ? "off" : "polite");
  markPhase(frame.operation, phase !== "ready" || typeof frame.position.layer === "number");
}

/** @param {import("../types.js").Frame} frame */
function isBeginning({ position, marks }) {
  const { update, phase, layer } = position;
  return update === 0 && phase === "ready" && !layer && marks.length === 0;
}

/**
 * @param {string | null} operation
 * @param {boolean} atHand a batch has begun
 */
function markPhase(operation, atHand) {
  const current = operation === "update" || atHand ? CURRENT[operation ?? ""] : "";
  for (const item of document.querySelectorAll("#phases li")) {
    const now = /** @type {HTMLElement} */ (item).dataset.phase === current;
    if (now === item.hasAttribute("aria-current")) continue;
    if (now) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  }
}

/**
 * @param {string} id
 * @param {string} text
 */
function write(id, text) {
  const element = document.getElementById(id);
  if (element && element.textContent !== text) element.textContent = text;
}
