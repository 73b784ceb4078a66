/** Names of what the drawing shows, as the rest of the page calls them. Pure. */

/**
 * @typedef {import("./topology.js").Topology} Topology
 * @typedef {import("./types.js").Item} Item
 */

/**
 * @param {Topology} topology
 * @param {Item} item
 * @returns {string} `edge:2.kernel.0.0`, for a bias too; `node:2.0`, where layer 0 is the inputs
 */
export function placeOf(topology, item) {
  if (item.kind === "node") return `node:${item.column}.${item.unit}`;
  return `edge:${topology.parameters[item.index].name}`;
}

/**
 * @param {Topology} topology
 * @param {string} place
 * @returns {Item | null} null where the network has no such place
 */
export function itemAt(topology, place) {
  const at = place.indexOf(":");
  const [kind, name] = [place.slice(0, at), place.slice(at + 1)];
  if (kind === "edge") {
    const index = topology.indices.get(name);
    return index === undefined ? null : { kind: "parameter", index };
  }
  const [column, unit] = name.split(".").map(Number);
  const units = topology.columns[column]?.units ?? 0;
  return kind === "node" && unit >= 0 && unit < units ? { kind: "node", column, unit } : null;
}

/**
 * @param {Topology} topology
 * @param {Item} item
 * @returns {string | null} `2.kernel.0.0`, `2.bias.0`, `2.unit.0`; null for an input, which has none
 */
export function nameOf(topology, item) {
  if (item.kind === "parameter") return topology.parameters[item.index].name;
  return item.column > 0 ? `${item.column}.unit.${item.unit}` : null;
}

/**
 * @param {Topology} topology
 * @param {string | null | undefined} name
 * @returns {Item | null} null where the network has nothing of this name
 */
export function itemNamed(topology, name) {
  if (!name) return null;
  const [column, kind, unit] = name.split(".");
  return itemAt(topology, kind === "unit" ? `node:${column}.${unit}` : `edge:${name}`);
}

/**
 * @param {Item | null} a
 * @param {Item | null} b
 */
export function sameItem(a, b) {
  if (a?.kind === "node" && b?.kind === "node") return a.column === b.column && a.unit === b.unit;
  if (a?.kind === "parameter" && b?.kind === "parameter") return a.index === b.index;
  return a === b;
}
