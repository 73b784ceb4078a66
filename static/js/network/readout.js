/** A reading of the node that is pointed at or focused: name, value, and its delta if there is one. */

import { formatNumber } from "../format.js";
import { append, pixel, write } from "./dom.js";
import { signOf } from "./scales.js";
import { labelWidth, textWidth, writeLabel } from "./text.js";

const SIZE = 13;
const HEIGHT = 23;
const PAD = 10;
const BETWEEN = 7;

export class Readout {
  #group;
  #shown = "";

  /** @param {Element} parent */
  constructor(parent) {
    this.#group = append(parent, "g", { class: "network-readout", "aria-hidden": "true" });
  }

  /**
   * @param {import("./topology.js").Topology} topology
   * @param {import("./geometry.js").Layout} layout
   * @param {import("./types.js").Frame} frame
   * @param {import("./types.js").Item | null} item nothing is read of what is not a node
   * @param {string} family of the font
   */
  draw(topology, layout, frame, item, family) {
    if (item?.kind !== "node") {
      this.#clear();
      return;
    }
    const { column, unit } = item;
    const { labels, names } = topology.columns[column];
    const { inputs, activations, deltas } = frame.focus;
    const value = column === 0 ? inputs[unit] : activations[column - 1]?.[unit];
    const delta = deltas?.[column - 1]?.[unit];
    const parts = [{ text: formatNumber(value), sign: "" }];
    if (delta !== undefined) {
      parts.push({ text: `δ ${formatNumber(delta)}`, sign: String(signOf(delta)) });
    }
    const state = [layout.width, column, unit, ...parts.map(({ text }) => text)].join(" ");
    if (state === this.#shown) return;
    this.#clear();
    this.#shown = state;
    this.#write(labels[unit], names[unit], parts, layout, layout.columns[column], unit, family);
  }

  #clear() {
    if (this.#shown === "") return;
    this.#shown = "";
    this.#group.replaceChildren();
  }

  /**
   * @param {string} label
   * @param {string} name
   * @param {{text: string, sign: string}[]} parts
   * @param {import("./geometry.js").Layout} layout
   * @param {import("./geometry.js").ColumnLayout} place
   * @param {number} unit
   * @param {string} family
   */
  #write(label, name, parts, layout, place, unit, family) {
    const widths = parts.map(({ text }) => textWidth(text, SIZE, family) + BETWEEN);
    const first = labelWidth(label, SIZE, family, 650, name);
    const width = widths.reduce((sum, each) => sum + each, first + 2 * PAD);
    const half = width / 2 + 1;
    const x = Math.max(half, Math.min(layout.width - half, place.x));
    const above = place.y[unit] - place.halfHeight - HEIGHT / 2 - 5;
    write(this.#group, "transform", `translate(${pixel(x)},${pixel(Math.max(HEIGHT / 2, above))})`);
    append(this.#group, "rect", {
      class: "network-pill",
      x: pixel(-width / 2),
      y: -HEIGHT / 2,
      width: pixel(width),
      height: HEIGHT,
      rx: HEIGHT / 2,
    });
    let left = PAD - width / 2;
    const y = SIZE * 0.36;
    const text = append(this.#group, "text", {
      class: "network-label-name",
      x: pixel(left),
      y,
      "font-size": SIZE,
    });
    writeLabel(text, label, SIZE, name);
    left += first + BETWEEN;
    parts.forEach((part, at) => {
      const value = append(this.#group, "text", { x: pixel(left), y, "font-size": SIZE });
      if (part.sign) write(value, "data-sign", part.sign);
      value.textContent = part.text;
      left += widths[at];
    });
  }
}
