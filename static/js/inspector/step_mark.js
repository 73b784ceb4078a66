/**
 * The next step in the descent's picture: an arrow level with the star and as long as the step, and
 * from its end down, or up, to the cost there.
 */

import { arrowPath, isShort, tipOf } from "./arrow.js";

/**
 * @typedef {import("./placing.js").Point} Point
 *
 * @typedef {object} Step
 * @property {Point} from the star
 * @property {Point} to where the step would lead if no other weight moved
 * @property {number} way its sign is that of the change
 */

/** An arrow that leads out of the picture ends this far beyond its rim. */
const OVER = 4;

export class StepMark {
  /** @param {any} svg a selection */
  constructor(svg) {
    this.fall = svg.append("line").attr("class", "fall");
    this.arrow = svg.append("path").attr("class", "next-step");
    this.landing = svg.append("circle").attr("class", "landing").attr("r", 4);
  }

  /**
   * One too short to be seen is a mere head beside the star, which says where it goes.
   *
   * @param {Step | null} step null for none
   * @param {import("./placing.js").Bounds} bounds
   * @returns {Point[][]} the lines that are drawn, the arrow first
   */
  draw(step, { left, right, top, bottom }) {
    for (const mark of [this.arrow, this.fall, this.landing]) mark.attr("display", "none");
    if (!step) return [];
    const way = Math.sign(step.way);
    const [from, y] = step.from;
    const [to, landing] = step.to;
    const short = isShort(step.from, [to, y]);
    const end = Math.max(left - OVER, Math.min(right + OVER, to));
    const tip = tipOf(step.from, [end, y], [way, 0]);
    this.arrow
      .attr("display", null)
      .attr("data-sign", way)
      .attr("data-from", from.toFixed(2))
      .attr("data-to", to.toFixed(2))
      .attr("data-short", short ? "" : null)
      .attr("d", arrowPath(step.from, tip, short));
    /** @type {Point[][]} */
    const lines = [[step.from, tip]];
    if (short || to !== end || !Number.isFinite(landing)) return lines;
    const down = Math.max(top, Math.min(bottom, landing));
    this.fall.attr("display", null).attr("x1", end).attr("x2", end).attr("y1", y).attr("y2", down);
    lines.push([
      [end, y],
      [end, down],
    ]);
    if (down === landing) {
      this.landing.attr("display", null).attr("cx", end).attr("cy", landing);
    }
    return lines;
  }
}
