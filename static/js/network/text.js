/** Labels with their index set low, and how wide text is. */

import { append, writeText } from "./dom.js";

/**
 * @param {string} label `W1`, `w2,1,3`, `bH1`
 * @returns {{base: string, index: string}} index: what is set low: digits, and a bias's unit
 */
export function splitLabel(label) {
  const match = label.match(/^(b(?=\p{Lu})|\p{L}+)_?(\p{Lu}?\d[\d,]*)$/u);
  return match ? { base: match[1], index: match[2] } : { base: label, index: "" };
}

/**
 * Writes a label into an SVG text element, its index low.
 *
 * @param {SVGTextElement} text
 * @param {string} label
 * @param {number} size font size in pixels
 * @param {string} [more] words after it
 */
export function writeLabel(text, label, size, more = "") {
  const { base, index } = splitLabel(label);
  const drop = Math.round(size * 2.4) / 10;
  text.textContent = "";
  writeText(append(text, "tspan"), base);
  if (index) {
    const low = append(text, "tspan", { dy: drop, "font-size": Math.round(size * 7.4) / 10 });
    writeText(low, index);
  }
  if (more) writeText(append(text, "tspan", { dx: size * 0.4, dy: index ? -drop : 0 }), more);
}

/** @type {CanvasRenderingContext2D | null} */
let ruler = null;
/** @type {Map<string, number>} */
const widths = new Map();

/**
 * Width of a text in the drawing's font.
 *
 * @param {string} text
 * @param {number} size pixels
 * @param {string} family
 * @param {number} [weight]
 * @returns {number} pixels
 */
export function textWidth(text, size, family, weight = 400) {
  const key = `${weight} ${size} ${family} ${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    ruler ??= document.createElement("canvas").getContext("2d");
    if (!ruler) return text.length * size * 0.6;
    ruler.font = `${weight} ${size}px ${family}`;
    width = ruler.measureText(text).width;
    if (widths.size > 2000) widths.clear();
    widths.set(key, width);
  }
  return width;
}

/**
 * Width of a label as `writeLabel` sets it.
 *
 * @param {string} label
 * @param {number} size
 * @param {string} family
 * @param {number} [weight]
 * @param {string} [more]
 */
export function labelWidth(label, size, family, weight = 400, more = "") {
  const { base, index } = splitLabel(label);
  const low = Math.round(size * 7.4) / 10;
  const words = more ? size * 0.4 + textWidth(more, size, family, weight) : 0;
  return textWidth(base, size, family, weight) + textWidth(index, low, family, weight) + words;
}
