/**
 * Edges of a large network on a canvas: grouped by sign and size into a few strokes, each of many
 * curves, because the number of strokes is what costs time.
 */

import { curveX, curveY, handles } from "./geometry.js";
import { dashes, levelOf, relativeSize, signOf } from "./scales.js";

const LEVELS = 7;
const MOST_DOTS = 150;
const TAU = 2 * Math.PI;

/**
 * @typedef {object} CanvasScene
 * @property {import("./topology.js").Topology} topology
 * @property {import("./geometry.js").Layout} layout
 * @property {import("./shown.js").Shown} shown
 * @property {import("./palette.js").Palette} palette
 * @property {Set<number> | null} lit only these, when a node is pointed at
 */

/**
 * @param {CanvasRenderingContext2D} context in drawing units
 * @param {CanvasScene} scene
 */
export function drawEdges(context, scene) {
  const { topology, layout, palette, lit } = scene;
  context.lineCap = "butt";
  topology.gaps.forEach((gap, at) => {
    const buckets = sortIntoBuckets(gap, at, scene);
    buckets.forEach((edges, bucket) => {
      if (edges.length === 0) return;
      const level = bucket % LEVELS;
      const sign = bucket < LEVELS ? -1 : 1;
      const share = (level + 0.5) / LEVELS;
      const width = 0.6 + (layout.widest - 0.6) * share;
      context.strokeStyle = sign > 0 ? palette.positive : palette.negative;
      // All together the many small ones would be a fog; a node's own few may be seen.
      const alpha = lit ? 0.35 + 0.55 * share : 0.06 + 0.84 * share ** 1.4;
      context.globalAlpha = alpha * (gap.frozen ? 0.5 : 1);
      context.lineWidth = width;
      context.setLineDash(dashes(sign, width));
      // Else the dashes of all edges that start at one x would line up into stripes.
      context.lineDashOffset = 3 * level;
      strokeCurves(context, layout.gaps[at], edges);
    });
  });
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/**
 * Negative edges from small to large, then positive ones; edges at zero are left out.
 *
 * @param {import("./topology.js").Gap} gap
 * @param {number} at
 * @param {CanvasScene} scene
 * @returns {number[][]} edges of the gap by bucket
 */
function sortIntoBuckets(gap, at, { shown, lit }) {
  /** @type {number[][]} */
  const buckets = Array.from({ length: 2 * LEVELS }, () => []);
  const largest = shown.largest[at];
  const count = gap.sources * gap.targets;
  for (let edge = 0; edge < count; edge += 1) {
    const index = gap.first + edge;
    if (lit && !lit.has(index)) continue;
    const value = shown.values[index];
    const sign = signOf(value);
    if (sign === 0) continue;
    buckets[(sign > 0 ? LEVELS : 0) + levelOf(value, largest, LEVELS)].push(edge);
  }
  return buckets;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./geometry.js").GapLayout} gap
 * @param {number[]} edges
 */
function strokeCurves(context, gap, edges) {
  const [near, far] = handles(gap);
  context.beginPath();
  for (const edge of edges) {
    const start = gap.starts[edge];
    const end = gap.ends[edge];
    context.moveTo(gap.left, start);
    context.bezierCurveTo(near, start, far, end, gap.right, end);
  }
  context.stroke();
}

/**
 * Biases of strips: one thin cell a unit.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {CanvasScene} scene
 */
export function drawBiasCells(context, { topology, layout, shown, palette }) {
  topology.gaps.forEach((gap, at) => {
    if (gap.bias < 0 || layout.columns[at + 1].kind !== "strip") return;
    const largest = shown.largest[at];
    layout.biases[at].forEach((mark, unit) => {
      const value = shown.values[gap.bias + unit];
      context.fillStyle = value < 0 ? palette.negative : palette.positive;
      context.globalAlpha = signOf(value) === 0 ? 0.12 : 0.2 + 0.8 * relativeSize(value, largest);
      context.fillRect(mark.x - 2, mark.top + 0.5, 4, Math.max(0.5, mark.bottom - mark.top - 1));
    });
  });
  context.globalAlpha = 1;
}

/**
 * Fades what a wave has not reached.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {import("./geometry.js").Layout} layout
 * @param {{x: number, soft: number, direction: 1 | -1, dimmest: number}} front
 */
export function fade(context, layout, front) {
  const gradient = context.createLinearGradient(front.x - front.soft, 0, front.x + front.soft, 0);
  const dimmed = `rgba(0, 0, 0, ${front.dimmest})`;
  gradient.addColorStop(0, front.direction > 0 ? "#000" : dimmed);
  gradient.addColorStop(1, front.direction > 0 ? dimmed : "#000");
  context.globalCompositeOperation = "destination-in";
  context.fillStyle = gradient;
  context.fillRect(0, 0, layout.width, layout.height);
  context.globalCompositeOperation = "source-over";
}

/**
 * Dots of a wave on the curves of one gap: of the strongest signals only.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {CanvasScene} scene
 * @param {number} at which gap
 * @param {number} t how far along
 * @param {import("./transition.js").Signals} signals
 */
export function drawDots(context, { topology, layout, palette }, at, t, signals) {
  const gap = topology.gaps[at];
  const place = layout.gaps[at];
  const x = curveX(place, t);
  const sizes = signals.values
    .subarray(gap.first, gap.first + gap.sources * gap.targets)
    .map(Math.abs);
  const least = sizes.slice().sort().at(-MOST_DOTS) ?? 0;
  for (const sign of [-1, 1]) {
    context.fillStyle = sign > 0 ? palette.positive : palette.negative;
    context.beginPath();
    for (let edge = 0; edge < sizes.length; edge += 1) {
      if (sizes[edge] < least || signOf(signals.values[gap.first + edge]) !== sign) continue;
      const radius = 0.8 + 2.6 * Math.sqrt(relativeSize(sizes[edge], signals.largest));
      const y = curveY(place, edge, t);
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, TAU);
    }
    context.fill();
  }
}
