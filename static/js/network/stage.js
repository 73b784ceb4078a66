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
    this.halo = append(this.svg, "path", { class: "network-halo", display: "none" });
    this.edges = layer("edges");
    this.biases = layer("biases");
    this.dots = layer("dots");
    this.nodes = layer("nodes");
    this.labels = layer("labels");
    this.findings = layer("findings");
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
    const { captions, edges, biases, dots, nodes, labels, findings } = this;
    for (const layer of [captions, edges, biases, dots, nodes, labels, findings]) {
      layer.replaceChildren();
    }
  }

  /** @param {import("./geometry.js").Layout} layout */
  resize({ width, height, zoom }) {
    write(this.svg, "viewBox", `0 0 ${width} ${height}`);
    write(this.svg, "width", pixel(width * zoom));
    write(this.svg, "height", pixel(height * zoom));
    for (const element of [this.#front.area, this.#front.mask]) {
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
   * A halo around what a factor of the inspector stands for.
   *
   * @param {import("./topology.js").Topology} topology
   * @param {import("./geometry.js").Layout} layout
   * @param {import("./types.js").Item | null} item
   */
  drawHalo(topology, layout, item) {
    write(this.halo, "display", item ? null : "none");
    if (!item) return;
    const node = item.kind === "node";
    write(this.halo, "data-kind", item.kind);
    write(
      this.halo,
      "d",
      node
        ? around(layout.columns[item.column], item.unit)
        : parameterPath(topology, layout, item.index),
    );
  }

  /**
   * A glow around the chosen parameter or unit.
   *
   * @param {import("./topology.js").Topology} topology
   * @param {import("./geometry.js").Layout} layout
   * @param {import("./shown.js").Shown} shown
   * @param {import("./types.js").Item | null} chosen
   */
  drawGlow(topology, layout, shown, chosen) {
    write(this.glow, "display", chosen ? null : "none");
    if (!chosen) return;
    write(this.glow, "data-kind", chosen.kind);
    if (chosen.kind === "node") {
      write(this.glow, "d", around(layout.columns[chosen.column], chosen.unit));
      write(this.glow, "data-sign", null);
      write(this.glow, "stroke-width", null);
      return;
    }
    const { index } = chosen;
    const value = shown.values[index];
    const largest = shown.largest[topology.parameters[index].layer - 1];
    write(this.glow, "d", parameterPath(topology, layout, index));
    write(this.glow, "data-sign", signOf(value));
    write(this.glow, "stroke-width", strokeWidth(value, largest, layout.widest) + 12);
  }
}

/**
 * The outline of a node as path data, a little outside it.
 *
 * @param {import("./geometry.js").ColumnLayout} column
 * @param {number} unit
 */
function around({ kind, x, y, halfWidth, halfHeight }, unit) {
  const out = kind === "strip" ? 1 : 5;
  const [across, down] = [halfWidth + out, halfHeight + out];
  const corner = Math.min(across, down, kind === "picture" ? 14 : kind === "strip" ? 2 : across);
  const [dx, dy] = [2 * (across - corner), 2 * (down - corner)];
  const arc = `a${pixel(corner)},${pixel(corner)} 0 0 1 `;
  const r = pixel(corner);
  return (
    `M${pixel(x - dx / 2)},${pixel(y[unit] - down)}h${pixel(dx)}${arc}${r},${r}v${pixel(dy)}` +
    `${arc}-${r},${r}h-${pixel(dx)}${arc}-${r},-${r}v-${pixel(dy)}${arc}${r},-${r}Z`
  );
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
