/**
 * The network as columns of nodes and a flat list of parameters, told apart from any drawing.
 * Pure: a function of the `spec` event.
 */

/**
 * @typedef {object} Column
 * @property {number} units
 * @property {string[]} labels short names: I1, H2, Y1
 * @property {string[]} names what the data calls them, where it has a name of its own, else ""
 * @property {"inputs" | "hidden" | "output"} role
 * @property {string} activation "" for the inputs
 * @property {boolean} centred the activation's output has two finite bounds: neutral is midway
 * @property {number} firstNode index of its first unit among all nodes
 *
 * @typedef {object} Gap the parameters between column `layer - 1` and column `layer`
 * @property {number} layer 1 is the first after the inputs
 * @property {number} sources
 * @property {number} targets
 * @property {number} first flat index of kernel[0][0]
 * @property {number} bias flat index of bias[0], -1 without a bias
 * @property {number} end flat index after the layer's last parameter
 * @property {boolean} frozen
 * @property {boolean} biasFrozen
 *
 * @typedef {object} Parameter
 * @property {number} index
 * @property {string} name `1.kernel.0.2`, `1.bias.0`
 * @property {string} label
 * @property {"kernel" | "bias"} kind
 * @property {number} layer
 * @property {number} from source unit, -1 for a bias
 * @property {number} to
 * @property {boolean} frozen
 *
 * @typedef {object} Topology
 * @property {Column[]} columns
 * @property {Gap[]} gaps
 * @property {Parameter[]} parameters flat order
 * @property {Map<string, number>} indices of parameters by name
 * @property {number} nodes how many, inputs included
 * @property {number} edges how many kernel entries
 */

/**
 * @param {import("./types.js").NetworkStructure} network
 * @returns {Topology}
 */
export function describe(network) {
  const columns = describeColumns(network);
  /** @type {Gap[]} */
  const gaps = [];
  /** @type {Parameter[]} */
  const parameters = [];
  let edges = 0;
  /** @type {(parameter: Omit<Parameter, "index" | "label">) => void} */
  const add = (parameter) => {
    const index = parameters.length;
    const label = network.parameter_labels[index] ?? parameter.name;
    parameters.push({ ...parameter, index, label });
  };
  network.layers.forEach((layer, at) => {
    const number = at + 1;
    const sources = columns[at].units;
    const targets = layer.units;
    const frozen = layer.trainable === false;
    const biasFrozen = layer.bias_trainable === false;
    const first = parameters.length;
    for (let from = 0; from < sources; from += 1) {
      for (let to = 0; to < targets; to += 1) {
        const name = `${number}.kernel.${from}.${to}`;
        add({ name, kind: "kernel", layer: number, from, to, frozen });
      }
    }
    edges += sources * targets;
    const bias = layer.use_bias ? parameters.length : -1;
    for (let to = 0; layer.use_bias && to < targets; to += 1) {
      const name = `${number}.bias.${to}`;
      add({ name, kind: "bias", layer: number, from: -1, to, frozen: biasFrozen });
    }
    const end = parameters.length;
    gaps.push({ layer: number, sources, targets, first, bias, end, frozen, biasFrozen });
  });
  const last = columns[columns.length - 1];
  return {
    columns,
    gaps,
    parameters,
    indices: new Map(parameters.map((parameter) => [parameter.name, parameter.index])),
    nodes: last.firstNode + last.units,
    edges,
  };
}

/**
 * @param {import("./types.js").NetworkStructure} network
 * @returns {Column[]}
 */
function describeColumns(network) {
  const last = network.layers.length;
  let firstNode = 0;
  return [null, ...network.layers].map((layer, at) => {
    const units = layer ? layer.units : network.inputs;
    const labels = network.node_labels[at];
    const given = at === 0 ? network.input_names : at === last ? network.output_names : [];
    const bounds = layer?.bounds ?? [null, null];
    const column = {
      units,
      labels,
      names: labels.map((label, unit) => (given[unit] === label ? "" : (given[unit] ?? ""))),
      role: /** @type {Column["role"]} */ (at === 0 ? "inputs" : at === last ? "output" : "hidden"),
      activation: layer ? activationName(layer.activation) : "",
      centred: bounds[0] !== null && bounds[1] !== null,
      firstNode,
    };
    firstNode += units;
    return column;
  });
}

/** @param {string | {name: string}} activation */
function activationName(activation) {
  return typeof activation === "string" ? activation : activation.name;
}

/**
 * Flat indices of every parameter that touches a node: what comes in, its bias, what goes out.
 *
 * @param {Topology} topology
 * @param {number} column
 * @param {number} unit
 * @returns {number[]}
 */
export function parametersAt(topology, column, unit) {
  const indices = [];
  const into = topology.gaps[column - 1];
  if (into) {
    for (let from = 0; from < into.sources; from += 1) {
      indices.push(into.first + from * into.targets + unit);
    }
    if (into.bias >= 0) indices.push(into.bias + unit);
  }
  const outOf = topology.gaps[column];
  if (outOf) {
    for (let to = 0; to < outOf.targets; to += 1) {
      indices.push(outOf.first + unit * outOf.targets + to);
    }
  }
  return indices;
}
