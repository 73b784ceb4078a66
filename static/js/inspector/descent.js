/**
 * Gradient descent, as a picture: the cost along one weight, a star at its present value, the
 * tangent there, the step that comes next, and where it has been.
 */

import { formatNumber, formatShort } from "../format.js";
import { t } from "../words.js";
import { costAt, keptCosts, keptRange, slopeAt, tangent } from "./descent_range.js";
import { dragStar, STAR } from "./star.js";
import { stretches } from "./trail.js";

/**
 * @typedef {import("./descent_range.js").Range} Range
 *
 * @typedef {object} Curve the reply of `cost-curve`
 * @property {number[]} values
 * @property {(number | null)[]} costs null where they overflow
 * @property {number} value
 * @property {number} cost
 * @property {number} slope
 * @property {number} next_value
 */

const HEIGHT = 210;
const MARGIN = { top: 10, right: 10, bottom: 22, left: 10 };
const REACH = 62;
const FADING = 24;
/** Room that "next −0.0000" takes. */
const WORDS = 96;

export class Descent {
  /**
   * @param {HTMLElement} container
   * @param {{edit: (value: number) => void}} actions
   */
  constructor(container, actions) {
    this.container = container;
    this.x = d3.scaleLinear();
    this.y = d3.scaleLinear();
    /** @type {(Curve & {costs: number[]}) | null} */
    this.curve = null;
    /** @type {Range | null} */
    this.across = null;
    /** @type {Range | null} */
    this.up = null;
    /** @type {import("./trail.js").Place[]} */
    this.trail = [];
    this.label = "";
    this.index = -1;
    this.foretells = true;
    /** @type {number | null} where the star is held */
    this.held = null;
    this.width = 0;
    this.svg = d3.select(container).append("svg").attr("class", "descent").attr("role", "group");
    this.axis = this.svg.append("g").attr("class", "axis").attr("aria-hidden", "true");
    this.past = this.svg.append("g").attr("aria-hidden", "true");
    this.line = this.svg.append("path").attr("class", "landscape");
    this.slope = this.svg.append("line").attr("class", "tangent");
    this.step = this.svg.append("path").attr("class", "next-step");
    this.words = this.svg.append("g").attr("aria-hidden", "true");
    this.slopeText = this.words.append("text").attr("class", "slope-text");
    this.stepText = this.words.append("text").attr("class", "step-text");
    this.star = this.svg.append("g").attr("class", "star").attr("tabindex", 0);
    this.star.attr("role", "slider");
    this.star.append("circle").attr("r", 20).attr("class", "star-reach");
    this.star.append("path").attr("d", STAR);
    dragStar(this, actions.edit);
    new ResizeObserver(() => {
      this.width = container.clientWidth;
      this.draw();
    }).observe(container);
  }

  /** Another weight: nothing of the former one's view is kept. */
  begin() {
    this.curve = null;
    this.across = null;
    this.up = null;
    this.held = null;
  }

  /** The range to ask the next curve for, null for one that the server thinks good. */
  get wanted() {
    return this.across;
  }

  /**
   * @param {Curve} curve
   * @param {{label: string, index: number, trail: import("./trail.js").Place[]}} about
   */
  update(curve, { label, index, trail }) {
    this.curve = { ...curve, costs: curve.costs.map((cost) => cost ?? Number.POSITIVE_INFINITY) };
    this.label = label;
    this.index = index;
    this.trail = trail;
    const offered = /** @type {Range} */ ([curve.values[0], curve.values[curve.values.length - 1]]);
    this.across = keptRange(this.across, offered, curve.value, curve.next_value);
    this.up = keptCosts(this.up, this.curve.costs);
    this.draw();
  }

  /** @param {boolean} foretells whether the next step may be seen */
  foretell(foretells) {
    if (this.foretells === foretells) return;
    this.foretells = foretells;
    this.draw();
  }

  draw() {
    const { curve, across, up, width } = this;
    if (!curve || !across || !up || width === 0) return;
    this.svg.attr("viewBox", `0 0 ${width} ${HEIGHT}`);
    this.x.domain(across).range([MARGIN.left, width - MARGIN.right]);
    this.y.domain(up).range([HEIGHT - MARGIN.bottom, MARGIN.top]);
    const { values, costs } = curve;
    const line = d3
      .line(
        (/** @type {number} */ value) => this.x(value),
        (_, at) => Math.max(-HEIGHT, Math.min(2 * HEIGHT, this.y(costs[at]))),
      )
      .defined((_, at) => Number.isFinite(costs[at]));
    this.line.attr("d", line(values));
    this.drawAxis();
    this.drawTrail();
    const point =
      this.held === null
        ? { value: curve.value, cost: curve.cost }
        : { value: this.held, cost: costAt(values, costs, this.held) };
    const slope = this.held === null ? curve.slope : slopeAt(values, costs, this.held);
    this.drawTangent(point, slope);
    this.drawStep(point);
    this.drawStar(point, slope);
  }

  drawAxis() {
    const { width } = this;
    const bottom = HEIGHT - MARGIN.bottom;
    this.axis
      .selectAll("line")
      .data([bottom])
      .join("line")
      .attr("x1", MARGIN.left)
      .attr("x2", width - MARGIN.right)
      .attr("y1", bottom)
      .attr("y2", bottom);
    const ticks = this.x.ticks(Math.max(2, Math.min(5, width / 80)));
    this.axis
      .selectAll("text.tick")
      .data(ticks)
      .join("text")
      .attr("class", "tick")
      .attr("text-anchor", "middle")
      .attr("x", (tick) => this.x(tick))
      .attr("y", HEIGHT - 6)
      .text((tick) => formatShort(tick));
    this.axis
      .selectAll("text.name")
      .data([{ text: t("descent.cost"), x: MARGIN.left, y: MARGIN.top + 4 }])
      .join("text")
      .attr("class", "name")
      .attr("x", (name) => name.x)
      .attr("y", (name) => name.y)
      .text((name) => name.text);
  }

  drawTrail() {
    const shown = this.trail.slice(-FADING * 4);
    const line = d3
      .line(
        (/** @type {import("./trail.js").Place} */ place) => this.x(place.parameters[this.index]),
        (place) => this.y(place.cost),
      )
      .defined((place) => this.sees(place));
    this.past
      .selectAll("path")
      .data(stretches(shown))
      .join("path")
      .attr("class", "trail")
      .attr("d", line);
    const dots = shown.slice(-FADING - 1, -1).filter((place) => this.sees(place));
    this.past
      .selectAll("circle")
      .data(dots)
      .join("circle")
      .attr("class", "trail-dot")
      .attr("r", 2.5)
      .attr("opacity", (_, at) => (0.2 + (0.6 * (at + 1)) / dots.length).toFixed(2))
      .attr("cx", (place) => this.x(place.parameters[this.index]))
      .attr("cy", (place) => this.y(place.cost));
  }

  /** @param {import("./trail.js").Place} place */
  sees({ parameters, cost }) {
    const [left, right] = this.x.domain();
    const value = parameters[this.index];
    return value >= left && value <= right && this.y(cost) > -MARGIN.top;
  }

  /**
   * @param {{value: number, cost: number}} point
   * @param {number} slope
   */
  drawTangent(point, slope) {
    const [perValue, perCost] = [perUnit(this.x), perUnit(this.y)];
    const across = /** @type {Range} */ (this.across);
    const up = /** @type {Range} */ (this.up);
    const [from, to] = tangent(point, slope, across, up, REACH, perValue, perCost);
    this.slope
      .attr("data-sign", Math.sign(slope))
      .attr("x1", this.x(from[0]))
      .attr("y1", this.y(from[1]))
      .attr("x2", this.x(to[0]))
      .attr("y2", this.y(to[1]));
    const [x, y] = [this.x(point.value), this.y(point.cost)];
    const right = x < this.width * 0.6;
    this.slopeText
      .text(t("descent.slope", { slope: formatNumber(slope) }))
      .attr("text-anchor", right ? "start" : "end")
      .attr("x", right ? x + 14 : x - 14)
      .attr("y", Math.max(MARGIN.top + 22, y - 14));
  }

  /**
   * The next step, level with the star, so that its length can be read on the axis.
   *
   * @param {{value: number, cost: number}} point
   */
  drawStep(point) {
    const { curve, foretells, held } = this;
    const shown = curve && foretells && held === null;
    const change = curve ? curve.next_value - curve.value : 0;
    this.step.attr("display", shown && change !== 0 ? null : "none");
    this.stepText.attr("display", shown ? null : "none");
    if (!shown) return;
    const from = this.x(point.value);
    const y = Math.min(HEIGHT - MARGIN.bottom - 8, this.y(point.cost) + 17);
    const end = Math.max(2, Math.min(this.width - 2, this.x(curve.next_value)));
    const way = Math.sign(change);
    // However short the step, its head is seen, and says which way it goes.
    const tip = Math.abs(end - from) < 7 ? from + 7 * way : end;
    this.step
      .attr("data-sign", way)
      .attr(
        "d",
        `M${from},${y}H${tip}M${tip - 6 * way},${y - 4}L${tip},${y}L${tip - 6 * way},${y + 4}`,
      );
    const sign = change > 0 ? "+" : "";
    const [left, right] = [Math.min(from, tip), Math.max(from, tip)];
    const after = this.width - right > WORDS;
    const before = !after && left > WORDS;
    this.stepText
      .text(t("descent.step", { change: `${sign}${formatNumber(change)}` }))
      .attr("data-sign", way)
      .attr("text-anchor", after ? "start" : before ? "end" : "middle")
      .attr("x", after ? right + 7 : before ? left - 7 : (left + right) / 2)
      .attr("y", after || before ? y + 4 : y - 7);
  }

  /**
   * @param {{value: number, cost: number}} point
   * @param {number} slope
   */
  drawStar({ value, cost }, slope) {
    const [low, high] = this.x.domain();
    this.star
      .attr("transform", `translate(${this.x(value).toFixed(2)},${this.y(cost).toFixed(2)})`)
      .attr("aria-label", t("descent.star", { label: this.label }))
      .attr("aria-valuemin", low.toPrecision(4))
      .attr("aria-valuemax", high.toPrecision(4))
      .attr("aria-valuenow", value.toPrecision(6))
      .attr(
        "aria-valuetext",
        t("descent.place", {
          label: this.label,
          value: formatNumber(value),
          cost: formatNumber(cost),
          slope: formatNumber(slope),
        }),
      );
    this.svg.attr("aria-label", t("descent.summary", { label: this.label }));
  }
}

/** @param {d3.ScaleLinear<number, number>} scale @returns {number} pixels of one unit */
function perUnit(scale) {
  const [from, to] = scale.domain();
  const [start, end] = scale.range();
  return (end - start) / (to - from);
}
