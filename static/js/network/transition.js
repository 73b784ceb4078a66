/**
 * From what stands on the drawing to the newest frame. Holds both ends and the motion between them;
 * whatever happens on the way, it arrives at exactly the frame's numbers. Reads no clock.
 */

import { Motion, phaseOf } from "./motion.js";
import { largestSize } from "./scales.js";
import { between, read, travelling } from "./shown.js";

/**
 * Where the wave of a phase that is stepped layer by layer has come to rest.
 *
 * @param {Frame} frame
 * @param {number} columns
 * @returns {{direction: 1 | -1, place: number} | null} null where no phase is under way
 */
export function restOf({ position }, columns) {
  const layer = position?.layer;
  if (layer === null || layer === undefined) return null;
  return position?.phase === "ready"
    ? { direction: 1, place: layer }
    : { direction: -1, place: columns - 1 - layer };
}

/**
 * @typedef {import("./shown.js").Shown} Shown
 * @typedef {import("./types.js").Frame} Frame
 *
 * @typedef {object} Aim
 * @property {Frame} frame
 * @property {import("./types.js").Quantity} quantity
 * @property {string | null} operation what the motion is to show; null: none
 * @property {boolean} still no motion is wanted
 *
 * @typedef {object} Moment
 * @property {Shown} former
 * @property {Shown} next
 * @property {Shown} shown what widths and colours are drawn from
 * @property {Shown} printed what figures are printed from: they change once, and never glide
 * @property {import("./motion.js").Progress} progress
 *
 * @typedef {{direction: 1 | -1, values: Float64Array, largest: number}} Signals
 */

export class Transition {
  #topology;
  #motion;
  /** @type {Shown | null} */
  #former = null;
  /** @type {Shown | null} */
  #next = null;
  /** @type {Shown | null} */
  #shown = null;
  /** @type {Signals | null} */
  #signals = null;
  /** @type {Frame | null} */
  #frame = null;
  #aimedAt = Number.NEGATIVE_INFINITY;
  /** @type {ReturnType<typeof restOf>} */
  #rest = null;

  /** @param {import("./topology.js").Topology} topology */
  constructor(topology) {
    this.#topology = topology;
    this.#motion = new Motion(topology.columns.length);
  }

  /**
   * Milliseconds since the last frame came.
   *
   * @param {number} now
   */
  since(now) {
    return now - this.#aimedAt;
  }

  /**
   * Sets out for a frame. A wave cut short counts as having arrived; numbers on their way go on
   * from where they are.
   *
   * @param {Aim} aim
   * @param {number} now milliseconds
   */
  aim({ frame, quantity, operation, still }, now) {
    const from = this.#motion.sweeping ? this.#next : this.#shown;
    this.#frame = frame;
    this.#next = read(this.#topology, frame, quantity);
    this.#former = from ?? this.#next;
    this.#shown = this.#former;
    this.#signals = null;
    const circumstances = {
      playing: Boolean(frame.playing),
      still: still || from === null,
      interval: this.since(now),
    };
    this.#motion.begin(operation, circumstances, now, this.#part(frame, operation));
    this.#aimedAt = now;
  }

  /**
   * The part of the drawing that a phase has just gone through, where it did not do so in one go.
   *
   * @param {Frame} frame
   * @param {string | null} operation
   * @returns {import("./motion.js").Span & {direction: 1 | -1} | undefined}
   */
  #part(frame, operation) {
    const columns = this.#topology.columns.length;
    const before = this.#rest;
    const rest = restOf(frame, columns);
    this.#rest = rest;
    const phase = phaseOf(operation);
    const direction = rest?.direction ?? (phase === "backward" ? -1 : 1);
    const goesOn = before?.direction === direction;
    if (!rest && !(goesOn && phase)) return undefined;
    const [start, end] = direction > 0 ? [0, columns - 1] : [columns - 1, 0];
    return {
      direction,
      from: goesOn ? before.place : start,
      to: rest?.place ?? end,
      rests: rest !== null,
    };
  }

  /**
   * @param {number} now milliseconds
   * @returns {Moment | null} null before the first frame
   */
  at(now) {
    if (!this.#former || !this.#next) return null;
    const progress = this.#motion.at(now);
    if (progress.done) this.#motion.finish();
    this.#shown = between(this.#former, this.#next, progress, this.#topology);
    const printed = progress.wave?.reveals ? this.#shown : this.#next;
    return { former: this.#former, next: this.#next, shown: this.#shown, printed, progress };
  }

  /**
   * What a wave carries along the edges.
   *
   * @param {1 | -1} direction
   * @returns {Signals}
   */
  signals(direction) {
    if (this.#signals?.direction !== direction) {
      const values = this.#frame
        ? travelling(this.#topology, this.#frame, direction)
        : new Float64Array(this.#topology.parameters.length);
      this.#signals = { direction, values, largest: largestSize(values) };
    }
    return this.#signals;
  }
}
