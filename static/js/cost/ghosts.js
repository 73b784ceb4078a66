/**
 * The curves of other branches, thin and quiet behind the present one, each with its name where it
 * ends.
 */

import { clearest, overlap } from "./lettering.js";
import { upTo } from "./series.js";

/** @typedef {import("../types.js").Ghost} Ghost */
/** @typedef {import("./series.js").Point} Point */
/** @typedef {{name: string, whole: boolean, runs: Point[][]}} GhostCurve runs: not to be joined */
/** @typedef {{name: string, x: number, y: number}} End in pixels */
/** @typedef {import("./lettering.js").Box} Box */
/** @typedef {import("./lettering.js").Line} Line */

const LETTER = 6.4;
const LINE = 13;
const LONGEST = 18;
/** A ghost stretches the axis of cost to so many times what the present curve needs, at most. */
const STRETCH = 2.5;

/**
 * The ghosts as curves of one metric, those that have it. Pure.
 *
 * @param {Ghost[]} ghosts
 * @param {string} metric
 * @returns {GhostCurve[]}
 */
export function ghostCurves(ghosts, metric) {
  return ghosts.flatMap(({ name, whole, loss_since, epochs, train }) => {
    if (!train[metric]) return [];
    const points = epochs.map((epoch, at) => ({ epoch, value: train[metric][at] }));
    const since = metric === "loss" ? loss_since : 0;
    const before = points.filter(({ epoch }) => epoch <= since);
    const after = points.filter(({ epoch }) => epoch > since);
    return [{ name, whole, runs: since > 0 ? [before, after] : [points] }];
  });
}

/**
 * The last epoch that the axis must hold for the ghosts. Pure.
 *
 * @param {GhostCurve[]} curves
 */
export function reach(curves) {
  const ends = curves
    .filter(({ whole }) => whole)
    .map(({ runs }) => runs.flat().at(-1)?.epoch ?? 0);
  return Math.max(0, ...ends);
}

/**
 * What ghosts and the present curve span together: a ghost far above it does not flatten it. Pure.
 *
 * @param {import("./series.js").Extent} own
 * @param {GhostCurve[]} curves
 */
export function together(own, curves) {
  const values = curves.flatMap(({ runs }) => runs.flat().map(({ value }) => value));
  const seen = values.filter((value) => Number.isFinite(value) && value <= STRETCH * own.high);
  const low = seen.filter((value) => value >= Math.min(0, STRETCH * own.low));
  return {
    low: Math.min(own.low, ...low),
    high: Math.max(own.high, ...seen),
    least: Math.min(own.least, ...seen.filter((value) => value > 0)),
  };
}

/**
 * Where the names go: over the end of their curve, or under it, where nothing else stands and the
 * fewest lines go through. Pure.
 *
 * @param {End[]} ends
 * @param {Box[]} taken
 * @param {Box} room
 * @param {Line[]} [lines]
 * @returns {(End & {text: string})[]} in the same order; those that have no place are left out
 */
export function named(ends, taken, room, lines = []) {
  const boxes = [...taken];
  return ends.flatMap(({ name, x, y }) => {
    const text = name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name;
    const width = LETTER * text.length;
    const right = Math.min(room.right, Math.max(x, room.left + width));
    const places = [y - 6, y + LINE + 2, y - 6 - LINE, y + 2 * LINE + 2]
      .map((base) => ({ left: right - width, right, top: base - LINE + 3, bottom: base + 3, base }))
      .filter((box) => box.top >= room.top - 4 && box.bottom <= room.bottom)
      .filter((box) => !boxes.some((other) => overlap(box, other)));
    const box = clearest(places, lines);
    if (!box) return [];
    boxes.push(box);
    return [{ name, text, x: right, y: box.base }];
  });
}

/**
 * @param {Point[]} points
 * @param {d3.ScaleLinear<number, number>} x
 * @param {(value: number) => number} y
 * @returns {Line}
 */
export function inPixels(points, x, y) {
  return points.map(({ epoch, value }) => [x(epoch), y(value)]);
}

export class Ghosts {
  /** @param {any} svg the curve's */
  constructor(svg) {
    const clip = svg.append("clipPath").attr("id", "cost-clip");
    this.window = clip.append("rect");
    this.lines = svg.append("g").attr("clip-path", "url(#cost-clip)").attr("aria-hidden", "true");
    this.labels = svg.append("g").attr("aria-hidden", "true");
  }

  /**
   * @param {GhostCurve[]} curves
   * @param {object} place
   * @param {d3.ScaleLinear<number, number>} place.x
   * @param {any} place.y
   * @param {Box} place.room
   * @param {Box[]} place.taken where no name may stand
   * @param {Line[]} place.lines that no name should lie on, beside the ghosts
   */
  draw(curves, { x, y: clamped, room, taken, lines }) {
    const y = clamped.copy().clamp(false);
    const last = x.domain()[1];
    this.window
      .attr("x", room.left)
      .attr("y", room.top - 4)
      .attr("width", Math.max(0, room.right - room.left))
      .attr("height", room.bottom - room.top + 4);
    const line = d3
      .line(
        (/** @type {Point} */ point) => x(point.epoch),
        (point) => y(point.value),
      )
      .defined((point) => Number.isFinite(y(point.value)));
    const shown = curves.map(({ runs }) => runs.map((run) => upTo(run, last)));
    this.lines
      .selectAll("path")
      .data(shown)
      .join("path")
      .attr("class", (/** @type {unknown} */ _, /** @type {number} */ at) => `ghost ghost-${at}`)
      .attr("data-branch", (/** @type {unknown} */ _, /** @type {number} */ at) => curves[at].name)
      .attr("d", (/** @type {Point[][]} */ runs) => runs.map((run) => line(run)).join(""));
    const ends = shown.flatMap((runs, at) => {
      const end = runs.flat().at(-1);
      if (!end || !Number.isFinite(y(end.value))) return [];
      const height = Math.min(room.bottom, Math.max(room.top, y(end.value)));
      return [{ name: curves[at].name, x: x(Math.min(end.epoch, last)), y: height }];
    });
    const drawn = shown.flatMap((runs) => runs.map((run) => inPixels(run, x, y)));
    this.labels
      .selectAll("text")
      .data(named(ends, taken, room, [...lines, ...drawn]))
      .join("text")
      .attr("class", "ghost-name")
      .attr("text-anchor", "end")
      .attr("x", (/** @type {End} */ end) => end.x)
      .attr("y", (/** @type {End} */ end) => end.y)
      .text((/** @type {{text: string}} */ { text }) => text);
  }
}
