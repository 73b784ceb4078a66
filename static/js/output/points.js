/** Examples as points of a plot: which sign each has, its path, and which one is near. */

import { middleOf } from "./colours.js";

/** @typedef {"positive" | "negative" | "neutral"} Side */
/** @typedef {{x: number, y: number, side: Side}} PlotPoint */

/**
 * On which side of the middle a target lies, and so its colour and shape.
 *
 * @param {number} target
 * @param {number} low
 * @param {number} high
 * @returns {Side}
 */
export function sideOf(target, low, high) {
  const middle = middleOf(low, high);
  return target > middle ? "positive" : target < middle ? "negative" : "neutral";
}

/**
 * One path for many points: discs for the positive, squares for the negative, so that shape tells
 * what colour tells.
 *
 * @param {PlotPoint[]} points
 * @param {number} radius
 * @returns {string}
 */
export function pointPath(points, radius) {
  const parts = [];
  for (const { x, y, side } of points) {
    const [cx, cy] = [x.toFixed(1), y.toFixed(1)];
    if (side === "negative") {
      const half = (0.88 * radius).toFixed(1);
      const edge = (1.76 * radius).toFixed(1);
      parts.push(`M${cx},${cy}m-${half},-${half}h${edge}v${edge}h-${edge}z`);
    } else {
      const r = radius.toFixed(1);
      const d = (2 * radius).toFixed(1);
      parts.push(`M${cx},${cy}m-${r},0a${r},${r} 0 1,0 ${d},0a${r},${r} 0 1,0 -${d},0`);
    }
  }
  return parts.join("");
}

/**
 * The index of the point nearest to a place, if it is within reach.
 *
 * @param {{x: number, y: number}[]} points
 * @param {number} x
 * @param {number} y
 * @param {number} reach
 * @returns {number | null}
 */
export function nearestPoint(points, x, y, reach) {
  let found = null;
  let least = reach * reach;
  points.forEach((point, index) => {
    const distance = (point.x - x) ** 2 + (point.y - y) ** 2;
    if (distance <= least) {
      least = distance;
      found = index;
    }
  });
  return found;
}

/**
 * Points small enough not to cover each other, large enough to be hit.
 *
 * @param {number} count
 */
export function radiusFor(count) {
  return count > 400 ? 2.4 : count > 120 ? 3 : count > 30 ? 4 : 6;
}
