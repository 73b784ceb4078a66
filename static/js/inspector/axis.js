/** The axes of the descent's picture; ticks and steps with just the digits that tell them apart. */

import { formatAlike, formatNumber, formatShort, language } from "../format.js";

/** More digits than this say nothing to a reader. */
const MOST_DIGITS = 9;

/** @param {number} x @returns {number} of its first digit: -3 for 0.0069 */
function exponentOf(x) {
  return x === 0 ? 0 : Number(x.toExponential().split("e")[1]);
}

/**
 * @param {number[]} ticks evenly spaced
 * @returns {string[]}
 */
export function tickTexts(ticks) {
  if (ticks.length < 2) return ticks.map((tick) => formatShort(tick));
  const largest = Math.max(...ticks.map(Math.abs));
  // A subtraction may leave a step just short of its own first digit.
  const step = 1.000001 * Math.abs(ticks[1] - ticks[0]);
  const places = Math.max(0, -exponentOf(step));
  if (largest >= 1e6 || places > MOST_DIGITS) {
    const digits = Math.min(MOST_DIGITS, exponentOf(largest) - exponentOf(step) + 1);
    const texts = formatAlike(ticks, digits);
    return ticks.map((tick, at) => (tick === 0 ? "0" : texts[at]));
  }
  const { format } = new Intl.NumberFormat(language(), {
    minimumFractionDigits: places,
    maximumFractionDigits: places,
    useGrouping: false,
  });
  // A tick at 0 may come as the rest of a subtraction.
  const zero = 1e-6 * step;
  return ticks.map((tick) => format(Math.abs(tick) < zero ? 0 : tick).replace("-", "\u2212"));
}

/**
 * A step as texts that add up: before + change = after.
 *
 * @param {number} before
 * @param {number} change
 * @param {number} [most] digits that `before` is good for
 * @returns {{before: string, after: string, change: string, by: string, told: boolean}}
 * by: the change without its sign. told: whether before and after show the change
 */
export function stepTexts(before, change, most = MOST_DIGITS) {
  const after = before + change;
  const largest = Math.max(Math.abs(before), Math.abs(after));
  const digits = change === 0 ? 4 : exponentOf(largest) - exponentOf(change) + 3;
  const told = digits <= most;
  const texts = told
    ? formatAlike([before, after, change, Math.abs(change)], Math.max(4, digits))
    : [formatNumber(before), formatNumber(after), ...formatAlike([change, Math.abs(change)])];
  const sign = change > 0 ? "+" : "";
  return { before: texts[0], after: texts[1], change: sign + texts[2], by: texts[3], told };
}

/**
 * @param {any} group a selection
 * @param {object} axes
 * @param {d3.ScaleLinear<number, number>} axes.x
 * @param {{y: number, text: string}[]} axes.ups ticks of the cost
 * @param {{left: number, right: number, bottom: number, width: number, height: number}} axes.box
 * @param {{up: string, across: string}} axes.titles
 * @param {(text: string) => number} axes.widthOf
 */
export function drawAxes(group, { x, ups, box, titles, widthOf }) {
  const { left, right, bottom, width, height } = box;
  // Ticks end before the name at their right.
  const room = width - widthOf(titles.across) - 8;
  const ticks = x.ticks(Math.max(2, Math.min(6, (width - left) / 62)));
  const texts = tickTexts(ticks);
  // Where texts are long, as around a large weight, every other or third has to do.
  const widest = Math.max(0, ...texts.map(widthOf));
  const every = ticks.length > 1 ? Math.ceil((widest + 4) / (x(ticks[1]) - x(ticks[0]))) : 1;
  const shown = ticks
    .map((tick, at) => ({ x: x(tick), text: texts[at] }))
    .filter((_, at) => at % every === 0)
    .filter(({ x, text }) => x + widthOf(text) / 2 < room);
  const lines = [...ups.map(({ y }) => ({ y, kind: "grid" })), { y: bottom, kind: "base" }];
  group
    .selectAll("line")
    .data(lines)
    .join("line")
    .attr("class", (/** @type {{kind: string}} */ { kind }) => kind)
    .attr("x1", left)
    .attr("x2", right)
    .attr("y1", (/** @type {{y: number}} */ { y }) => y)
    .attr("y2", (/** @type {{y: number}} */ { y }) => y);
  const words = [
    ...ups.map(({ y, text }) => ({ kind: "tick", text, x: left - 7, y: y + 4, anchor: "end" })),
    ...shown.map(({ x, text }) => ({ kind: "tick", text, x, y: height - 8, anchor: "middle" })),
    { kind: "name", text: titles.up, x: 0, y: 11, anchor: "start" },
    { kind: "name", text: titles.across, x: width, y: height - 8, anchor: "end" },
  ];
  group
    .selectAll("text")
    .data(words)
    .join("text")
    .attr("class", (/** @type {(typeof words)[0]} */ { kind }) => kind)
    .attr("text-anchor", (/** @type {(typeof words)[0]} */ { anchor }) => anchor)
    .attr("x", (/** @type {(typeof words)[0]} */ word) => word.x)
    .attr("y", (/** @type {(typeof words)[0]} */ word) => word.y)
    .text((/** @type {(typeof words)[0]} */ { text }) => text);
}
