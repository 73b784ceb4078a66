/** The output over one input as a curve among the examples. */

import { t } from "../words.js";
import { Plot } from "./plot.js";

/** @typedef {import("../types.js").Structure} Structure */
/** @typedef {import("../types.js").Frame} Frame */

const HEIGHT = 220;
/** Share of the curve's points; with no more on the plot, nobody would see that there is a curve. */
const HARDLY_ANY = 0.02;

export class FittedCurve extends Plot {
  /**
   * @param {HTMLElement} container
   * @param {{chooseExample: (example: number) => void}} actions
   */
  constructor(container, actions) {
    super(container, actions);
    this.unit = 0;
    this.svg.attr("class", "curve-plot");
    this.curve = this.svg.insert("path", "circle.focus-ring").attr("class", "fitted");
    this.away = this.svg.append("text").attr("class", "away").attr("text-anchor", "middle");
  }

  recolour() {}

  /**
   * @param {Structure} structure
   * @param {number} width
   * @param {number} unit
   * @param {[number, number]} targetRange
   */
  lay(structure, width, unit, targetRange) {
    const { domain, network, examples } = structure;
    if (!domain) return;
    this.unit = unit;
    const names = /** @type {[string, string]} */ ([
      network.input_names[0],
      network.output_names[unit],
    ]);
    this.frame(width, HEIGHT, domain, names);
    this.away.attr("x", width / 2).attr("y", HEIGHT / 2);
    this.placeExamples(
      examples,
      unit,
      (inputs, targets) => [inputs[0], targets[unit]],
      targetRange,
    );
    this.hintExamples(examples);
    this.svg.attr("aria-label", t("output.curve", { x: names[0], unit: names[1] }));
  }

  /** @param {Frame} frame */
  draw(frame) {
    if (!frame.curve) return;
    const { inputs, outputs } = frame.curve;
    const unit = outputs[this.unit];
    const line = d3.line(
      (/** @type {number} */ x) => this.x(x),
      (_, i) => nearPlot(this.y(unit[i])),
    );
    this.curve.attr("d", line(inputs));
    const [low, high] = this.y.domain();
    const within = unit.filter((value) => value >= low && value <= high).length;
    this.away.text(within <= HARDLY_ANY * unit.length ? t("output.away") : "");
    this.ringAround(frame.focus.example);
  }
}

/**
 * A place at most a few plots away, where every browser can still draw a line to.
 *
 * @param {number} y
 */
export function nearPlot(y) {
  return Math.max(-4 * HEIGHT, Math.min(5 * HEIGHT, y));
}
