/**
 * Which node or parameter lies under the pointer. Pure, without asking the document, so that it
 * works alike for edges drawn in SVG and on a canvas.
 */

import { curveAt, curveSlope, curveY } from "./geometry.js";

/**
 * @typedef {import("./geometry.js").Layout} Layout
 * @typedef {import("./types.js").Item} Item
 */

/**
 * @param {import("./topology.js").Topology} topology
 * @param {Layout} layout
 * @param {number} x
 * @param {number} y
 * @param {number} tolerance how far beside an edge still counts, in pixels
 * @returns {Item | null} nodes before biases before edges; of edges the nearest
 */
export function pick(topology, layout, x, y, tolerance) {
  return (
    pickNode(layout, x, y) ??
    pickBias(topology, layout, x, y, tolerance) ??
    pickEdge(topology, layout, x, y, tolerance)
  );
}

/**
 * @param {Layout} layout
 * @param {number} x
 * @param {number} y
 * @returns {Item | null}
 */
function pickNode(layout, x, y) {
  for (let column = 0; column < layout.columns.length; column += 1) {
    const place = layout.columns[column];
    if (Math.abs(x - place.x) > place.halfWidth) continue;
    // Above the first centre this rounds to -0, which is no index anyone expects.
    const unit = Math.round((y - place.y[0]) / place.pitch) + 0;
    const centre = place.y[unit];
    if (centre !== undefined && Math.abs(y - centre) <= place.halfHeight) {
      return { kind: "node", column, unit };
    }
  }
  return null;
}

/**
 * @param {import("./topology.js").Topology} topology
 * @param {Layout} layout
 * @param {number} x
 * @param {number} y
 * @param {number} tolerance
 * @returns {Item | null}
 */
function pickBias(topology, layout, x, y, tolerance) {
  for (let at = 0; at < layout.biases.length; at += 1) {
    const strip = layout.columns[at + 1].kind === "strip";
    const unit = layout.biases[at].findIndex((mark) => {
      const beside = Math.abs(x - mark.x) <= (strip ? 3 : tolerance);
      return beside && y >= mark.top && y <= mark.bottom + (strip ? 0 : 3);
    });
    if (unit >= 0) return { kind: "parameter", index: topology.gaps[at].bias + unit };
  }
  return null;
}

/**
 * All curves of a gap share x(t), so one t serves them all and the nearest is found by y.
 *
 * @param {import("./topology.js").Topology} topology
 * @param {Layout} layout
 * @param {number} x
 * @param {number} y
 * @param {number} tolerance
 * @returns {Item | null}
 */
function pickEdge(topology, layout, x, y, tolerance) {
  const at = layout.gaps.findIndex((gap) => x >= gap.left && x <= gap.right);
  if (at < 0) return null;
  const gap = layout.gaps[at];
  const t = curveAt(gap, x);
  let nearest = -1;
  let least = tolerance;
  for (let edge = 0; edge < gap.starts.length; edge += 1) {
    const slope = curveSlope(gap, edge, t);
    const distance = Math.abs(curveY(gap, edge, t) - y) / Math.sqrt(1 + slope * slope);
    if (distance < least) {
      least = distance;
      nearest = edge;
    }
  }
  return nearest < 0 ? null : { kind: "parameter", index: topology.gaps[at].first + nearest };
}
