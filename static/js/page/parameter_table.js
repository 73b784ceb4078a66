/** The table twin of the drawing, kept up to date while it is open. */

import { formatNumber } from "../format.js";

/** @param {{structure: import("../types.js").Structure, frame: import("../types.js").Frame}} shown */
export function updateParameterTable({ structure, frame }) {
  const details = document.getElementById("parameters-more");
  if (!(details instanceof HTMLDetailsElement) || !details.open) return;
  const index = new Map(structure.network.parameter_names.map((name, i) => [name, i]));
  for (const row of document.querySelectorAll("#parameter-table tbody tr")) {
    if (!(row instanceof HTMLTableRowElement)) continue;
    const at = index.get(row.dataset.parameter ?? "");
    if (at === undefined) continue;
    const input = row.querySelector("input");
    if (input && input !== document.activeElement) write(input, frame.parameters[at]);
    writeCell(row.cells[3], frame.gradients[at]);
    writeCell(row.cells[4], frame.updates ? frame.updates[at] : null);
  }
}

/**
 * @param {HTMLInputElement} input
 * @param {number} value
 */
function write(input, value) {
  const text = formatNumber(value);
  if (input.value !== text) input.value = text;
}

/**
 * @param {HTMLTableCellElement} cell
 * @param {number | null} value
 */
function writeCell(cell, value) {
  const text = formatNumber(value);
  if (cell.textContent !== text) cell.textContent = text;
}
