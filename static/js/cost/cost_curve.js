/**
 * The cost curve: train, test and what fit reported, drawn by epoch. It grows smoothly, and a
 * reader can take single epochs from it with the pointer or the arrow keys.
 */

import { formatCount, formatNumber, formatShort } from "../format.js";
import { History } from "../history.js";
import { t } from "../words.js";
import { textZoom } from "../zoom.js";
import { decades } from "./decades.js";
import { CurveReading } from "./reading.js";
import { extent, range, thinned, upTo } from "./series.js";

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
    this.zoom = 1;
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
    this.history = new History();
    /** @type {Point | null} where the training stands between two epochs, or after an edit */
    this.present = null;
    this.end = { epoch: 0, right: LEAST_EPOCHS, low: 0, high: 1 };
    this.reading = new CurveReading(this);
    this.resizes = new ResizeObserver(() => {
      this.zoom = textZoom();
      this.width = container.clientWidth / this.zoom;
      this.trace();
      this.draw();
    });
    this.resizes.observe(container);
  }

  /**
   * The history has grown, or another quantity is to be drawn.
   *
   * @param {Model} model
   */
  update(model) {
    this.history = model.history;
    if (this.history.length === 0) return;
    const began = this.histories !== model.histories;
    this.histories = model.histories;
    if (began) this.present = null;
    this.trace();
    this.describe();
    const section = this.container.parentElement;
    section?.toggleAttribute("data-test", this.curves.test.length > 0);
    section?.toggleAttribute("data-fit", this.curves.fit.length > 0);
    if (began || this.reducedMotion()) this.arrive();
    else this.move();
  }

  /**
   * A frame has come: the cost within an epoch, or of edited weights, is not in the history.
   *
   * @param {Model} model
   */
  follow({ frame, structure }) {
    const value = frame?.metrics.train[this.metric];
    if (!frame || !structure || value === undefined) return;
    const batches = Math.ceil(structure.examples.count / structure.spec.batch_size);
    const epoch = frame.position.epoch + frame.position.batch / batches;
    if (this.present?.epoch === epoch && this.present.value === value) return;
    this.present = { epoch, value };
    if (this.history.length === 0) return;
    this.trace();
    this.describe();
    if (this.reducedMotion()) this.arrive();
    else this.move();
  }

  /** @param {{metric?: string, logarithmic?: boolean}} choice */
  choose(choice) {
    Object.assign(this, choice);
    this.present = null;
  }

  /** Makes the points of the curves, as many as there is room for, and finds where they end. */
  trace() {
    const { history, metric, width } = this;
    const room = Math.max(1, Math.floor(width - MARGIN.left - MARGIN.right));
    const columns = {
      fit: history.column("fit", metric),
      train: history.column("train", metric),
      test: history.column("test", metric),
    };
    const last = history.last;
    this.curves = {
      fit: thinned(history.epochs, columns.fit, room),
      train: thinned(history.epochs, columns.train, room),
      test: thinned(history.epochs, columns.test, room),
    };
    const present = this.present && this.present.epoch >= last ? [this.present] : [];
    this.curves.train.push(...present);
    const measured = [columns.train, columns.test, present.map(({ value }) => value)];
    if (!this.logarithmic) measured.push(columns.fit);
    const [low, high] = range(extent(measured), this.logarithmic);
    const epoch = present[0]?.epoch ?? last;
    this.end = { epoch, right: Math.max(LEAST_EPOCHS, epoch), low, high };
  }

  arrive() {
    this.shown = { ...this.end };
    this.draw();
  }

  move() {
    if (this.moving) return;
    this.moving = true;
    requestAnimationFrame(() => this.step());
  }

  /** One display frame of the way to the newest epoch. */
  step() {
    this.moving = false;
    const { end, shown } = this;
    if (Math.abs(end.epoch - shown.epoch) / Math.max(1, end.right) < 0.002) {
      this.arrive();
      return;
    }
    for (const key of /** @type {const} */ (["epoch", "right"])) {
      shown[key] += PACE * (end[key] - shown[key]);
    }
    shown.low = end.low;
    shown.high = end.high;
    this.draw();
    this.move();
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
    for (const part of /** @type {const} */ (["fit", "test", "train"])) {
      const points = upTo(this.curves[part], shown.epoch);
      this.lines[part].attr(
        "d",
        this.comparable(points)
          .map((run) => line(run))
          .join(""),
      );
      if (part !== "fit") this.drawEnd(part, points[points.length - 1]);
    }
    this.reading.draw();
  }

  /**
   * Runs of points that can be compared: costs of two losses are not joined by a line.
   *
   * @param {Point[]} points
   */
  comparable(points) {
    const since = this.metric === "loss" ? this.history.lossSince : 0;
    const { present } = this;
    const before = points.filter((point) => point.epoch <= since && point !== present);
    const after = points.filter((point) => point.epoch > since || point === present);
    return (since > 0 ? [before, after] : [points]).filter(({ length }) => length > 1);
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
      .text((epoch) => formatCount(epoch));
  }

  /** Says in the drawing's accessible name what a look at it would tell. */
  describe() {
    const { train, test } = this.curves;
    const end = { train: train[train.length - 1], test: test[test.length - 1] };
    const count = this.history.last;
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
