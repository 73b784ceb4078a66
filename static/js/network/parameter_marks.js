/**
 * Edges and biases as SVG: all of a small network, the few that are pointed at or chosen of a large
 * one, whose other edges a canvas draws.
 */

import { append, pixel, write } from "./dom.js";
import { curvePath } from "./geometry.js";
import { hasPassed } from "./motion.js";
import { dashes, relativeSize, signOf, strokeWidth } from "./scales.js";

/** From this many edges on, small values are paler too, so that the large ones stand out. */
const DENSE = 48;
/** Width of a bias's cell beside a strip of units. */
const CELL = 4;

/**
 * @typedef {object} Mark
 * @property {SVGGElement} group
 * @property {SVGPathElement} hit
 * @property {SVGPathElement} line
 */

export class ParameterMarks {
  /** @type {Map<number, Mark>} */
  #marks = new Map();
  #edges;
  #biases;
  #topology;
  /** @type {import("./geometry.js").Layout | null} */
  #layout = null;

  /**
   * @param {SVGGElement} edges where edges are drawn
   * @param {SVGGElement} biases where biases are drawn
   * @param {import("./topology.js").Topology} topology
   */
  constructor(edges, biases, topology) {
    this.#edges = edges;
    this.#biases = biases;
    this.#topology = topology;
  }

  /** @param {number} index @returns {SVGGElement | undefined} */
  element(index) {
    return this.#marks.get(index)?.group;
  }

  /** @returns {IterableIterator<[number, SVGGElement]>} what is drawn here, by flat index */
  *elements() {
    for (const [index, { group }] of this.#marks) yield [index, group];
  }

  /**
   * @param {import("./geometry.js").Layout} layout
   */
  place(layout) {
    this.#layout = layout;
    for (const [index, mark] of this.#marks) this.#placeMark(index, mark);
  }

  /**
   * Draws these and no others.
   *
   * @param {Set<number>} indices
   */
  keep(indices) {
    for (const [index, mark] of this.#marks) {
      if (indices.has(index)) continue;
      mark.group.remove();
      this.#marks.delete(index);
    }
    for (const index of indices) if (!this.#marks.has(index)) this.#add(index);
  }

  /** @param {number} index */
  #add(index) {
    const parameter = this.#topology.parameters[index];
    const parent = parameter.kind === "kernel" ? this.#edges : this.#biases;
    const group = append(parent, "g", {
      class: `network-parameter network-${parameter.kind}`,
      "data-parameter": parameter.name,
      role: "button",
      tabindex: -1,
    });
    if (parameter.frozen) write(group, "data-frozen", "");
    const hit = append(group, "path", { class: "network-hit" });
    const line = append(group, "path", { class: "network-line" });
    const mark = { group, hit, line };
    this.#marks.set(index, mark);
    this.#placeMark(index, mark);
  }

  /**
   * @param {number} index
   * @param {Mark} mark
   */
  #placeMark(index, mark) {
    if (!this.#layout) return;
    const path = parameterPath(this.#topology, this.#layout, index);
    // A level line has a box without height, which passes for invisible: a short bar across its
    // beginning gives it one.
    const bar = this.#topology.parameters[index].kind === "kernel" ? "m0,-4v8" : "m-4,0h8";
    write(mark.hit, "d", `${path.slice(0, path.search(/[CV]/))}${bar}${path}`);
    write(mark.line, "d", path);
  }

  /**
   * @param {import("./shown.js").Shown} shown
   * @param {import("./motion.js").Wave | null} wave
   */
  draw(shown, wave) {
    const layout = this.#layout;
    if (!layout) return;
    const dense = this.#topology.edges >= DENSE;
    for (const [index, { group, line }] of this.#marks) {
      const { kind, layer } = this.#topology.parameters[index];
      const value = shown.values[index];
      const largest = shown.largest[layer - 1];
      const sign = signOf(value);
      const cell = kind === "bias" && layout.columns[layer].kind === "strip";
      // A bias's line is too short for a wide stroke to be told from a long one.
      const widest = kind === "bias" ? Math.min(6, layout.widest) : layout.widest;
      const width = cell ? CELL : strokeWidth(value, largest, widest);
      const dash = cell ? [] : kind === "bias" && sign < 0 ? [4, 2.5] : dashes(sign, width);
      write(group, "data-sign", sign);
      // A mask dims the edges a wave has not reached; a bias is reached with its node.
      if (kind === "bias") write(group, "data-waiting", hasPassed(wave, layer) ? null : "");
      write(line, "stroke-width", width);
      write(line, "stroke-dasharray", dash.length > 0 ? dash.join(" ") : null);
      if (dense || cell) {
        const opacity = 0.3 + 0.6 * relativeSize(value, largest);
        write(line, "stroke-opacity", Math.round(opacity * 20) / 20);
      }
    }
  }

  /**
   * Numbers at full precision, for those who read the document rather than the picture.
   *
   * @param {import("./types.js").Frame} frame
   */
  record(frame) {
    for (const [index, { group }] of this.#marks) {
      // Between a new network and its first frame there is none.
      write(group, "data-weight", frame.parameters[index] ?? null);
      write(group, "data-gradient", frame.gradients[index] ?? null);
      write(group, "data-update", frame.updates?.[index] ?? null);
    }
  }

  /** @param {number} mentioned parameter that is spoken of, -1 for none */
  mention(mentioned) {
    for (const [index, { group }] of this.#marks) {
      write(group, "data-mentioned", index === mentioned ? "" : null);
    }
  }

  /**
   * Dims all but these; null lights all.
   *
   * @param {Set<number> | null} lit
   */
  spotlight(lit) {
    for (const [index, { group }] of this.#marks) {
      write(group, "data-dim", lit && !lit.has(index) ? "" : null);
    }
  }
}

/**
 * @param {import("./topology.js").Topology} topology
 * @param {import("./geometry.js").Layout} layout
 * @param {number} index
 * @returns {string} SVG path data of an edge or a bias
 */
export function parameterPath(topology, layout, index) {
  const { kind, layer, to } = topology.parameters[index];
  if (kind === "kernel") {
    return curvePath(layout.gaps[layer - 1], index - topology.gaps[layer - 1].first);
  }
  const mark = layout.biases[layer - 1][to];
  return `M${pixel(mark.x)},${pixel(mark.bottom)}V${pixel(mark.top)}`;
}
