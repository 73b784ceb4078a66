/** Everything the page knows, in one object that the stream's events replace part by part. */

import { floats } from "./decode.js";

/** @typedef {import("./types.js").Structure} Structure */
/** @typedef {import("./types.js").Frame} Frame */
/** @typedef {import("./types.js").HistoryEntry} HistoryEntry */

export class Model {
  constructor() {
    /** @type {Structure | null} */
    this.structure = null;
    /** @type {Frame | null} */
    this.frame = null;
    /** @type {HistoryEntry[]} the first entry is epoch 0, before any training */
    this.history = [];
    /** Counts how often the history began anew, so that a drawing knows when to begin anew. */
    this.histories = 0;
    /** @type {string | null} the chosen parameter's name */
    this.chosen = null;
    /** @type {import("./types.js").Quantity} */
    this.quantity = "gradients";
  }

  /** @param {Structure} event */
  setStructure(event) {
    this.structure = event;
    if (this.chosen && !event.network.parameter_names.includes(this.chosen)) this.chosen = null;
    // A frame of another network must not be drawn with this one.
    if (this.frame && this.frame.parameters.length !== event.network.parameter_names.length) {
      this.frame = null;
    }
  }

  /** @param {any} event the `state` event as it arrived */
  setFrame(event) {
    this.frame = decodeFrame(event);
  }

  /** @param {import("./types.js").HistoryEvent} event */
  addHistory(event) {
    if (event.since === 0) {
      this.history = [{ epoch: 0, ...event.initial }, ...event.epochs];
      this.histories += 1;
    } else {
      const kept = this.history.filter((entry) => entry.epoch <= event.since);
      this.history = [...kept, ...event.epochs];
    }
  }
}

/**
 * @param {any} event
 * @returns {Frame}
 */
export function decodeFrame(event) {
  return {
    ...event,
    parameters: floats(event.parameters),
    gradients: floats(event.gradients),
    updates: event.updates === null ? null : floats(event.updates),
  };
}
