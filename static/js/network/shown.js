/**
 * The numbers on the drawing at one instant, read from a frame or between two frames. Pure.
 */

import { hasPassed } from "./motion.js";
import { largestSize } from "./scales.js";

/**
 * @typedef {import("./topology.js").Topology} Topology
 *
 * @typedef {object} Shown
 * @property {Float64Array} values of the quantity in view, by parameter
 * @property {Float64Array} largest what a gap's widths are measured against, by gap
 * @property {Float64Array} activations by node, inputs included
 * @property {boolean} missing there is no such quantity yet (no update has been made)
 */

/**
 * @param {Topology} topology
 * @param {import("./types.js").Frame} frame
 * @param {import("./types.js").Quantity} quantity
 * @returns {Shown} exactly the frame's numbers
 */
export function read(topology, frame, quantity) {
  const vector = vectorOf(frame, quantity);
  const values = new Float64Array(topology.parameters.length);
  if (vector) values.set(vector.subarray(0, values.length));
  const activations = new Float64Array(topology.nodes);
  activations.set(frame.focus.inputs.slice(0, topology.columns[0].units));
  topology.columns.slice(1).forEach((column, at) => {
    activations.set((frame.focus.activations[at] ?? []).slice(0, column.units), column.firstNode);
  });
  const largest = new Float64Array(topology.gaps.length).fill(largestSize(values));
  return { values, largest, activations, missing: vector === null };
}

/**
 * @param {import("./types.js").Frame} frame
 * @param {import("./types.js").Quantity} quantity
 */
function vectorOf(frame, quantity) {
  if (quantity === "weights") return frame.parameters;
  return quantity === "gradients" ? frame.gradients : frame.updates;
}

/**
 * What stands on the drawing on the way from one state to another. Before a wave that reveals,
 * everything is still the former state; otherwise numbers lie between the two.
 *
 * @param {Shown} former
 * @param {Shown} next
 * @param {import("./motion.js").Progress} progress
 * @param {Topology} topology
 * @returns {Shown} `next` itself once the motion is done
 */
export function between(former, next, progress, topology) {
  if (progress.done) return next;
  const { wave } = progress;
  if (wave?.reveals) return split(former, next, wave, topology);
  return {
    values: mix(former.values, next.values, progress.share),
    largest: mix(former.largest, next.largest, progress.share),
    activations: mix(former.activations, next.activations, progress.share),
    missing: next.missing,
  };
}

/**
 * @param {Shown} former
 * @param {Shown} next
 * @param {import("./motion.js").Wave} wave
 * @param {Topology} topology
 * @returns {Shown}
 */
function split(former, next, wave, topology) {
  const values = next.values.slice();
  const largest = next.largest.slice();
  const activations = next.activations.slice();
  topology.gaps.forEach((gap, at) => {
    // A gap's edges switch as the wave enters it: they are still dimmed then, and it lights them.
    if (hasPassed(wave, wave.direction > 0 ? at : at + 1)) return;
    values.set(former.values.subarray(gap.first, gap.end), gap.first);
    largest[at] = former.largest[at];
  });
  topology.columns.forEach((column, at) => {
    if (hasPassed(wave, at)) return;
    const end = column.firstNode + column.units;
    activations.set(former.activations.subarray(column.firstNode, end), column.firstNode);
  });
  return { values, largest, activations, missing: next.missing };
}

/**
 * @param {Float64Array} from
 * @param {Float64Array} to
 * @param {number} share
 */
function mix(from, to, share) {
  const result = new Float64Array(to.length);
  for (let at = 0; at < to.length; at += 1) result[at] = from[at] + (to[at] - from[at]) * share;
  return result;
}

/**
 * What travels along each edge as a wave passes: forwards the contribution weight x activation of
 * the example in focus, backwards the gradient.
 *
 * @param {Topology} topology
 * @param {import("./types.js").Frame} frame
 * @param {1 | -1} direction
 * @returns {Float64Array} by parameter, biases 0
 */
export function travelling(topology, frame, direction) {
  const signals = new Float64Array(topology.parameters.length);
  topology.gaps.forEach((gap, at) => {
    const sources = at === 0 ? frame.focus.inputs : frame.focus.activations[at - 1];
    for (let edge = 0; edge < gap.sources * gap.targets; edge += 1) {
      const index = gap.first + edge;
      signals[index] =
        direction > 0
          ? frame.parameters[index] * (sources?.[Math.floor(edge / gap.targets)] ?? 0)
          : frame.gradients[index];
    }
  });
  return signals;
}
