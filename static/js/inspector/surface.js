/** The cost over two weights, as contour lines, with the same trail and the step that comes next. */

import { formatNumber } from "../format.js";
import { textWidth } from "../network/text.js";
import { t } from "../words.js";
import { arrowPath, isShort, tipOf } from "./arrow.js";
import { drawAxes, tickTexts } from "./axis.js";
import { inReach } from "./placing.js";
import { STAR } from "./star.js";
import { drawTrail, marksOf } from "./trail_marks.js";

/**
 * @typedef {object} Axis
 * @property {string} name
 * @property {string} label
 * @property {number[]} values
 * @property {number} value
 * @property {number | null} next_value null where it overflows
 *
 * @typedef {object} Landscape the reply of `cost-surface`
 * @property {Axis} x
 * @property {Axis} y
 * @property {(number | null)[][]} costs a row for each value of y; null where they overflow
 * @property {number} cost
 */

const MARGIN = { top: 22, right: 10, bottom: 26 };
const LINES = 12;
const MOST_WIDE = 300;
/** Of the labels at the axes, in pixels. */
const TEXT = 12;

/**
 * Costs at which contour lines are drawn: closer to each other near the bottom, where the valley
 * is flat. Pure.
 *
 * @param {number[][]} costs
 * @param {number} count
 * @returns {number[]}
 */
export function levels(costs, count) {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const row of costs) {
    for (const cost of row) {
      low = Math.min(low, cost);
      high = Math.max(high, cost);
    }
  }
  if (!(high > low)) return [];
  return Array.from({ length: count }, (_, at) => low + (high - low) * ((at + 0.5) / count) ** 1.8);
}

export class Surface {
  /** @param {HTMLElement} container */
  constructor(container) {
    this.container = container;
    this.x = d3.scaleLinear();
    this.y = d3.scaleLinear();
    /** @type {Landscape | null} */
    this.landscape = null;
    this.width = 0;
    this.svg = d3.select(container).append("svg").attr("class", "surface").attr("role", "img");
    this.family = getComputedStyle(container).fontFamily;
    this.axis = this.svg.append("g").attr("class", "axis");
    this.areas = this.svg.append("g");
    this.lines = this.svg.append("g");
    this.window = this.svg.append("clipPath").attr("id", "surface-window").append("rect");
    const inside = this.svg.append("g").attr("clip-path", "url(#surface-window)");
    this.past = inside.append("g");
    this.step = inside.append("path").attr("class", "next-step");
    this.star = this.svg.append("path").attr("class", "star").attr("d", STAR);
    /** @type {import("./trail.js").Place[]} */
    this.trail = [];
    this.indices = [0, 0];
    this.foretells = true;
    new ResizeObserver(() => {
      this.width = container.clientWidth;
      this.draw();
    }).observe(container);
  }

  /**
   * @param {Landscape} landscape
   * @param {{trail: import("./trail.js").Place[], indices: [number, number]}} about
   */
  update(landscape, { trail, indices }) {
    this.landscape = landscape;
    this.trail = trail;
    this.indices = indices;
    this.draw();
  }

  /** @param {boolean} foretells whether the next step may be seen */
  foretell(foretells) {
    if (this.foretells === foretells) return;
    this.foretells = foretells;
    this.draw();
  }

  draw() {
    const { landscape, width } = this;
    if (!landscape || width === 0) return;
    const { x, y } = landscape;
    this.y.domain(ends(y.values));
    const ticks = this.y.ticks(4);
    const texts = tickTexts(ticks);
    const left = Math.ceil(Math.max(...texts.map((text) => this.widthOf(text)))) + 8;
    const side = Math.min(width - left - MARGIN.right, MOST_WIDE);
    const height = Math.round(side * 0.8) + MARGIN.top + MARGIN.bottom;
    const bottom = height - MARGIN.bottom;
    this.svg.attr("viewBox", `0 0 ${width} ${height}`);
    this.x.domain(ends(x.values)).range([left, left + side]);
    this.y.range([bottom, MARGIN.top]);
    this.drawLines(landscape);
    drawAxes(this.axis, {
      x: this.x,
      ups: ticks.map((tick, at) => ({ y: this.y(tick), text: texts[at] })),
      box: { left, right: left + side, bottom, width: left + side + MARGIN.right, height },
      titles: { up: y.label, across: x.label },
      widthOf: (text) => this.widthOf(text),
    });
    this.window
      .attr("x", left)
      .attr("y", MARGIN.top)
      .attr("width", side)
      .attr("height", bottom - MARGIN.top);
    const [across, up] = this.indices;
    const marks = marksOf(this.trail, ({ parameters }) => [
      inReach(this.x(parameters[across])),
      inReach(this.y(parameters[up])),
    ]);
    drawTrail(this.past, marks, true);
    const star = /** @type {import("./placing.js").Point} */ ([this.x(x.value), this.y(y.value)]);
    const next = /** @type {import("./placing.js").Point} */ ([
      inReach(this.x(x.next_value ?? x.value)),
      inReach(this.y(y.next_value ?? y.value)),
    ]);
    this.star.attr("transform", `translate(${star[0].toFixed(2)},${star[1].toFixed(2)})`);
    this.step.attr("display", this.foretells ? null : "none");
    this.step.attr("d", arrowPath(star, tipOf(star, next), isShort(star, next)));
    this.svg.attr(
      "aria-label",
      t("surface.summary", {
        x: x.label,
        y: y.label,
        atX: formatNumber(x.value),
        atY: formatNumber(y.value),
        cost: formatNumber(landscape.cost),
      }),
    );
  }

  /** @param {Landscape} landscape */
  drawLines({ costs: told, x, y }) {
    const [columns, rows] = [x.values.length, y.values.length];
    const costs = capped(told);
    const contours = d3.contours().size([columns, rows]).thresholds(levels(costs, LINES))(
      costs.flat(),
    );
    const [left, right] = this.x.range();
    const [bottom, top] = this.y.range();
    const scaleX = (right - left) / (columns - 1);
    const scaleY = (bottom - top) / (rows - 1);
    // A cost stands in the middle of its cell; the plot goes from the first to the last cost.
    const project = d3.geoTransform({
      point(px, py) {
        const column = Math.max(0, Math.min(columns - 1, px - 0.5));
        const row = Math.max(0, Math.min(rows - 1, py - 0.5));
        this.stream.point(left + column * scaleX, bottom - row * scaleY);
      },
    });
    this.areas
      .selectAll("path")
      .data(contours)
      .join("path")
      .attr("class", "contour-area")
      .attr("d", d3.geoPath(project));
    this.lines
      .selectAll("path")
      .data(contours)
      .join("path")
      .attr("class", "contour-line")
      .attr("d", (contour) =>
        openLines(contour.coordinates, columns, rows, ([px, py]) => [
          left + (px - 0.5) * scaleX,
          bottom - (py - 0.5) * scaleY,
        ]),
      );
  }

  /** @param {string} text */
  widthOf(text) {
    return textWidth(text, TEXT, this.family);
  }
}

/**
 * Costs that overflow are as high as the highest of the others. Pure.
 *
 * @param {(number | null)[][]} costs
 * @returns {number[][]}
 */
export function capped(costs) {
  let highest = 0;
  for (const row of costs) for (const cost of row) highest = Math.max(highest, cost ?? 0);
  return costs.map((row) => row.map((cost) => cost ?? highest));
}

/**
 * The rings of a contour without what runs along the rim of the plot, which is no line of it. Pure.
 *
 * @param {number[][][][]} polygons
 * @param {number} columns
 * @param {number} rows
 * @param {(point: number[]) => number[]} project
 * @returns {string} SVG path data
 */
export function openLines(polygons, columns, rows, project) {
  const parts = [];
  for (const polygon of polygons) {
    for (const ring of polygon) {
      let pen = "M";
      for (const [x, y] of ring) {
        if (x < 0.5 || y < 0.5 || x > columns - 0.5 || y > rows - 0.5) {
          pen = "M";
          continue;
        }
        const [across, down] = project([x, y]);
        parts.push(`${pen}${across.toFixed(1)},${down.toFixed(1)}`);
        pen = "L";
      }
    }
  }
  return parts.join("");
}

/** @param {number[]} values @returns {[number, number]} */
function ends(values) {
  return [values[0], values[values.length - 1]];
}
