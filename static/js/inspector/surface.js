/** The cost over two weights, as contour lines, with the same trail and the step that comes next. */

import { formatNumber, formatShort } from "../format.js";
import { t } from "../words.js";
import { STAR } from "./star.js";
import { drawTrail, marksOf } from "./trail_marks.js";

/**
 * @typedef {object} Axis
 * @property {string} name
 * @property {string} label
 * @property {number[]} values
 * @property {number} value
 * @property {number} next_value
 *
 * @typedef {object} Landscape the reply of `cost-surface`
 * @property {Axis} x
 * @property {Axis} y
 * @property {(number | null)[][]} costs a row for each value of y; null where they overflow
 * @property {number} cost
 */

const MARGIN = { top: 6, right: 10, bottom: 22, left: 34 };
const LINES = 12;
/** A shorter arrow would lie under the star. */
const SHORTEST_ARROW = 15;

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
    this.areas = this.svg.append("g");
    this.lines = this.svg.append("g");
    this.axis = this.svg.append("g").attr("class", "axis");
    this.window = this.svg.append("clipPath").attr("id", "surface-window").append("rect");
    this.past = this.svg.append("g").attr("clip-path", "url(#surface-window)");
    this.step = this.svg.append("path").attr("class", "next-step");
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
    const side = Math.min(width - MARGIN.left - MARGIN.right, 300);
    const height = side * 0.8 + MARGIN.top + MARGIN.bottom;
    const { x, y } = landscape;
    this.svg.attr("viewBox", `0 0 ${width} ${height}`);
    this.x.domain(ends(x.values)).range([MARGIN.left, MARGIN.left + side]);
    this.y.domain(ends(y.values)).range([height - MARGIN.bottom, MARGIN.top]);
    this.drawLines(landscape, side, height);
    this.drawAxes(landscape, height);
    this.window
      .attr("x", MARGIN.left)
      .attr("y", MARGIN.top)
      .attr("width", side)
      .attr("height", height - MARGIN.top - MARGIN.bottom);
    const [across, up] = this.indices;
    const marks = marksOf(this.trail, ({ parameters }) => [
      this.x(parameters[across]),
      this.y(parameters[up]),
    ]);
    drawTrail(this.past, marks, true);
    const at = [this.x(x.value), this.y(y.value)];
    this.star.attr("transform", `translate(${at[0].toFixed(2)},${at[1].toFixed(2)})`);
    this.step.attr("display", this.foretells ? null : "none");
    this.step.attr("d", arrow(at, [this.x(x.next_value), this.y(y.next_value)]));
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

  /**
   * @param {Landscape} landscape
   * @param {number} side
   * @param {number} height
   */
  drawLines({ costs: told, x, y }, side, height) {
    const [columns, rows] = [x.values.length, y.values.length];
    const costs = capped(told);
    const contours = d3.contours().size([columns, rows]).thresholds(levels(costs, LINES))(
      costs.flat(),
    );
    const scaleX = side / (columns - 1);
    const scaleY = (height - MARGIN.top - MARGIN.bottom) / (rows - 1);
    const bottom = height - MARGIN.bottom;
    // A cost stands in the middle of its cell; the plot goes from the first to the last cost.
    const project = d3.geoTransform({
      point(px, py) {
        const column = Math.max(0, Math.min(columns - 1, px - 0.5));
        const row = Math.max(0, Math.min(rows - 1, py - 0.5));
        this.stream.point(MARGIN.left + column * scaleX, bottom - row * scaleY);
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
          MARGIN.left + (px - 0.5) * scaleX,
          bottom - (py - 0.5) * scaleY,
        ]),
      );
  }

  /**
   * @param {Landscape} landscape
   * @param {number} height
   */
  drawAxes({ x, y }, height) {
    const [left, right] = this.x.range();
    this.axis
      .selectAll("text")
      .data([
        ...this.x.ticks(4).map((tick) => ({
          text: formatShort(tick),
          x: this.x(tick),
          y: height - 6,
          anchor: "middle",
          kind: "tick",
        })),
        ...this.y.ticks(4).map((tick) => ({
          text: formatShort(tick),
          x: left - 6,
          y: this.y(tick) + 4,
          anchor: "end",
          kind: "tick",
        })),
        { text: x.label, x: right - 6, y: height - MARGIN.bottom - 6, anchor: "end", kind: "name" },
        { text: y.label, x: left + 6, y: MARGIN.top + 14, anchor: "start", kind: "name" },
      ])
      .join("text")
      .attr("class", (label) => label.kind)
      .attr("text-anchor", (label) => label.anchor)
      .attr("x", (label) => label.x)
      .attr("y", (label) => label.y)
      .text((label) => label.text);
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

/**
 * An arrow as long as the step, or a mere head beside the star where that would hide it.
 *
 * @param {number[]} from
 * @param {number[]} to
 */
function arrow(from, to) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy);
  if (length === 0) return "";
  const [ux, uy] = [dx / length, dy / length];
  const short = length < SHORTEST_ARROW;
  const reach = short ? SHORTEST_ARROW + 2 : length;
  const tip = point(from[0] + ux * reach, from[1] + uy * reach);
  /** @type {(side: 1 | -1) => string} */
  const barb = (side) => {
    const [along, beside] = [reach - 6, 4 * side];
    return point(from[0] + ux * along + uy * beside, from[1] + uy * along - ux * beside);
  };
  const shaft = short ? "" : `M${point(from[0], from[1])}L${tip}`;
  return `${shaft}M${barb(1)}L${tip}L${barb(-1)}`;
}

/**
 * @param {number} x
 * @param {number} y
 */
function point(x, y) {
  return `${x.toFixed(1)},${y.toFixed(1)}`;
}
