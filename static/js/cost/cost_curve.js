/**
 * The cost curve: train, test and what fit reported, drawn by epoch over all that was recorded, and
 * dimmed beyond where the session stands; other branches behind it. It grows smoothly, and a reader
 * can take single epochs from it with the pointer or the arrow keys.
 */

import { formatCount, formatNumber } from "../format.js";
import { History } from "../history.js";
import { t } from "../words.js";
import { textZoom } from "../zoom.js";
import { drawRows } from "./axes.js";
import { Ghosts, ghostCurves, inPixels, reach, together } from "./ghosts.js";
import { besideDot } from "./lettering.js";
import { CurveReading } from "./reading.js";
import { Scrubber } from "./scrubber.js";
import { extent, nearest, range, thinned, upTo } from "./series.js";

/** @typedef {import("../model.js").Model} Model */
/** @typedef {import("./series.js").Point} Point */
/** @typedef {{fit: Point[], train: Point[], test: Point[]}} Curves */
/** @typedef {import("../types.js").Mark} Mark */

const HEIGHT = 176;
const MARGIN = { top: 14, right: 12, bottom: 4, left: 46 };
const PARTS = /** @type {const} */ (["fit", "test", "train"]);
const LEAST_EPOCHS = 10;
/** Share of the way to the newest epoch that the curve covers in one display frame. */
const PACE = 0.22;

export class CostCurve {
  /**
   * @param {HTMLElement} container
   * @param {HTMLElement} way where the scrubber goes
   * @param {{reducedMotion: () => boolean, go: ((epoch: number) => void) | null}} options go: to an
   * epoch of what was recorded, Infinity for its end; null where one only watches
   */
  constructor(container, way, { reducedMotion, go }) {
    this.container = container;
    this.reducedMotion = reducedMotion;
    this.goes = go !== null;
    this.metric = "loss";
    this.logarithmic = false;
    /** @type {Curves} */
    this.curves = { fit: [], train: [], test: [] };
    /** @type {import("./ghosts.js").GhostCurve[]} */
    this.behind = [];
    /** What is on the screen while it moves to the newest: the epoch, ends of both axes. */
    this.shown = { epoch: 0, right: LEAST_EPOCHS, low: 0, high: 1 };
    /** The last epoch that was ever on the screen. */
    this.revealed = 0;
    this.histories = -1;
    this.moving = false;
    this.width = 0;
    this.zoom = 1;
    container.replaceChildren();
    this.svg = d3.select(container).append("svg").attr("role", "img").attr("tabindex", 0);
    this.svg.attr("id", "cost-curve").classed("goes", this.goes);
    this.grid = this.svg.append("g").attr("aria-hidden", "true");
    this.ghosts = new Ghosts(this.svg);
    this.ahead = {
      fit: this.svg.append("path").attr("class", "curve fit ahead"),
      test: this.svg.append("path").attr("class", "curve test ahead"),
      train: this.svg.append("path").attr("class", "curve train ahead"),
    };
    this.plumb = this.svg.append("line").attr("class", "plumb");
    this.lines = {
      fit: this.svg.append("path").attr("class", "curve fit"),
      test: this.svg.append("path").attr("class", "curve test"),
      train: this.svg.append("path").attr("class", "curve train"),
    };
    this.ends = {
      test: this.svg.append("circle").attr("class", "end test").attr("r", 3.5),
      train: this.svg.append("circle").attr("class", "end train").attr("r", 4.5),
    };
    this.ghosts.labels.raise();
    /**
     * The training curve as it is drawn, which no label should lie on.
     *
     * @type {import("./lettering.js").Line[]}
     */
    this.drawn = [];
    /** Where the present cost is written. */
    this.label = { left: 0, right: 0, top: 0, bottom: 0, base: 0, side: 0 };
    this.endLabel = this.svg.append("text").attr("class", "end-label").attr("text-anchor", "end");
    this.x = d3.scaleLinear();
    /** @type {d3.ScaleLinear<number, number> | d3.ScaleLogarithmic<number, number>} */
    this.y = d3.scaleLinear();
    this.history = new History();
    /** @type {Point | null} where the session stands */
    this.present = null;
    /** @type {number | null} the epoch that one is going to */
    this.aimed = null;
    /** How far what was recorded reaches, in epochs with a fraction. */
    this.recorded = 0;
    /** @type {Mark[]} */
    this.marks = [];
    this.end = { epoch: 0, right: LEAST_EPOCHS, low: 0, high: 1 };
    this.scrubber = new Scrubber(way, go);
    this.reading = new CurveReading(this, go);
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
    if (began) {
      this.present = null;
      this.revealed = 0;
    }
    this.behind = ghostCurves(model.ghosts, this.metric);
    this.trace();
    this.describe();
    const section = this.container.parentElement;
    section?.toggleAttribute("data-test", this.curves.test.length > 0);
    section?.toggleAttribute("data-fit", this.curves.fit.length > 0);
    if (began || this.reducedMotion()) this.arrive();
    else this.move();
  }

  /**
   * A frame has come, and tells where the session stands.
   *
   * @param {Model} model
   */
  follow({ frame, structure }) {
    const value = frame?.metrics.train[this.metric];
    if (!frame || !structure || value === undefined) return;
    const batches = Math.ceil(structure.examples.count / structure.spec.batch_size);
    const epoch = frame.position.epoch + frame.position.batch / batches;
    const { recorded, marks } = frame;
    const same = this.present?.epoch === epoch && this.present.value === value;
    const longer = this.recorded !== recorded.end || this.marks.length !== marks.length;
    if (same && !longer) return;
    this.present = { epoch, value };
    this.recorded = recorded.end;
    this.marks = marks;
    const section = this.container.parentElement;
    section?.setAttribute("data-marks", marks.map(({ kind }) => kind).join(" "));
    if (this.history.length === 0) return;
    this.settle();
  }

  /** @param {Model} model whose ghosts are others now */
  compare(model) {
    this.behind = ghostCurves(model.ghosts, this.metric);
    if (this.history.length > 0) this.settle();
  }

  /** @param {number | null} epoch where one is going, Infinity for the end; null: one is there */
  aim(epoch) {
    this.aimed = epoch;
    if (this.history.length === 0) return;
    this.trace();
    this.describe();
    this.arrive();
  }

  settle() {
    this.trace();
    this.describe();
    if (this.reducedMotion() || this.aimed !== null) this.arrive();
    else this.move();
  }

  /**
   * Where the session stands, or is going to be in a moment.
   *
   * @returns {Point}
   */
  here() {
    const { history, aimed, present } = this;
    if (aimed === null && present) return present;
    const epoch = Math.min(aimed ?? history.last, Math.max(this.recorded, history.last));
    const value = history.column("train", this.metric)[nearest(history.epochs, epoch)];
    return { epoch, value };
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
    const [low, high] = range(together(extent(measured), this.behind), this.logarithmic);
    const right = Math.max(LEAST_EPOCHS, last, present[0]?.epoch ?? 0, reach(this.behind));
    this.end = { epoch: this.here().epoch, right, low, high };
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

  /** One display frame of the way to where the session stands. */
  step() {
    this.moving = false;
    const { end, shown } = this;
    const left = Math.max(Math.abs(end.epoch - shown.epoch), Math.abs(end.right - shown.right));
    if (left / Math.max(1, end.right) < 0.002) {
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
    this.revealed = Math.max(this.revealed, this.history.last, shown.epoch);
    drawRows(this.grid, this);
    const line = d3
      .line(
        (/** @type {Point} */ point) => this.x(point.epoch),
        (point) => this.y(point.value),
      )
      .defined((point) => !this.logarithmic || point.value > 0);
    /** @param {Point[]} points */
    const path = (points) =>
      this.comparable(points)
        .map((run) => line(run))
        .join("");
    const here = this.here();
    const arrived = shown.epoch === here.epoch;
    const behind = here.epoch < this.history.last;
    for (const part of PARTS) {
      const curve = this.curves[part];
      const points = upTo(curve, shown.epoch);
      if (part === "train") {
        if (arrived && points !== curve) points[points.length - 1] = here;
        this.drawn = this.comparable(points).map((run) => inPixels(run, this.x, this.y));
      }
      this.lines[part].attr("d", path(points));
      this.ahead[part].attr("d", behind ? path(upTo(curve, this.revealed)) : null);
      if (part !== "fit") this.drawEnd(part, points[points.length - 1]);
    }
    this.drawPlumb(behind);
    const { x, y } = this;
    this.ghosts.draw(this.behind, {
      x,
      y,
      room: this.room(),
      taken: this.taken(),
      lines: this.drawn,
    });
    this.scrubber.draw({
      x,
      width,
      zoom: this.zoom,
      shown: shown.epoch,
      here,
      end: Math.max(this.recorded, this.history.last),
      marks: this.marks,
      quantity: this.quantityName(),
    });
    this.reading.draw();
  }

  /** Inside the axes. */
  room() {
    const [left, right] = this.x.range();
    return { left, right, top: MARGIN.top, bottom: HEIGHT - MARGIN.bottom };
  }

  /** Where the present cost is written, and the dots. */
  taken() {
    const dots = [this.ends.train, this.ends.test].map((dot) => {
      const [x, y] = [Number(dot.attr("cx")), Number(dot.attr("cy"))];
      return { left: x - 6, right: x + 6, top: y - 6, bottom: y + 6 };
    });
    const { left, right, top, bottom } = this.label;
    return [{ left: left - 4, right: right + 4, top, bottom: bottom + 1 }, ...dots];
  }

  /**
   * From the present point down to the way through the epochs.
   *
   * @param {boolean} behind the end of what was recorded
   */
  drawPlumb(behind) {
    const dot = this.ends.train;
    this.plumb.attr("display", behind ? null : "none");
    if (!behind) return;
    const x = dot.attr("cx");
    this.plumb.attr("x1", x).attr("x2", x).attr("y1", dot.attr("cy")).attr("y2", HEIGHT);
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
    const room = { ...this.room(), top: 0, bottom: HEIGHT };
    this.label = besideDot(x, y, room, this.drawn, this.label.side);
    this.endLabel.attr("x", this.label.right).attr("y", this.label.base);
    this.endLabel.text(formatNumber(this.here().value));
  }

  /** Says in the drawing's accessible name what a look at it would tell. */
  describe() {
    const { history } = this;
    const here = this.here();
    const count = Math.floor(here.epoch);
    const at = history.length > 0 ? nearest(history.epochs, count) : 0;
    const test = history.column("test", this.metric)[at];
    const words = {
      quantity: this.quantityName(),
      count,
      train: formatNumber(here.value),
      test: formatNumber(test),
      last: formatCount(history.last),
    };
    const known = Number.isFinite(test);
    const key = count === 0 ? "cost.none" : known ? "cost.nameWithTest" : "cost.name";
    const said = [t(key, words), t(this.goes ? "cost.hintToGo" : "cost.hint")];
    if (here.epoch < history.last) said.splice(1, 0, t("cost.ahead", words));
    this.svg.attr("aria-label", said.join(" "));
  }

  quantityName() {
    return this.metric === "loss" ? t("cost.loss") : this.metric;
  }
}
