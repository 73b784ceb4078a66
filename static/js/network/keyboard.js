/**
 * Where an arrow key leads from a node, an edge or a bias. Pure.
 *
 * Up and down walk along a column's nodes or a gap's edges; left and right follow the signal: node,
 * edge, node. A bias stands left of its node, before the edges that come in.
 */

/**
 * @typedef {import("./topology.js").Topology} Topology
 * @typedef {import("./types.js").Item} Item
 */

/**
 * @param {Topology} topology
 * @param {Item} item
 * @param {string} key as in `KeyboardEvent.key`
 * @returns {Item | null} null for a key that does not move
 */
export function move(topology, item, key) {
  if (key === "Home") return { kind: "node", column: 0, unit: 0 };
  if (key === "End") return { kind: "node", column: topology.columns.length - 1, unit: 0 };
  const step = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: -1, ArrowRight: 1 }[key];
  if (step === undefined) return null;
  const across = key === "ArrowLeft" || key === "ArrowRight";
  if (item.kind === "node") {
    return across ? fromNode(topology, item, step) : alongColumn(topology, item, step);
  }
  return across ? fromParameter(topology, item.index, step) : alongGap(topology, item.index, step);
}

/**
 * @param {Topology} topology
 * @param {Extract<Item, {kind: "node"}>} item
 * @param {number} step
 * @returns {Item}
 */
function alongColumn(topology, { column, unit }, step) {
  const last = topology.columns[column].units - 1;
  return { kind: "node", column, unit: Math.max(0, Math.min(last, unit + step)) };
}

/**
 * @param {Topology} topology
 * @param {number} index
 * @param {number} step
 * @returns {Item}
 */
function alongGap(topology, index, step) {
  const gap = topology.gaps[topology.parameters[index].layer - 1];
  return { kind: "parameter", index: Math.max(gap.first, Math.min(gap.end - 1, index + step)) };
}

/**
 * @param {Topology} topology
 * @param {Extract<Item, {kind: "node"}>} node
 * @param {number} step
 * @returns {Item}
 */
function fromNode(topology, node, step) {
  const { column, unit } = node;
  const gap = topology.gaps[step > 0 ? column : column - 1];
  if (!gap) return node;
  if (step < 0 && gap.bias >= 0) return { kind: "parameter", index: gap.bias + unit };
  return step > 0
    ? {
        kind: "parameter",
        index: gap.first + unit * gap.targets + level(unit, gap.sources, gap.targets),
      }
    : { kind: "parameter", index: incoming(gap, unit) };
}

/**
 * @param {Topology} topology
 * @param {number} index
 * @param {number} step
 * @returns {Item}
 */
function fromParameter(topology, index, step) {
  const { kind, layer, from, to } = topology.parameters[index];
  if (step > 0) return { kind: "node", column: layer, unit: to };
  if (kind === "kernel") return { kind: "node", column: layer - 1, unit: from };
  return { kind: "parameter", index: incoming(topology.gaps[layer - 1], to) };
}

/**
 * The most level edge into a unit.
 *
 * @param {import("./topology.js").Gap} gap
 * @param {number} unit
 */
function incoming(gap, unit) {
  return gap.first + level(unit, gap.targets, gap.sources) * gap.targets + unit;
}

/**
 * The unit of another column that stands about as high.
 *
 * @param {number} unit
 * @param {number} here units in its own column
 * @param {number} there units in the other
 */
function level(unit, here, there) {
  return here > 1 ? Math.round((unit / (here - 1)) * (there - 1)) : Math.floor((there - 1) / 2);
}
