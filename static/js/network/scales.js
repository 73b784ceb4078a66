/**
 * From numbers to what the eye sees: sign, width, dashes, colour. Pure.
 */

/** Width of a parameter that is exactly zero, and of the thinnest that is not, in pixels. */
export const HAIRLINE = 1;
const THINNEST = 1.2;

/**
 * @param {number} value
 * @returns {-1 | 0 | 1} 0 also for what is not a number
 */
export function signOf(value) {
  if (value > 0) return 1;
  return value < 0 ? -1 : 0;
}

/**
 * @param {ArrayLike<number>} values
 * @returns {number} the largest size among them, 0 for none
 */
export function largestSize(values) {
  let largest = 0;
  for (let at = 0; at < values.length; at += 1) {
    const size = Math.abs(values[at]);
    if (size > largest) largest = size;
  }
  return largest;
}

/**
 * Size of a value against the largest in view.
 *
 * @param {number} value
 * @param {number} largest
 * @returns {number} 0 to 1
 */
export function relativeSize(value, largest) {
  return largest > 0 ? Math.min(1, Math.abs(value) / largest) : 0;
}

/**
 * Stroke width by size, in tenths of a pixel so that an unseen change costs no write.
 *
 * @param {number} value
 * @param {number} largest
 * @param {number} widest width of the largest value
 * @returns {number} pixels
 */
export function strokeWidth(value, largest, widest) {
  if (signOf(value) === 0) return HAIRLINE;
  const width = THINNEST + (widest - THINNEST) * relativeSize(value, largest);
  return Math.round(width * 10) / 10;
}

/**
 * Dash pattern of a stroke: none for a positive value, dashes for a negative one, dots for zero.
 * In whole pixels, so that dashes do not crawl while a width grows smoothly.
 *
 * @param {-1 | 0 | 1} sign
 * @param {number} width
 * @returns {number[]} empty for a solid line
 */
export function dashes(sign, width) {
  if (sign > 0) return [];
  if (sign === 0) return [1, 4];
  return [Math.round(6 + width * 0.5), Math.round(3.5 + width * 0.35)];
}

/**
 * Step of a dense drawing's stroke: few enough for batched strokes, many enough for the eye.
 *
 * @param {number} value
 * @param {number} largest
 * @param {number} levels
 * @returns {number} 0 for the smallest to levels - 1
 */
export function levelOf(value, largest, levels) {
  return Math.min(levels - 1, Math.floor(relativeSize(value, largest) * levels));
}

/**
 * @typedef {[number, number, number]} Colour red, green, blue, 0 to 255
 */

/**
 * Diverging colour: negative, neutral, positive.
 *
 * @param {number} fraction -1 to 1
 * @param {Colour} negative
 * @param {Colour} neutral
 * @param {Colour} positive
 * @returns {Colour}
 */
export function diverging(fraction, negative, neutral, positive) {
  const end = fraction < 0 ? negative : positive;
  const share = Math.min(1, Math.abs(fraction));
  return [
    Math.round(neutral[0] + (end[0] - neutral[0]) * share),
    Math.round(neutral[1] + (end[1] - neutral[1]) * share),
    Math.round(neutral[2] + (end[2] - neutral[2]) * share),
  ];
}

/**
 * Where a unit's value lies between its extremes. An activation with two bounds is neutral midway
 * (a sigmoid at 0.5), any other at zero.
 *
 * @param {number} value
 * @param {number} low
 * @param {number} high
 * @param {boolean} centred
 * @returns {number} -1 to 1
 */
export function position(value, low, high, centred) {
  const middle = centred ? (low + high) / 2 : 0;
  const reach = Math.max(Math.abs(high - middle), Math.abs(low - middle));
  if (!(reach > 0)) return 0;
  return Math.max(-1, Math.min(1, (value - middle) / reach));
}

/**
 * @param {string} text `#rgb`, `#rrggbb`, `rgb(r, g, b)` or `rgba(r, g, b, a)`
 * @returns {Colour} black for anything else
 */
export function parseColour(text) {
  const hex = text.trim().match(/^#([0-9a-f]{3}|[0-9a-f]{6})$/i)?.[1];
  if (hex) {
    const full = hex.length === 3 ? [...hex].map((digit) => digit + digit).join("") : hex;
    const number = Number.parseInt(full, 16);
    return [(number >> 16) & 255, (number >> 8) & 255, number & 255];
  }
  const parts = text.match(/^\s*rgba?\(\s*([\d.]+)[\s,]+([\d.]+)[\s,]+([\d.]+)/);
  return parts ? [Number(parts[1]), Number(parts[2]), Number(parts[3])] : [0, 0, 0];
}
