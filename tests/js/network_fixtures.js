/** Small networks for the tests of the drawing. */

import { describe } from "../../static/js/network/topology.js";

/**
 * The structure of a network as the `spec` event tells it.
 *
 * @param {number[]} units inputs first
 * @param {{bias?: boolean, frozen?: number[]}} [options] frozen: numbers of layers
 */
export function structureOf(units, { bias = true, frozen = [] } = {}) {
  const layers = units.slice(1).map((count, at) => ({
    units: count,
    activation: "sigmoid",
    use_bias: bias,
    trainable: !frozen.includes(at + 1),
    bias_trainable: true,
    bounds: /** @type {[number, number]} */ ([0, 1]),
  }));
  const names = units.slice(1).flatMap((count, at) => {
    const kernel = Array.from({ length: units[at] * count }, (_, edge) => {
      return `${at + 1}.kernel.${Math.floor(edge / count)}.${edge % count}`;
    });
    const biases = Array.from({ length: bias ? count : 0 }, (_, to) => `${at + 1}.bias.${to}`);
    return [...kernel, ...biases];
  });
  const node_labels = units.map((count, at) => {
    const stem = at === 0 ? "I" : at === units.length - 1 ? "Y" : "H";
    return Array.from({ length: count }, (_, unit) => `${stem}${unit + 1}`);
  });
  return {
    network: {
      inputs: units[0],
      input_names: node_labels[0],
      output_names: node_labels[node_labels.length - 1],
      layers,
      parameter_names: names,
      parameter_labels: names.map((_, at) => `W${at + 1}`),
      node_labels,
    },
    domain: null,
  };
}

/**
 * @param {number[]} units
 * @param {{bias?: boolean, frozen?: number[]}} [options]
 */
export function topologyOf(units, options) {
  return describe(structureOf(units, options).network);
}

/**
 * A frame whose numbers all differ, and differ from another seed's.
 *
 * @param {number[]} units
 * @param {number} seed
 * @param {string | null} operation
 */
export function frameOf(units, seed, operation) {
  const { parameters } = topologyOf(units);
  /** @type {(scale: number) => Float32Array} */
  const vector = (scale) => {
    return Float32Array.from(parameters, (_, at) => scale * Math.sin(seed * 31 + at * 7 + scale));
  };
  return {
    version: seed,
    operation,
    playing: null,
    parameters: vector(1.7),
    gradients: vector(0.03),
    updates: vector(0.001),
    focus: {
      example: 0,
      inputs: Array.from({ length: units[0] }, (_, at) => seed + at / 10),
      targets: [1],
      pre_activations: units.slice(1).map((count) => Array(count).fill(0)),
      activations: units.slice(1).map((count, at) => {
        return Array.from({ length: count }, (_, unit) => Math.sin(seed + at * 3 + unit));
      }),
      deltas: null,
    },
    heatmaps: null,
  };
}
