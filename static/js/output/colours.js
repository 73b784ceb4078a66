/** Colours for values: vermilion below the middle, blue above, the paper's colour between. */

/** @typedef {[number, number, number]} Rgb */

/**
 * @param {string} hex `#rrggbb`
 * @returns {Rgb}
 */
export function parseColour(hex) {
  const value = Number.parseInt(hex.trim().slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/**
 * Where a value stands between the middle and the end of its side, in [-1, 1].
 *
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export function place(value, low, high) {
  const middle = middleOf(low, high);
  const reach = value < middle ? middle - low : high - middle;
  return reach > 0 ? Math.max(-1, Math.min(1, (value - middle) / reach)) : 0;
}

/**
 * The value that parts the two signs: 0 where the range holds numbers of both signs, else its
 * middle (0.5 of a sigmoid).
 *
 * @param {number} low
 * @param {number} high
 */
export function middleOf(low, high) {
  return low < 0 && high > 0 ? 0 : (low + high) / 2;
}

/**
 * @param {Rgb} from
 * @param {Rgb} to
 * @param {number} share
 * @returns {Rgb}
 */
export function mixed(from, to, share) {
  const channel = (/** @type {0 | 1 | 2} */ i) => Math.round(from[i] + share * (to[i] - from[i]));
  return [channel(0), channel(1), channel(2)];
}

/**
 * RGBA of the 256 bytes that stand for values from low to high.
 *
 * @param {number} low
 * @param {number} high
 * @param {{negative: Rgb, paper: Rgb, positive: Rgb}} palette
 * @param {number} [strength] how much of the full colour the ends get
 * @returns {Uint8ClampedArray<ArrayBuffer>}
 */
export function colourTable(low, high, palette, strength = 0.62) {
  const table = new Uint8ClampedArray(4 * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    const at = place(low + (byte / 255) * (high - low), low, high);
    const end = at < 0 ? palette.negative : palette.positive;
    table.set([...mixed(palette.paper, end, strength * Math.abs(at)), 255], 4 * byte);
  }
  return table;
}

/** The present theme's colours. */
export function themePalette() {
  const style = getComputedStyle(document.documentElement);
  const colour = (/** @type {string} */ name) => parseColour(style.getPropertyValue(name));
  return { negative: colour("--neg"), paper: colour("--bg"), positive: colour("--pos") };
}
