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
