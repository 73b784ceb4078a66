/**
 * From what stands on the drawing to the newest frame. Holds both ends and the motion between them;
 * whatever happens on the way, it arrives at exactly the frame's numbers. Reads no clock.
 */

import { Motion } from "./motion.js";
import { largestSize } from "./scales.js";
import { between, read, travelling } from "./shown.js";

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
 * @property {Shown} shown
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
    this.#motion.begin(operation, circumstances, now);
    this.#aimedAt = now;
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
    return { former: this.#former, next: this.#next, shown: this.#shown, progress };
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
