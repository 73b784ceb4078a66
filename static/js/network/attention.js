/** What stands out in the drawing, by what a reader and the page's sentence are at. Pure. */

import { parametersAt } from "./topology.js";

/**
 * @typedef {import("./types.js").Item} Item
 * @typedef {import("./topology.js").Topology} Topology
 *
 * @typedef {object} Attention
 * @property {Item | null} chosen
 * @property {Item | null} pointed
 * @property {Item | null} focused
 * @property {Item} current what Tab leads to
 * @property {string | null} mentioned the parameter that the page's sentence names
 */

/**
 * What is read at this moment: what the pointer is on, else what has the focus.
 *
 * @param {Pick<Attention, "pointed" | "focused">} attention
 */
export function readingOf({ pointed, focused }) {
  return pointed ?? focused;
}

/**
 * Parameters that are chosen, spoken of, focused or pointed at.
 *
 * @param {Topology} topology
 * @param {Attention} attention
 */
export function raised(topology, { chosen, pointed, focused, mentioned }) {
  /** @type {Set<number>} */
  const indices = new Set();
  const spokenOf = topology.indices.get(mentioned ?? "");
  if (spokenOf !== undefined) indices.add(spokenOf);
  for (const item of [chosen, focused, pointed]) {
    if (item?.kind === "parameter") indices.add(item.index);
  }
  return indices;
}

/**
 * Parameters drawn in SVG now: of a large network only a few.
 *
 * @param {Topology} topology
 * @param {Pick<import("./geometry.js").Layout, "columns">} layout
 * @param {boolean} onCanvas its edges are
 * @param {Attention} attention
 */
export function inSvg(topology, layout, onCanvas, attention) {
  const wanted = raised(topology, attention);
  if (attention.current.kind === "parameter") wanted.add(attention.current.index);
  for (const { index, kind, layer } of topology.parameters) {
    if (kind === "kernel" ? !onCanvas : layout.columns[layer].kind !== "strip") wanted.add(index);
  }
  return wanted;
}

/**
 * What a pointed or focused node lights: the parameters that touch it.
 *
 * @param {Topology} topology
 * @param {Pick<Attention, "pointed" | "focused">} attention
 * @returns {Set<number> | null} null: everything is lit alike
 */
export function litBy(topology, attention) {
  const item = readingOf(attention);
  if (item?.kind !== "node") return null;
  return new Set(parametersAt(topology, item.column, item.unit));
}
