/** The gradients of all parameters, checked against central differences. */

import { formatPrecise } from "../format.js";
import { t } from "../words.js";

/**
 * @typedef {object} Checked
 * @property {string} name
 * @property {string} label
 * @property {number} gradient
 * @property {number} numeric
 * @property {number} relative_error
 * @property {boolean} kink
 */

const SHOWN = 5;
/** Of a double. */
const MOST_DIGITS = 15;

/**
 * Those that differ most, the worst first; at a kink a difference says nothing. Pure.
 *
 * @param {Checked[]} parameters
 * @param {number} count
 * @returns {Checked[]}
 */
export function worst(parameters, count) {
  return parameters
    .filter(({ kink }) => !kink)
    .sort((a, b) => b.relative_error - a.relative_error)
    .slice(0, count);
}

/**
 * To how many digits two numbers agree that differ by so much of their size. Pure.
 *
 * @param {number} error
 */
export function digitsOf(error) {
  return Math.max(0, Math.min(MOST_DIGITS, Math.floor(-Math.log10(error))));
}

/**
 * @param {HTMLElement} button
 * @param {HTMLElement} place where the answer goes
 * @param {() => Promise<{max_relative_error: number, parameters: Checked[]} | null>} check
 */
export function offerCheck(button, place, check) {
  button.addEventListener("click", async () => {
    button.setAttribute("aria-busy", "true");
    const found = await check();
    button.removeAttribute("aria-busy");
    if (found) place.replaceChildren(...report(found));
  });
}

/** @param {{max_relative_error: number, parameters: Checked[]}} found */
function report({ max_relative_error: most, parameters }) {
  const count = parameters.length;
  const kinks = parameters.filter(({ kink }) => kink).length;
  const sentence = document.createElement("p");
  sentence.className = "note";
  sentence.textContent = t("check.said", { count: count - kinks, digits: digitsOf(most) });
  if (kinks > 0) sentence.textContent += ` ${t("check.kinks", { count: kinks })}`;
  const table = document.createElement("table");
  table.className = "figures";
  const head = table.createTHead().insertRow();
  for (const key of ["name", "gradient", "numeric", "digits"]) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = t(`check.${key}`);
    head.append(cell);
  }
  const body = table.createTBody();
  for (const { label, gradient, numeric, relative_error: error } of worst(parameters, SHOWN)) {
    const row = body.insertRow();
    const name = document.createElement("th");
    name.scope = "row";
    name.textContent = label;
    row.append(name);
    for (const text of [formatPrecise(gradient), formatPrecise(numeric), String(digitsOf(error))]) {
      row.insertCell().textContent = text;
    }
  }
  return [sentence, table];
}
