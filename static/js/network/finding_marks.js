/** Small marks where a diagnosis found something: at units, or at a layer's caption. */

import { append, pixel, writeText } from "./dom.js";

const RADIUS = 7;
/** Between a mark and the caption behind it. */
const BESIDE = 4;
/** Of more units than this the layer is marked in place of each. */
const MOST_UNITS = 6;

/** @typedef {import("./captions.js").Caption} Caption */

/**
 * Where the marks stand. Pure.
 *
 * @param {import("./geometry.js").Layout} layout
 * @param {Caption[]} captions of each column
 * @param {import("./types.js").Finding[]} findings
 * @returns {{x: number, y: number, words: string}[]}
 */
export function placeFindings(layout, captions, findings) {
  return findings.flatMap(({ layer, units, words }) => {
    const column = layout.columns[layer];
    if (!column) return [];
    const { kind, x, y, halfWidth, halfHeight } = column;
    if (units && units.length <= MOST_UNITS && kind !== "strip") {
      return units
        .filter((unit) => unit < y.length)
        .map((unit) => ({ x: x + halfWidth * 0.82, y: y[unit] + halfHeight * 0.82, words }));
    }
    const caption = captions[layer];
    const left = Math.max(RADIUS + 1, caption.left - RADIUS - BESIDE);
    return [{ x: left, y: caption.y - 4, words }];
  });
}

/**
 * @param {SVGGElement} parent
 * @param {import("./geometry.js").Layout} layout
 * @param {Caption[]} captions of each column
 * @param {import("./types.js").Finding[]} findings
 */
export function drawFindings(parent, layout, captions, findings) {
  parent.replaceChildren();
  for (const { x, y, words } of placeFindings(layout, captions, findings)) {
    const group = append(parent, "g", {
      class: "network-finding",
      transform: `translate(${pixel(x)},${pixel(y)})`,
      "aria-hidden": "true",
    });
    writeText(append(group, "title"), words);
    append(group, "circle", { r: RADIUS });
    writeText(append(group, "text", { y: 4, "text-anchor": "middle", "font-size": 11 }), "!");
  }
}
