/**
 * Numbers as a reader sees them: the reader's language, a true minus sign, fixed digits so that
 * nothing jumps, and an exponent once fixed digits would hide the number.
 */

const MINUS = "\u2212";
const LARGEST_FLOAT32 = 3.4028234663852886e38;
const NOT_A_NUMBER = "\u2013";

/** @type {Map<string, Intl.NumberFormat>} */
const formatters = new Map();

/** @returns {string} the language the page is written in */
export function language() {
  return globalThis.document?.documentElement.lang || "en";
}

/**
 * Kept, since to make one takes longer than to draw a curve.
 *
 * @param {number} least fewest digits after the point
 * @param {number} most most digits after the point
 * @param {boolean} [useGrouping] of thousands
 */
function formatter(least, most, useGrouping = false) {
  const key = `${language()} ${least} ${most} ${useGrouping}`;
  let found = formatters.get(key);
  if (!found) {
    found = new Intl.NumberFormat(language(), {
      minimumFractionDigits: least,
      maximumFractionDigits: most,
      useGrouping,
    });
    formatters.set(key, found);
  }
  return found;
}

/** @param {string} text */
function withTrueMinus(text) {
  return text.replaceAll("-", MINUS);
}

/**
 * A number with fixed digits: `-0.0695` is "−0.0695", `3.2e-7` is "3.2e−7".
 *
 * @param {number | null | undefined} x
 * @param {number} [digits] after the point
 * @returns {string}
 */
export function formatNumber(x, digits = 4) {
  if (x === null || x === undefined || Number.isNaN(x)) return NOT_A_NUMBER;
  if (!Number.isFinite(x)) return x < 0 ? `${MINUS}∞` : "∞";
  const size = Math.abs(x);
  // Vectors travel as float32: this is what becomes of anything larger.
  if (size === LARGEST_FLOAT32) return `${x < 0 ? "<" : ">"} ${exponential(x)}`;
  if (size !== 0 && size < 0.5 * 10 ** -digits) return exponential(x);
  if (size >= 1e6) return exponential(x);
  // Fewer digits for large numbers keep the width about the same.
  const shown = size >= 1000 ? Math.min(digits, 1) : size >= 100 ? Math.min(digits, 2) : digits;
  const text = formatter(shown, shown).format(x === 0 ? 0 : x);
  return withTrueMinus(text);
}

/** Significant digits that a calculation on paper wants of each number. */
const FEWEST = 4;

/**
 * As `formatNumber`, with at least so many significant digits: `0.0006912` is "0.0006912".
 *
 * @param {number | null | undefined} x
 * @param {number} [digits]
 */
export function formatPrecise(x, digits = FEWEST) {
  return formatAlike([x], digits)[0];
}

/**
 * Numbers of one sum, with as many decimals as the largest of them needs for so many significant
 * digits, so that what is shown adds up.
 *
 * @param {readonly (number | null | undefined)[]} values
 * @param {number} [digits]
 * @returns {string[]}
 */
export function formatAlike(values, digits = FEWEST) {
  const sizes = values.map((x) => Math.abs(x ?? 0)).filter(Number.isFinite);
  const largest = Math.max(0, ...sizes);
  if ((largest > 0 && largest < 1e-4) || largest >= 1e6) {
    return values.map((x) =>
      x && Number.isFinite(x) ? exponential(x, digits - 1) : formatNumber(x),
    );
  }
  const usual = largest >= 1000 ? 1 : largest >= 100 ? 2 : FEWEST;
  const exponent = largest > 0 ? Number(largest.toExponential().split("e")[1]) : digits - 1;
  const places = Math.min(100, Math.max(usual, digits - 1 - exponent));
  return values.map((x) => {
    if (!Number.isFinite(x)) return formatNumber(x);
    const value = Number(x);
    if (value !== 0 && Math.abs(value) < 0.5 * 10 ** -places) return exponential(value);
    return withTrueMinus(formatter(places, places).format(value === 0 ? 0 : value));
  });
}

/**
 * A large number by its first digit, where there is little room: `3e149`.
 *
 * @param {number} x
 */
export function formatRound(x) {
  return Number.isFinite(x) ? exponential(x, 0) : formatNumber(x);
}

/**
 * @param {number} x
 * @param {number} [places] after the point
 */
function exponential(x, places = 1) {
  const [digits, exponent] = x.toExponential(places).split("e");
  const lead = formatter(places, places).format(Number(digits));
  return withTrueMinus(`${lead}e${exponent.replace("+", "")}`);
}

/**
 * A number as short as it can be said, for axes and options: `0.5`, `12`, `1e−7`.
 *
 * @param {number} x
 * @param {number} [most] most digits after the point
 * @returns {string}
 */
export function formatShort(x, most = 4) {
  if (!Number.isFinite(x)) return formatNumber(x);
  const size = Math.abs(x);
  if (size !== 0 && (size < 10 ** -most || size >= 1e6)) {
    return withTrueMinus(x.toExponential(1).replace(".0e", "e").replace("e+", "e"));
  }
  return withTrueMinus(formatter(0, most).format(x === 0 ? 0 : x));
}

/**
 * A count, grouped the way the reader's language groups it: `12,345`.
 *
 * @param {number} n
 * @returns {string}
 */
export function formatCount(n) {
  return formatter(0, 3, true).format(n);
}
