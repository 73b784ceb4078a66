/**
 * Gives what is drawn its accessible names, which follow once the drawing rests, and now and then
 * while it does not; and says what is chosen.
 */

import { write } from "./dom.js";
import { nodeName, parameterName } from "./names.js";
import { sameItem } from "./places.js";

/** Names are not renewed more often than this while playing; milliseconds. */
const EVERY = 600;

/**
 * @typedef {import("./types.js").Item} Item
 *
 * @typedef {object} Named
 * @property {import("./topology.js").Topology} topology
 * @property {import("./parameter_marks.js").ParameterMarks} parameters
 * @property {import("./node_marks.js").NodeMarks} nodes
 */

export class Naming {
  #later;
  #done = false;
  #at = Number.NEGATIVE_INFINITY;
  #timer = 0;

  /** @param {() => void} later called when names are to be renewed after a while */
  constructor(later) {
    this.#later = later;
  }

  /** The names are no longer what they should be. */
  outdate() {
    this.#done = false;
  }

  /**
   * @param {Named} marks
   * @param {import("./types.js").Frame} frame
   * @param {Item | null} chosen
   * @param {boolean} rests
   * @param {number} now
   */
  renew(marks, frame, chosen, rests, now) {
    const { topology, parameters, nodes } = marks;
    for (const [index, element] of parameters.elements()) {
      press(element, sameItem({ kind: "parameter", index }, chosen));
      if (!element.hasAttribute("aria-label")) {
        write(element, "aria-label", parameterName(topology, frame, index));
      }
    }
    for (const [column, unit, element] of nodes.elements()) {
      if (column > 0) press(element, sameItem({ kind: "node", column, unit }, chosen));
    }
    const wait = this.#at + EVERY - now;
    if (this.#done || (!rests && wait > 0)) return;
    if (frame.playing && wait > 0) {
      this.#timer ||= window.setTimeout(() => {
        this.#timer = 0;
        this.#later();
      }, wait);
      return;
    }
    this.#done = true;
    this.#at = now;
    for (const [index, element] of parameters.elements()) {
      write(element, "aria-label", parameterName(topology, frame, index));
    }
    for (const [column, unit, element] of nodes.elements()) {
      write(element, "aria-label", nodeName(topology, frame, column, unit));
    }
  }

  destroy() {
    window.clearTimeout(this.#timer);
  }
}

/**
 * @param {SVGGElement} element
 * @param {boolean} pressed
 */
function press(element, pressed) {
  write(element, "aria-pressed", pressed ? "true" : "false");
}
