/** The elements a drawing consists of, from back to front, and the wave's front over its edges. */

import { append, pixel, write } from "./dom.js";
import { frontOf } from "./front.js";
import { parameterPath } from "./parameter_marks.js";
import { signOf, strokeWidth } from "./scales.js";

let stages = 0;

export class Stage {
  element = document.createElement("div");
  canvas = document.createElement("canvas");
  #front;

  /**
   * @param {HTMLElement} container
   * @param {string} help how to use it, for those who cannot see it
   */
  constructor(container, help) {
    stages += 1;
    const id = `network-${stages}`;
    this.element.className = "network-stage";
    this.canvas.className = "network-backdrop";
    this.canvas.setAttribute("aria-hidden", "true");
    this.element.append(this.canvas);
    this.svg = append(this.element, "svg", {
      class: "network-drawing",
      role: "group",
      "aria-describedby": `${id}-help`,
    });
    this.#front = addFront(this.svg, id);
    /** @type {(name: string) => SVGGElement} */
    const layer = (name) => append(this.svg, "g", { class: `network-${name}` });
    this.captions = layer("captions");
    this.glow = append(this.svg, "path", { class: "network-glow", fill: "none" });
    this.edges = layer("edges");
    this.biases = layer("biases");
    this.dots = layer("dots");
    this.nodes = layer("nodes");
    this.labels = layer("labels");
    this.readings = layer("readings");
    const text = document.createElement("p");
    text.id = `${id}-help`;
    text.hidden = true;
    text.textContent = help;
    this.element.append(text);
    container.append(this.element);
  }

  /** Takes all marks away. */
  clear() {
    const { captions, edges, biases, dots, nodes, labels } = this;
    for (const layer of [captions, edges, biases, dots, nodes, labels]) layer.replaceChildren();
  }

  /** @param {import("./geometry.js").Layout} layout */
  resize({ width, height }) {
    write(this.svg, "viewBox", `0 0 ${width} ${height}`);
    for (const element of [this.svg, this.#front.area, this.#front.mask]) {
      write(element, "width", width);
      write(element, "height", height);
    }
  }

  /**
   * Dims the edges that a wave has not reached.
   *
   * @param {import("./geometry.js").Layout} layout
   * @param {import("./motion.js").Wave | null} wave
   */
  drawFront(layout, wave) {
    write(this.edges, "mask", wave?.reveals ? this.#front.reference : null);
    if (!wave?.reveals) return;
    const { x, soft, direction, dimmest } = frontOf(layout, wave);
    const { gradient, stops } = this.#front;
    write(gradient, "x1", pixel(x - soft));
    write(gradient, "x2", pixel(x + soft));
    write(stops[0], "stop-opacity", direction > 0 ? 1 : pixel(dimmest));
    write(stops[1], "stop-opacity", direction > 0 ? pixel(dimmest) : 1);
  }

  /**
   * A glow around the chosen parameter.
   *
   * @param {import("./topology.js").Topology} topology
   * @param {import("./geometry.js").Layout} layout
   * @param {import("./shown.js").Shown} shown
   * @param {number} chosen -1 for none
   */
  drawGlow(topology, layout, shown, chosen) {
    write(this.glow, "display", chosen < 0 ? "none" : null);
    if (chosen < 0) return;
    const value = shown.values[chosen];
    const largest = shown.largest[topology.parameters[chosen].layer - 1];
    write(this.glow, "d", parameterPath(topology, layout, chosen));
    write(this.glow, "data-sign", signOf(value));
    write(this.glow, "stroke-width", strokeWidth(value, largest, layout.widest) + 12);
  }
}

/**
 * A gradient in a mask: what a wave has not reached is dim.
 *
 * @param {SVGSVGElement} svg
 * @param {string} id
 */
function addFront(svg, id) {
  const definitions = append(svg, "defs");
  const gradient = append(definitions, "linearGradient", {
    id: `${id}-front`,
    gradientUnits: "userSpaceOnUse",
  });
  const stops = [0, 1].map((offset) => {
    return append(gradient, "stop", { offset, "stop-color": "#fff", "stop-opacity": 1 });
  });
  const mask = append(definitions, "mask", {
    id: `${id}-mask`,
    maskUnits: "userSpaceOnUse",
    x: 0,
    y: 0,
  });
  const area = append(mask, "rect", { x: 0, y: 0, fill: `url(#${id}-front)` });
  return { gradient, stops, mask, area, reference: `url(#${id}-mask)` };
}
