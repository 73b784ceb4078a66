/** What a screen reader hears of an edge, a bias or a node, and of the drawing as a whole. */

import { formatNumber } from "../format.js";
import { t } from "../words.js";

/**
 * @typedef {import("./topology.js").Topology} Topology
 * @typedef {import("./types.js").Frame} Frame
 */

/**
 * @param {Topology} topology
 * @param {Frame} frame
 * @param {number} index
 * @returns {string} `W1, from I1 to H1, weight 0.3000, gradient −0.0447`
 */
export function parameterName(topology, frame, index) {
  const { kind, label, layer, from, to, frozen } = topology.parameters[index];
  const params = {
    label,
    from: kind === "kernel" ? topology.columns[layer - 1].labels[from] : "",
    to: topology.columns[layer].labels[to],
    weight: formatNumber(frame.parameters[index]),
    gradient: formatNumber(frame.gradients[index]),
  };
  let name = t(kind === "kernel" ? "network.edge" : "network.bias", params);
  if (frame.updates) {
    name += t("network.lastUpdate", { update: formatNumber(frame.updates[index]) });
  }
  return frozen ? name + t("network.frozen") : name;
}

/**
 * @param {Topology} topology
 * @param {Frame} frame
 * @param {number} column
 * @param {number} unit
 * @returns {string} `H1, value 0.8097`, and where they are known its delta or its target
 */
export function nodeName(topology, frame, column, unit) {
  const { labels, names, role } = topology.columns[column];
  const { inputs, activations, deltas, targets } = frame.focus;
  const value = column === 0 ? inputs[unit] : activations[column - 1]?.[unit];
  const label = names[unit] ? `${labels[unit]} (${names[unit]})` : labels[unit];
  let name = t("network.node", { label, value: formatNumber(value) });
  const delta = deltas?.[column - 1]?.[unit];
  if (delta !== undefined) name += t("network.delta", { delta: formatNumber(delta) });
  if (role === "output" && targets[unit] !== undefined) {
    name += t("network.withTarget", { target: formatNumber(targets[unit]) });
  }
  return name;
}

/**
 * @param {Topology} topology
 * @returns {string}
 */
export function drawingName(topology) {
  return t("network.summary", {
    inputs: topology.columns[0].units,
    layers: topology.columns
      .slice(1)
      .map((column) => column.units)
      .join(", "),
  });
}
