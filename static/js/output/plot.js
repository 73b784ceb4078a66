/** What the two plots of the output share: axes, points to choose from, the ring of the focus. */

import { formatNumber, formatShort } from "../format.js";
import { t } from "../words.js";
import { nearestPoint, pointPath, radiusFor, sideOf } from "./points.js";

/** @typedef {import("../types.js").Examples} Examples */
/** @typedef {import("./points.js").PlotPoint} PlotPoint */

const REACH = 14;

export class Plot {
  /**
   * @param {HTMLElement} container
   * @param {{chooseExample: (example: number) => void}} actions
   */
  constructor(container, { chooseExample }) {
    this.container = container;
    this.margin = { top: 6, right: 10, bottom: 24, left: 34 };
    this.x = d3.scaleLinear();
    this.y = d3.scaleLinear();
    /** @type {PlotPoint[]} */
    this.train = [];
    this.radius = 4;
    this.svg = d3.select(container).append("svg").attr("role", "img");
    this.axes = this.svg.append("g").attr("aria-hidden", "true");
    this.under = this.svg.append("g");
    this.points = this.svg.append("g");
    this.ring = this.svg.append("circle").attr("class", "focus-ring");
    this.hint = this.svg.append("title");
    this.svg.on("click", (/** @type {PointerEvent} */ event) => {
      const found = this.at(event);
      if (found !== null) chooseExample(found);
    });
  }

  /**
   * @param {PointerEvent} event
   * @returns {number | null}
   */
  at(event) {
    const [x, y] = d3.pointer(event, this.svg.node());
    return nearestPoint(this.train, x, y, REACH);
  }

  /**
   * Set the plot's size and scales, and draw its axes.
   *
   * @param {number} width
   * @param {number} height
   * @param {[[number, number], [number, number]]} domain
   * @param {[string, string]} names
   */
  frame(width, height, domain, names) {
    const { top, right, bottom, left } = this.margin;
    this.svg.attr("viewBox", `0 0 ${width} ${height}`);
    this.x.domain(domain[0]).range([left, width - right]);
    this.y.domain(domain[1]).range([height - bottom, top]);
    const ticks = (/** @type {d3.ScaleLinear<number, number>} */ scale) => scale.ticks(4);
    this.axes
      .selectAll("text.x")
      .data(ticks(this.x))
      .join("text")
      .attr("class", "x")
      .attr("text-anchor", "middle")
      .attr("x", this.x)
      .attr("y", height - 8)
      .text((tick) => formatShort(tick));
    this.axes
      .selectAll("text.y")
      .data(ticks(this.y))
      .join("text")
      .attr("class", "y")
      .attr("text-anchor", "end")
      .attr("x", left - 6)
      .attr("y", (tick) => this.y(tick) + 4)
      .text((tick) => formatShort(tick));
    this.axes
      .selectAll("text.name")
      .data([
        { text: names[0], x: width - right, y: height - bottom - 6, anchor: "end" },
        { text: names[1], x: left + 6, y: top + 12, anchor: "start" },
      ])
      .join("text")
      .attr("class", "name")
      .attr("text-anchor", (name) => name.anchor)
      .attr("x", (name) => name.x)
      .attr("y", (name) => name.y)
      .text((name) => name.text);
  }

  /**
   * Draw the examples: a path for each side, tests hollow.
   *
   * @param {Examples} examples
   * @param {number} unit which output's target gives the side
   * @param {(inputs: number[], targets: number[]) => [number, number]} coordinates
   * @param {[number, number]} targetRange
   */
  placeExamples(examples, unit, coordinates, targetRange) {
    const placed = (/** @type {number[][]} */ inputs, /** @type {number[][]} */ targets) =>
      inputs.map((input, i) => {
        const [x, y] = coordinates(input, targets[i]);
        return { x: this.x(x), y: this.y(y), side: sideOf(targets[i][unit], ...targetRange) };
      });
    this.train = placed(examples.inputs, examples.targets);
    const test =
      examples.test_inputs && examples.test_targets
        ? placed(examples.test_inputs, examples.test_targets)
        : [];
    this.radius = radiusFor(this.train.length + test.length);
    const groups = [];
    for (const [points, kind] of /** @type {const} */ ([
      [test, "test"],
      [this.train, "train"],
    ])) {
      for (const side of ["negative", "neutral", "positive"]) {
        groups.push({ kind, side, points: points.filter((point) => point.side === side) });
      }
    }
    this.points
      .selectAll("path")
      .data(groups)
      .join("path")
      .attr("class", (group) => `point ${group.kind} ${group.side}`)
      .attr("d", (group) => pointPath(group.points, this.radius));
  }

  /** @param {number} example */
  ringAround(example) {
    const point = this.train[example];
    this.ring.attr("display", point ? null : "none");
    if (!point) return;
    this.ring
      .attr("cx", point.x)
      .attr("cy", point.y)
      .attr("r", this.radius + 3.5);
  }

  /**
   * Tell the example under the pointer in the browser's own hint.
   *
   * @param {Examples} examples
   */
  hintExamples(examples) {
    this.svg.on("pointermove", (/** @type {PointerEvent} */ event) => {
      const found = this.at(event);
      this.svg.style("cursor", found === null ? "default" : "pointer");
      const list = (/** @type {number[]} */ values) =>
        values.map((value) => formatNumber(value, 2)).join(", ");
      const text =
        found === null
          ? ""
          : t("output.point", {
              example: found + 1,
              x: list(examples.inputs[found]),
              target: list(examples.targets[found]),
            });
      this.hint.text(text);
    });
  }

  destroy() {
    this.svg.remove();
  }
}
