/**
 * The cost curve: train, test and what fit reported, drawn by epoch. It grows smoothly, and a
 * reader can take single epochs from it with the pointer or the arrow keys.
 */

import { formatNumber, formatShort } from "../format.js";
import { t } from "../words.js";
import { CurveReading } from "./reading.js";
import { range, series, thinned, upTo } from "./series.js";

/** @typedef {import("../model.js").Model} Model */
/** @typedef {import("./series.js").Point} Point */
/** @typedef {{fit: Point[], train: Point[], test: Point[]}} Curves */

const HEIGHT = 190;
const MARGIN = { top: 14, right: 10, bottom: 24, left: 46 };
const LEAST_EPOCHS = 10;
/** Share of the way to the newest epoch that the curve covers in one display frame. */
const PACE = 0.22;

export class CostCurve {
  /**
   * @param {HTMLElement} container
   * @param {{reducedMotion: () => boolean}} options
   */
  constructor(container, { reducedMotion }) {
    this.container = container;
    this.reducedMotion = reducedMotion;
    this.metric = "loss";
    this.logarithmic = false;
    /** @type {Curves} */
    this.curves = { fit: [], train: [], test: [] };
    /** What is on the screen while it moves to the newest: last epoch, ends of both axes. */
    this.shown = { epoch: 0, right: LEAST_EPOCHS, low: 0, high: 1 };
    this.histories = -1;
    this.moving = false;
    this.width = 0;
    container.replaceChildren();
    this.svg = d3.select(container).append("svg").attr("role", "img").attr("tabindex", 0);
    this.svg.attr("id", "cost-curve");
    this.grid = this.svg.append("g").attr("aria-hidden", "true");
    this.lines = {
      fit: this.svg.append("path").attr("class", "curve fit"),
      test: this.svg.append("path").attr("class", "curve test"),
      train: this.svg.append("path").attr("class", "curve train"),
    };
    this.ends = {
      test: this.svg.append("circle").attr("class", "end test").attr("r", 3.5),
      train: this.svg.append("circle").attr("class", "end train").attr("r", 4.5),
    };
    this.endLabel = this.svg.append("text").attr("class", "end-label").attr("text-anchor", "end");
    this.x = d3.scaleLinear();
    /** @type {d3.ScaleLinear<number, number> | d3.ScaleLogarithmic<number, number>} */
    this.y = d3.scaleLinear();
    this.reading = new CurveReading(this);
    /** @type {import("../types.js").HistoryEntry[]} */
    this.history = [];
    this.resizes = new ResizeObserver(() => {
      this.width = container.clientWidth;
      this.draw();
    });
    this.resizes.observe(container);
  }

  /** @param {Model} model */
  update(model) {
    this.history = model.history;
    if (this.history.length === 0) return;
    this.curves = {
      fit: series(this.history, "fit", this.metric),
      train: series(this.history, "train", this.metric),
      test: series(this.history, "test", this.metric),
    };
    this.describe();
    const section = this.container.parentElement;
    section?.toggleAttribute("data-test", this.curves.test.length > 0);
    section?.toggleAttribute("data-fit", this.curves.fit.length > 0);
    const began = this.histories !== model.histories;
    this.histories = model.histories;
    if (began || this.reducedMotion()) this.arrive();
    else this.move();
  }

  /** @param {{metric?: string, logarithmic?: boolean}} choice */
  choose(choice) {
    Object.assign(this, choice);
  }

  /** Where the drawing is to end up. */
  target() {
    const epoch = this.history[this.history.length - 1]?.epoch ?? 0;
    const { fit, train, test } = this.curves;
    const values = [...train, ...test, ...(this.logarithmic ? [] : fit)].map(({ value }) => value);
    const [low, high] = range(values, this.logarithmic);
    return { epoch, right: Math.max(LEAST_EPOCHS, epoch), low, high };
  }

  arrive() {
    this.shown = this.target();
    this.draw();
  }

  move() {
    if (this.moving) return;
    this.moving = true;
    const step = () => {
      const target = this.target();
      const left = Math.abs(target.epoch - this.shown.epoch) / Math.max(1, target.right);
      if (left < 0.002) {
        this.moving = false;
        this.arrive();
        return;
      }
      for (const key of /** @type {const} */ (["epoch", "right"])) {
        this.shown[key] += PACE * (target[key] - this.shown[key]);
      }
      this.shown.low = target.low;
      this.shown.high = target.high;
      this.draw();
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  draw() {
    if (this.width === 0) return;
    const { width, shown } = this;
    this.svg.attr("viewBox", `0 0 ${width} ${HEIGHT}`);
    this.x.domain([0, shown.right]).range([MARGIN.left, width - MARGIN.right]);
    this.y = (this.logarithmic ? d3.scaleLog() : d3.scaleLinear())
      .domain([shown.low, shown.high])
      .range([HEIGHT - MARGIN.bottom, MARGIN.top])
      .clamp(true);
    this.drawGrid();
    const line = d3
      .line(
        (/** @type {Point} */ point) => this.x(point.epoch),
        (point) => this.y(point.value),
      )
      .defined((point) => !this.logarithmic || point.value > 0);
    const columns = width - MARGIN.left - MARGIN.right;
    for (const part of /** @type {const} */ (["fit", "test", "train"])) {
      const points = upTo(thinned(this.curves[part], columns), shown.epoch);
      this.lines[part].attr("d", points.length > 1 ? line(points) : null);
      if (part !== "fit") this.drawEnd(part, points[points.length - 1]);
    }
    this.reading.draw();
  }

  /**
   * @param {"train" | "test"} part
   * @param {Point | undefined} end
   */
  drawEnd(part, end) {
    const dot = this.ends[part];
    dot.attr("display", end ? null : "none");
    if (part === "train") this.endLabel.attr("display", end ? null : "none");
    if (!end) return;
    const x = this.x(end.epoch);
    const y = this.y(end.value);
    dot.attr("cx", x).attr("cy", y);
    if (part === "test") return;
    const last = this.curves.train[this.curves.train.length - 1];
    const above = y > MARGIN.top + 16;
    this.endLabel
      .attr("x", Math.max(x + 4, MARGIN.left + 42))
      .attr("y", above ? y - 10 : y + 20)
      .text(formatNumber(last.value));
  }

  drawGrid() {
    const { width } = this;
    const ticks = this.logarithmic ? decades(this.y.domain()) : this.y.ticks(4);
    const rows = this.grid.selectAll("g.row").data(ticks).join("g").attr("class", "row");
    rows
      .selectAll("line")
      .data((tick) => [tick])
      .join("line")
      .attr("class", "grid")
      .attr("x1", MARGIN.left)
      .attr("x2", width - MARGIN.right)
      .attr("y1", (tick) => this.y(Number(tick)))
      .attr("y2", (tick) => this.y(Number(tick)));
    rows
      .selectAll("text")
      .data((tick) => [tick])
      .join("text")
      .attr("x", 0)
      .attr("y", (tick) => this.y(Number(tick)) + 4)
      .text((tick) => formatShort(Number(tick), 6));
    const epochs = this.x.ticks(Math.min(5, width / 70)).filter(Number.isInteger);
    this.grid
      .selectAll("text.epoch")
      .data(epochs)
      .join("text")
      .attr("class", "epoch")
      .attr("text-anchor", (epoch) => (epoch === 0 ? "start" : "middle"))
      .attr("x", (epoch) => this.x(epoch))
      .attr("y", HEIGHT - 6)
      .text((epoch) => formatShort(epoch, 0));
  }

  /** Says in the drawing's accessible name what a look at it would tell. */
  describe() {
    const { train, test } = this.curves;
    const end = { train: train[train.length - 1], test: test[test.length - 1] };
    const count = this.history[this.history.length - 1].epoch;
    const words = {
      quantity: this.quantityName(),
      count,
      train: formatNumber(end.train?.value),
      test: formatNumber(end.test?.value),
    };
    const key = count === 0 ? "cost.none" : end.test ? "cost.nameWithTest" : "cost.name";
    this.svg.attr("aria-label", `${t(key, words)} ${t("cost.hint")}`);
  }

  quantityName() {
    return this.metric === "loss" ? t("cost.loss") : this.metric;
  }
}

/**
 * Powers of ten in a range, thinned to a handful; the range's own ends where it spans none.
 *
 * @param {number[]} domain
 */
function decades([low, high]) {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  if (last - first < 1) return d3.scaleLinear().domain([low, high]).ticks(4);
  const step = Math.max(1, Math.ceil((last - first) / 4));
  return d3.range(first, last + 1, step).map((exponent) => 10 ** exponent);
}
