/** The hairlines and numbers of the cost curve. */

import { formatCount, formatShort } from "../format.js";
import { textWidth } from "../network/text.js";
import { decades } from "./decades.js";
import { axisNumbers } from "./lettering.js";

/** @typedef {d3.ScaleLinear<number, number> | d3.ScaleLogarithmic<number, number>} Scale */

/**
 * Lines across, with the value of each before it.
 *
 * @param {any} group a selection of one <g>
 * @param {{x: d3.ScaleLinear<number, number>, y: Scale, logarithmic: boolean}} scales
 */
export function drawRows(group, { x, y, logarithmic }) {
  const [left, right] = x.range();
  /** @type {number[]} */
  const ticks = logarithmic ? decades(y.domain()) : y.ticks(4);
  const rows = group.selectAll("g.row").data(ticks).join("g").attr("class", "row");
  rows
    .selectAll("line")
    .data((/** @type {number} */ tick) => [tick])
    .join("line")
    .attr("class", "grid")
    .attr("x1", left)
    .attr("x2", right)
    .attr("y1", (/** @type {number} */ tick) => y(tick))
    .attr("y2", (/** @type {number} */ tick) => y(tick));
  rows
    .selectAll("text")
    .data((/** @type {number} */ tick) => [tick])
    .join("text")
    .attr("x", 0)
    .attr("y", (/** @type {number} */ tick) => y(tick) + 4)
    .text((/** @type {number} */ tick) => formatShort(tick, 6));
}

/** Size of the numbers, as charts.css has it. */
const SIZE = 12;

/**
 * The numbers of epochs, in a row: as many as there is room for.
 *
 * @param {any} group
 * @param {d3.ScaleLinear<number, number>} x
 * @param {number} y of the row
 * @param {string} family of the font
 */
export function drawEpochs(group, x, y, family) {
  const placed = axisNumbers(x, (epoch) => textWidth(formatCount(epoch), SIZE, family));
  group
    .selectAll("text.epoch")
    .data(placed)
    .join("text")
    .attr("class", "epoch")
    .attr("x", (/** @type {{left: number}} */ { left }) => left)
    .attr("y", y)
    .text((/** @type {{tick: number}} */ { tick }) => formatCount(tick));
}
