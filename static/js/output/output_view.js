/** The output: a coloured field for two inputs, a curve for one, and bars for one example. */

import { textZoom } from "../zoom.js";
import { Bars } from "./bars.js";
import { Boundary } from "./boundary.js";
import { FittedCurve } from "./fitted_curve.js";

/** @typedef {import("../model.js").Model} Model */
/** @typedef {import("../types.js").Structure} Structure */

export class OutputView {
  /**
   * @param {{plot: HTMLElement, legend: HTMLElement, bars: HTMLElement, unit: HTMLSelectElement}} places
   * @param {{chooseExample: (example: number) => void, redraw: () => void}} actions
   */
  constructor({ plot, legend, bars, unit }, actions) {
    this.place = plot;
    this.legend = legend;
    this.actions = actions;
    this.select = unit;
    this.bars = new Bars(bars);
    /** @type {Boundary | FittedCurve | null} */
    this.plot = null;
    /** @type {Structure | null} */
    this.structure = null;
    this.width = 0;
    this.laid = "";
    unit.addEventListener("change", actions.redraw);
    this.resizes = new ResizeObserver(() => {
      this.width = plot.clientWidth / textZoom();
      actions.redraw();
    });
    this.resizes.observe(plot);
  }

  recolour() {
    this.plot?.recolour();
    this.actions.redraw();
  }

  /** @param {Model} model */
  update({ structure, frame }) {
    if (!structure || !frame) return;
    if (structure !== this.structure) this.begin(structure);
    const unit = Number(this.select.value) || 0;
    const key = `${this.width} ${unit}`;
    if (this.plot && this.width > 0 && this.laid !== key) {
      this.laid = key;
      this.plot.lay(structure, this.width, unit, targetRange(structure, unit));
    }
    if (this.laid) this.plot?.draw(frame);
    this.bars.draw(structure, frame);
  }

  /** @param {Structure} structure */
  begin(structure) {
    this.structure = structure;
    this.laid = "";
    const { inputs, output_names: names } = structure.network;
    const Kind = structure.domain === null ? null : inputs === 1 ? FittedCurve : Boundary;
    if (!Kind || !(this.plot instanceof Kind)) {
      this.plot?.destroy();
      this.plot = Kind && new Kind(this.place, this.actions);
    }
    this.place.hidden = !Kind;
    this.legend.hidden = !Kind || structure.examples.test_inputs === null;
    const chosen = Math.min(Number(this.select.value) || 0, names.length - 1);
    this.select.hidden = !Kind || names.length < 2;
    this.select.replaceChildren(...names.map((name, i) => new Option(name, String(i))));
    this.select.value = String(chosen);
    this.bars.lay(structure);
  }
}

/**
 * The range of one output's targets, training and test.
 *
 * @param {Structure} structure
 * @param {number} unit
 * @returns {[number, number]}
 */
function targetRange({ examples }, unit) {
  const values = [...examples.targets, ...(examples.test_targets ?? [])].map((row) => row[unit]);
  return [Math.min(...values), Math.max(...values)];
}
