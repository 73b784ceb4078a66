/** All of the drawing that is made anew for another network. */

import { Interaction } from "./interaction.js";
import { LabelLayer } from "./label_layer.js";
import { NodeMarks } from "./node_marks.js";
import { ParameterMarks } from "./parameter_marks.js";
import { describe } from "./topology.js";
import { Transition } from "./transition.js";

/** Beyond this many edges a canvas draws them. */
const SVG_EDGES = 400;

/**
 * @typedef {object} Marks
 * @property {import("./topology.js").Topology} topology
 * @property {boolean} onCanvas its edges are
 * @property {ParameterMarks} parameters
 * @property {NodeMarks} nodes
 * @property {LabelLayer} labels
 * @property {Interaction} interaction
 * @property {Transition} transition
 */

/**
 * @param {import("./stage.js").Stage} stage cleared of the former network
 * @param {import("./types.js").Structure} structure
 * @param {import("./interaction.js").Host} host
 * @returns {Marks}
 */
export function makeMarks(stage, structure, host) {
  const { svg, edges, biases, nodes, captions, labels } = stage;
  const topology = describe(structure.network);
  return {
    topology,
    onCanvas: topology.edges > SVG_EDGES,
    parameters: new ParameterMarks(edges, biases, topology),
    nodes: new NodeMarks(nodes, captions, topology),
    labels: new LabelLayer(labels, topology),
    transition: new Transition(topology),
    interaction: new Interaction(svg, topology, host),
  };
}
