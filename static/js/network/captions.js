/** The captions below the columns: which layer it is, its activation, and a lock where it is frozen. */

import { t } from "../words.js";
import { append, pixel, writeText } from "./dom.js";
import { textWidth } from "./text.js";

/**
 * @typedef {object} Caption
 * @property {number} left where its first line begins
 * @property {number} y its base line
 */

/** A padlock nine pixels wide, its base line at 0. */
export const LOCK = "M1,-5.5h7v5.5h-7zM2.5,-5.5v-1.8a2,2 0 0 1 4,0v1.8";

/**
 * Writes the caption of a column.
 *
 * @param {SVGGElement} parent
 * @param {import("./topology.js").Topology} topology
 * @param {import("./geometry.js").Layout} layout
 * @param {number} at
 * @param {string} family
 * @returns {Caption}
 */
export function addCaption(parent, topology, layout, at, family) {
  const column = topology.columns[at];
  const gap = topology.gaps[at - 1];
  const several = topology.columns.length > 3 && column.role === "hidden";
  const role = several ? t("network.hiddenNumber", { number: at }) : t(`network.${column.role}`);
  const activation = column.activation.replaceAll("_", " ");
  const frozen = Boolean(gap?.frozen);
  const { captions } = layout;
  /** @type {string[]} */
  let lines = [role, activation];
  if (captions === "line" || !activation) {
    lines = [activation ? t("network.layer", { role, activation }) : role];
  } else if (captions === "staggered") {
    lines = [several ? t("network.layer", { role: at, activation }) : activation];
  }
  const size = captions === "line" ? 13 : 11;
  const lowered = captions === "staggered" && at % 2 === 1 ? 15 : 0;
  let first = layout.width;
  lines.forEach((line, number) => {
    const lock = frozen && number === 0 ? 14 : 0;
    const half = (textWidth(line, size, family) + lock) / 2;
    const x = Math.max(half + 1, Math.min(layout.width - half - 1, layout.columns[at].x));
    const y = layout.captionY + number * 15 + lowered;
    if (number === 0) first = x - half;
    const text = append(parent, "text", {
      class: "network-caption",
      x: pixel(x + lock / 2),
      y,
      "text-anchor": "middle",
      "font-size": size,
    });
    writeText(text, line);
    if (lock > 0) {
      append(parent, "path", {
        class: "network-lock",
        d: LOCK,
        transform: `translate(${pixel(x - half)},${y})`,
      });
    }
  });
  return { left: first, y: layout.captionY + lowered };
}
