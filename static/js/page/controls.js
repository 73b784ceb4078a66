/** Controls of the page that need no server: what the edges show, the curve's scale and metric. */

import { t } from "../words.js";

/** @typedef {import("../model.js").Model} Model */
/** @typedef {import("../cost/cost_curve.js").CostCurve} CostCurve */
/** @typedef {import("../types.js").Quantity} Quantity */

/**
 * @param {Model} model
 * @param {(quantity: Quantity) => void} changed
 */
export function chooseQuantity(model, changed) {
  const group = document.getElementById("quantity");
  for (const radio of group?.querySelectorAll("input") ?? []) {
    radio.checked = radio.value === model.quantity;
    radio.addEventListener("change", () => {
      model.quantity = /** @type {Quantity} */ (radio.value);
      changed(model.quantity);
    });
  }
}

/**
 * What the numbers on the edges are, in a sentence.
 *
 * @param {Model} model
 */
export function quantitySentence({ quantity, frame, structure }) {
  if (!frame || !structure) return "";
  if (quantity === "weights") return t("quantity.weights");
  if (quantity === "updates") {
    return t(frame.updates ? "quantity.updates" : "quantity.updates.none");
  }
  const over = frame.gradients_over;
  const count = over === "batch" ? frame.batch?.indices.length : structure.examples.count;
  return t(`quantity.gradients.${over}`, { count: count ?? 0 });
}

/**
 * @param {CostCurve} curve
 * @param {Model} model
 */
export function chooseCurve(curve, model) {
  const scale = document.getElementById("cost-scale");
  const select = document.getElementById("cost-quantity");
  scale?.addEventListener("click", () => {
    const logarithmic = scale.getAttribute("aria-pressed") !== "true";
    scale.setAttribute("aria-pressed", String(logarithmic));
    curve.choose({ logarithmic });
    curve.follow(model);
    curve.update(model);
    curve.arrive();
  });
  select?.addEventListener("change", () => {
    curve.choose({ metric: /** @type {HTMLSelectElement} */ (select).value });
    curve.follow(model);
    curve.update(model);
    curve.arrive();
  });
}

/**
 * Offer the metrics that the history holds, where it holds more than the loss.
 *
 * @param {CostCurve} curve
 * @param {Model} model
 */
export function offerMetrics(curve, model) {
  const select = /** @type {HTMLSelectElement} */ (document.getElementById("cost-quantity"));
  const names = model.history.metrics;
  const offered = [...select.options].map((option) => option.value);
  if (names.join() === offered.join()) return;
  if (!names.includes(curve.metric)) curve.choose({ metric: "loss" });
  select.replaceChildren(
    ...names.map((name) => new Option(name === "loss" ? t("cost.loss") : name, name)),
  );
  select.value = curve.metric;
  select.hidden = names.length < 2;
}
