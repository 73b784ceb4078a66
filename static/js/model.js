/** Everything the page knows, in one object that the stream's events replace part by part. */

import { floats } from "./decode.js";
import { History } from "./history.js";

/** @typedef {import("./types.js").Structure} Structure */
/** @typedef {import("./types.js").Frame} Frame */

export class Model {
  constructor() {
    /** @type {Structure | null} */
    this.structure = null;
    /** @type {Frame | null} */
    this.frame = null;
    this.history = new History();
    /** Counts how often the history began anew, so that a drawing knows when to begin anew. */
    this.histories = 0;
    /** @type {import("./types.js").Ghost[]} */
    this.ghosts = [];
    /** @type {string | null} the name of the chosen parameter or unit */
    this.chosen = null;
    /** @type {string | null} what is looked at here alone, while the class looks at something else */
    this.look = null;
    /** How many choices are on their way to the server. */
    this.choosing = 0;
    /** @type {import("./types.js").Quantity} */
    this.quantity = "gradients";
  }

  /** @param {Structure} event */
  setStructure(event) {
    this.structure = event;
    if (this.look && !this.labelOf(this.look)) this.look = null;
    if (this.chosen && !this.chosenLabel) this.chosen = null;
    // A frame of another network must not be drawn with this one.
    if (this.frame && this.frame.parameters.length !== event.network.parameter_names.length) {
      this.frame = null;
    }
  }

  /** @param {any} event the `state` event as it arrived */
  setFrame(event) {
    this.frame = decodeFrame(event);
    // What was chosen here and is on its way to the server counts until it has arrived there.
    if (this.choosing === 0) this.chosen = this.look ?? event.chosen ?? null;
  }

  /** @returns {number} place of the chosen parameter in the flat vectors, -1 for none */
  get chosenIndex() {
    return this.chosen ? (this.structure?.network.parameter_names.indexOf(this.chosen) ?? -1) : -1;
  }

  /** @returns {string | null} the chosen name where it is a parameter's */
  get chosenParameter() {
    return isUnit(this.chosen) ? null : this.chosen;
  }

  /** @returns {string} "" where nothing is chosen, or nothing that there is */
  get chosenLabel() {
    return this.labelOf(this.chosen);
  }

  /**
   * @param {string | null} name of a parameter or a unit
   * @returns {string} "" where there is none of this name
   */
  labelOf(name) {
    const network = this.structure?.network;
    const [layer, , unit] = (name ?? "").split(".");
    const label = isUnit(name)
      ? network?.node_labels[Number(layer)]?.[Number(unit)]
      : network?.parameter_labels[network.parameter_names.indexOf(name ?? "")];
    return label ?? "";
  }

  /** Whether no update moves the chosen parameter. */
  get chosenFrozen() {
    const [number, kind] = (this.chosen ?? "").split(".");
    const layer = this.structure?.network.layers[Number(number) - 1];
    return layer ? !(kind === "kernel" ? layer.trainable : layer.bias_trainable) : false;
  }

  /** @param {import("./types.js").BranchesEvent} event */
  setBranches(event) {
    this.ghosts = event.ghosts;
  }

  /** @param {import("./types.js").HistoryEvent} event */
  addHistory(event) {
    this.history.add(event);
    if (event.since === 0) this.histories += 1;
  }
}

/**
 * Whether a name is that of a unit, `2.unit.0`, and not of a parameter.
 *
 * @param {string | null} name
 */
export function isUnit(name) {
  return name?.split(".")[1] === "unit";
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
