/** The dots of a wave on the edges of one gap, as SVG: what travels along each, by sign and size. */

import { append, pixel, write } from "./dom.js";
import { curveX, curveY } from "./geometry.js";
import { relativeSize, signOf } from "./scales.js";

export class Dots {
  #parent;
  /** @type {SVGCircleElement[]} */
  #circles = [];

  /** @param {SVGGElement} parent */
  constructor(parent) {
    this.#parent = parent;
  }

  clear() {
    if (this.#circles.length === 0) return;
    this.#parent.replaceChildren();
    this.#circles = [];
  }

  /**
   * @param {import("./topology.js").Gap} gap
   * @param {import("./geometry.js").GapLayout} place
   * @param {number} t how far along
   * @param {import("./transition.js").Signals} signals
   * @param {number} widest radius of the largest signal
   */
  draw(gap, place, t, signals, widest) {
    const count = gap.sources * gap.targets;
    while (this.#circles.length < count) {
      this.#circles.push(append(this.#parent, "circle", { class: "network-dot" }));
    }
    const x = pixel(curveX(place, t));
    this.#circles.forEach((circle, edge) => {
      const signal = edge < count ? signals.values[gap.first + edge] : 0;
      const size = relativeSize(signal, signals.largest);
      write(circle, "r", size > 0.001 ? pixel(1.6 + (widest - 1.6) * Math.sqrt(size)) : 0);
      if (!(size > 0.001)) return;
      write(circle, "data-sign", signOf(signal));
      write(circle, "cx", x);
      write(circle, "cy", pixel(curveY(place, edge, t)));
    });
  }
}
