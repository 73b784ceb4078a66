/**
 * Gradient descent, as a picture: the cost along one weight, a star at its present value, the
 * tangent there, the step that comes next, and where it has been. In two views: the valley, and a
 * close-up of the last steps.
 */

import { formatNumber, formatPrecise } from "../format.js";
import { t } from "../words.js";
import { isShort } from "./arrow.js";
import { drawAxes, stepTexts, tickTexts } from "./axis.js";
import { Camera } from "./camera.js";
import {
  closeUpRange,
  costAt,
  HIGHEST,
  keptCosts,
  merged,
  slopeAt,
  tangent,
  valleyRange,
} from "./descent_range.js";
import { Lettering } from "./lettering.js";
import { inReach } from "./placing.js";
import { dragStar, STAR } from "./star.js";
import { StepMark } from "./step_mark.js";
import { drawTrail, marksOf, valuesOf } from "./trail_marks.js";

/**
 * @typedef {import("./descent_range.js").Range} Range
 * @typedef {import("./placing.js").Point} Point
 *
 * @typedef {object} Curve the reply of `cost-curve`
 * @property {"batch" | "train"} over
 * @property {number} examples how many they are
 * @property {number[]} values
 * @property {(number | null)[]} costs null where they overflow
 * @property {[number, number]} usual_range one that shows the valley
 * @property {number} value
 * @property {number} cost null, and so the next ones, where it overflows: see `undrawable`
 * @property {number} slope
 * @property {number} gradient
 * @property {number | null} penalty its slope, null where there is none
 * @property {number} next_value
 *
 * @typedef {"valley" | "close-up"} View
 *
 * @typedef {object} About
 * @property {string} label
 * @property {number} index in the flat vector
 * @property {import("./trail.js").Place[]} trail
 * @property {number} count how many training examples there are
 * @property {boolean} comparable whether the trail's costs are of the same examples
 */

const TOP = 22;
const BOTTOM = 26;
const RIGHT = 10;
/** Of a tangent, to either side. */
const REACH = 62;

export class Descent {
  /**
   * @param {HTMLElement} container
   * @param {{edit: ((value: number) => void) | null, still: () => boolean}} actions
   * edit: null where one only watches
   */
  constructor(container, { edit, still }) {
    this.container = container;
    this.x = d3.scaleLinear();
    this.y = d3.scaleLinear();
    /** @type {Curve | null} the newest */
    this.curve = null;
    /** @type {import("./descent_range.js").Line | null} */
    this.line = null;
    /** @type {import("./descent_range.js").Line | null} along the whole of the valley */
    this.wide = null;
    /** @type {View} */
    this.view = "valley";
    /** @type {Record<View, Range | null>} the ranges of values in view */
    this.ranges = { valley: null, "close-up": null };
    /** @type {Range | null} the range of costs in view */
    this.up = null;
    /** @type {About} */
    this.about = { label: "", index: -1, trail: [], count: 0, comparable: true };
    this.foretells = true;
    /** @type {number | null} where the star is held */
    this.held = null;
    this.width = 0;
    this.height = 0;
    this.camera = new Camera(() => this.draw(), still);
    this.svg = d3.select(container).append("svg").attr("class", "descent").attr("role", "group");
    this.window = this.svg.append("clipPath").attr("id", "descent-window").append("rect");
    this.axis = this.svg.append("g").attr("class", "axis").attr("aria-hidden", "true");
    const inside = this.svg.append("g").attr("clip-path", "url(#descent-window)");
    this.past = inside.append("g").attr("class", "past").attr("aria-hidden", "true");
    this.path = inside.append("path").attr("class", "landscape");
    this.slope = this.svg.append("line").attr("class", "tangent");
    this.step = new StepMark(this.svg);
    this.lettering = new Lettering(this.svg, container);
    this.star = this.svg.append("g").attr("class", "star");
    this.movable = edit !== null;
    this.star.append("circle").attr("r", 20).attr("class", "star-reach");
    this.star.append("path").attr("d", STAR);
    if (edit) dragStar(this, edit);
    else this.star.attr("role", "img").classed("fixed", true);
    new ResizeObserver(() => {
      this.width = container.clientWidth;
      this.height = Math.round(Math.max(230, Math.min(300, 0.78 * this.width)));
      this.draw();
    }).observe(container);
  }

  /** Another weight, or no curve to be drawn: nothing of the former view is kept. */
  begin() {
    this.curve = null;
    this.line = null;
    this.wide = null;
    this.ranges = { valley: null, "close-up": null };
    this.up = null;
    this.held = null;
    this.camera.forget();
    this.draw();
  }

  /** @param {View} view */
  look(view) {
    this.view = view;
    this.up = null;
    this.aim();
  }

  /**
   * Looks at a new curve: where the views should lie now.
   *
   * @param {Curve} curve
   * @param {About} about
   */
  survey(curve, about) {
    this.about = about;
    if (this.star.classed("held")) return;
    const past = valuesOf(about);
    const stand = { value: curve.value, next: curve.next_value, past };
    const { valley, "close-up": close } = this.ranges;
    this.ranges = {
      valley: valleyRange(valley, curve.usual_range, stand),
      "close-up": closeUpRange(close, curve.usual_range, stand),
    };
  }

  /**
   * @param {Curve} valley along the whole of the valley
   * @param {Curve | null} close along the close-up, where that is in view
   */
  update(valley, close) {
    const wide = lineOf(valley);
    this.wide = wide;
    this.curve = close ?? valley;
    const same = close && close.value === valley.value && close.cost === valley.cost;
    this.line = close ? (same ? merged(wide, lineOf(close)) : lineOf(close)) : wide;
    this.aim();
  }

  /** Turns to what the view should show now. */
  aim() {
    const { curve, line } = this;
    const across = this.ranges[this.view];
    if (!curve || !line || !across) return;
    const [low, high] = across;
    const inside = line.costs.filter((_, at) => line.values[at] >= low && line.values[at] <= high);
    inside.push(costAt(line, low), costAt(line, high), curve.cost);
    const { trail, index, comparable } = this.about;
    const others = comparable
      ? trail
          .slice(-8)
          .filter(({ parameters }) => parameters[index] >= low && parameters[index] <= high)
          .map(({ cost }) => cost)
      : [];
    this.up = keptCosts(this.up, inside, others);
    this.camera.turn(across, this.up, { value: this.held ?? curve.value, cost: curve.cost });
    this.draw();
  }

  /** @param {boolean} foretells whether slope and next step may be seen */
  foretell(foretells) {
    if (this.foretells === foretells) return;
    this.foretells = foretells;
    this.draw();
  }

  draw() {
    const { curve, line, width, height } = this;
    const { across, up } = this.camera;
    // It keeps its place, so that nothing jumps.
    this.svg.attr("visibility", curve ? null : "hidden");
    if (!curve || !line || !across || !up || width === 0) return;
    this.svg.attr("viewBox", `0 0 ${width} ${height}`);
    this.y.domain(up).range([height - BOTTOM, TOP]);
    const ticks = this.y.ticks(Math.max(2, Math.round(height / 64)));
    const texts = tickTexts(ticks);
    const left = Math.ceil(Math.max(...texts.map((text) => this.lettering.widthOf(text)))) + 8;
    this.x.domain(across).range([left, width - RIGHT]);
    this.window
      .attr("x", left)
      .attr("y", TOP)
      .attr("width", Math.max(0, width - RIGHT - left))
      .attr("height", height - BOTTOM - TOP);
    drawAxes(this.axis, {
      x: this.x,
      ups: ticks.map((tick, at) => ({ y: this.y(tick), text: texts[at] })),
      box: { left, right: width - RIGHT, bottom: height - BOTTOM, width, height },
      titles: { up: this.whose(), across: this.about.label },
      widthOf: (text) => this.lettering.widthOf(text),
    });
    /** @type {(cost: number) => number} */
    const down = (cost) => Math.max(-height, Math.min(2 * height, this.y(cost)));
    const points = line.values.map((value, at) => {
      const cost = line.costs[at];
      return /** @type {Point} */ ([
        inReach(this.x(value)),
        Number.isFinite(cost) ? down(cost) : Number.NaN,
      ]);
    });
    this.path.attr("d", d3.line().defined(([, y]) => Number.isFinite(y))(points));
    const dots = this.drawPast();
    const { point, slope } = this.standing(curve, line, up);
    const star = /** @type {Point} */ ([inReach(this.x(point.value)), inReach(this.y(point.cost))]);
    const ends = this.drawTangent(point, slope);
    const { next } = this;
    const step =
      next === null
        ? null
        : { from: star, to: [this.x(next), this.y(costAt(line, next))], way: next - curve.value };
    const bounds = { left, right: width - RIGHT, top: TOP, bottom: height - BOTTOM };
    const taken = this.step.draw(
      /** @type {import("./step_mark.js").Step | null} */ (step),
      bounds,
    );
    this.drawStar(point, slope, star);
    this.drawWords(bounds, { points, dots, star, ends, taken, slope });
  }

  /**
   * The point where the star stands, and the slope there. One that is held where the cost overflows
   * is at the top.
   *
   * @param {Curve} curve
   * @param {import("./descent_range.js").Line} line
   * @param {Range} up
   */
  standing({ value, cost, slope }, line, up) {
    const { held } = this;
    if (held === null) return { point: { value, cost }, slope };
    const [there, steep] = [costAt(line, held), slopeAt(line, held)];
    return {
      point: { value: held, cost: Number.isFinite(there) ? there : up[1] },
      slope: Number.isFinite(steep) ? steep : 0,
    };
  }

  /**
   * Costs of other examples than the picture's say nothing in it: then the dots lie on the axis.
   *
   * @returns {Point[]} the dots in view
   */
  drawPast() {
    const { height, held } = this;
    const { trail, index, comparable } = this.about;
    const base = height - BOTTOM;
    const marks = marksOf(trail, ({ parameters, cost }) => [
      inReach(this.x(parameters[index])),
      comparable ? Math.max(-4 * height, Math.min(5 * height, this.y(cost))) : base,
    ]);
    const dots = drawTrail(this.past, marks, comparable && held === null);
    const [left, right] = this.x.range();
    return dots.filter(([x, y]) => x >= left && x <= right && y >= TOP && y <= base);
  }

  /** Whose cost it is. */
  whose() {
    const { curve, about } = this;
    if (!curve) return "";
    const kind = curve.examples === about.count ? "train" : curve.over;
    const more = curve.penalty === null ? "" : t("descent.penalised");
    return t(`descent.over.${kind}`, { count: curve.examples }) + more;
  }

  /**
   * @param {{value: number, cost: number}} point
   * @param {number} slope
   * @returns {Point[]} its ends, none where it is not to be seen
   */
  drawTangent(point, slope) {
    const across = /** @type {Range} */ (this.camera.across);
    const up = /** @type {Range} */ (this.camera.up);
    this.slope.attr("display", this.foretells ? null : "none");
    if (!this.foretells) return [];
    const [perValue, perCost] = [perUnit(this.x), perUnit(this.y)];
    const ends = tangent(point, slope, across, up, REACH, perValue, perCost).map(
      ([value, cost]) => /** @type {Point} */ ([this.x(value), this.y(cost)]),
    );
    this.slope
      .attr("data-sign", Math.sign(slope))
      .attr("x1", ends[0][0])
      .attr("y1", ends[0][1])
      .attr("x2", ends[1][0])
      .attr("y2", ends[1][1]);
    return ends;
  }

  /** The next step, where there is one that may be seen: not while the star is held. */
  get next() {
    const { curve, foretells, held } = this;
    const shown = curve && foretells && held === null && curve.next_value !== curve.value;
    return shown ? curve.next_value : null;
  }

  /** Whether the step is too short for its arrow to be seen in this view. */
  get short() {
    const { curve, next } = this;
    return curve !== null && next !== null && isShort([this.x(curve.value), 0], [this.x(next), 0]);
  }

  /**
   * @param {import("./placing.js").Bounds} bounds
   * @param {{points: Point[], dots: Point[], star: Point, ends: Point[], taken: Point[][],
   *   slope: number}} drawn taken: the lines of the next step, its arrow first
   */
  drawWords(bounds, { points, dots, star, ends, taken, slope }) {
    const { curve, lettering, next } = this;
    lettering.begin(bounds);
    const { room } = lettering;
    const seen = points.filter(([x]) => x >= bounds.left - 9 && x <= bounds.right + 9);
    room.takeLine(seen, 5);
    room.takeLine(dots, 3);
    room.takeLine(ends, 4);
    room.takeBox({ x: star[0] - 12, y: star[1] - 12, width: 24, height: 24 });
    for (const line of taken) room.takeLine(line, 5);
    const change = curve && next !== null ? next - curve.value : 0;
    const step = stepTexts(curve?.value ?? 0, change);
    const [arrow = [star, star]] = taken;
    lettering.say(
      "step-text",
      change === 0 ? [] : [t("descent.next", { value: step.after }), step.change],
      along(arrow[0], arrow[1], 0.5),
      Math.sign(change),
    );
    lettering.say(
      "slope-text",
      this.foretells ? [t("descent.slope", { slope: formatPrecise(slope) })] : [],
      ends.length > 0 ? [...along(star, ends[0], 0.4), ...along(star, ends[1], 0.4)] : [star],
      Math.sign(slope),
    );
  }

  /**
   * @param {{value: number, cost: number}} point
   * @param {number} slope
   * @param {Point} at
   */
  drawStar({ value, cost }, slope, [x, y]) {
    const { curve, foretells } = this;
    const { label } = this.about;
    const [low, high] = this.x.domain();
    const place = t(foretells ? "descent.place" : "descent.placeOnly", {
      label,
      value: formatNumber(value),
      cost: formatNumber(cost),
      slope: formatPrecise(slope),
      next: curve ? stepTexts(curve.value, curve.next_value - curve.value).after : "",
    });
    this.star
      .attr("transform", `translate(${x.toFixed(2)},${y.toFixed(2)})`)
      .attr("aria-label", this.movable ? t("descent.star", { label }) : place);
    if (this.movable) {
      this.star
        .attr("aria-valuemin", low.toPrecision(4))
        .attr("aria-valuemax", high.toPrecision(4))
        .attr("aria-valuenow", value.toPrecision(6))
        .attr("aria-valuetext", place);
    }
    this.svg.attr("aria-label", t("descent.summary", { label }));
  }
}

/** @param {Curve} curve @returns {import("./descent_range.js").Line} */
function lineOf({ values, costs }) {
  /** @type {(cost: number | null) => number} */
  const told = (cost) => (cost === null || cost > HIGHEST ? Number.POSITIVE_INFINITY : cost);
  return { values, costs: costs.map(told) };
}

/**
 * @param {Point} from
 * @param {Point} to
 * @param {number} start share of the way at which to begin
 * @returns {Point[]} points from there to the end
 */
function along(from, to, start) {
  return [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const share = start + (1 - start) * part;
    return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
  });
}

/** @param {d3.ScaleLinear<number, number>} scale @returns {number} pixels of one unit */
function perUnit(scale) {
  const [from, to] = scale.domain();
  const [start, end] = scale.range();
  return (end - start) / (to - from);
}
