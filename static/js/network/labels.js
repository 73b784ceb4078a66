/**
 * Where labels stand on their edges so that none hides another, a node or more of other edges than
 * it must. Pure: a search over a few dozen places along each curve.
 */

import { curveX, curveY } from "./geometry.js";

/**
 * @typedef {import("./types.js").Box} Box
 * @typedef {import("./geometry.js").GapLayout} GapLayout
 *
 * @typedef {object} Place
 * @property {number} t along the curve
 * @property {number} x
 * @property {number} y
 */

/** More edges than this in a gap get no labels at all. */
const MOST_EDGES = 12;
const ROUNDS = 8;
/** The search may come to rest where labels block each other; it begins from several sides. */
const STARTS = [[], [0.4, 0.4], [0.5, 0.5], [0.3, 0.5], [0.5, 0.3], [0.35, 0.65], [0.65, 0.35]];
/** Space between two labels. */
const MARGIN = 3;
/** Costs against each other: an edge's own label beside the source, other edges in the open. */
const COST = { overlap: 100, covered: 0.5, away: 1.6, astray: 0.35 };

/**
 * Places for the labels of one gap's edges, near their sources.
 *
 * @param {GapLayout} gap
 * @param {{width: number, height: number}[]} sizes by edge of the gap
 * @param {Box[]} obstacles nodes, their names, labels of biases
 * @returns {Place[] | null} null when there is no room for all
 */
export function placeLabels(gap, sizes, obstacles) {
  if (sizes.length > MOST_EDGES) return null;
  const options = sizes.map((size, edge) => placesOf(gap, edge, size, obstacles));
  if (options.some((places) => places.length === 0)) return null;
  /** @type {Place[] | null} */
  let best = null;
  let least = Number.POSITIVE_INFINITY;
  for (const start of STARTS) {
    const { chosen, cost } = settle(options, sizes, start);
    if (cost >= least || clash(chosen, sizes)) continue;
    best = chosen;
    least = cost;
  }
  return best?.map(({ t, x, y }) => ({ t, x, y })) ?? null;
}

/**
 * Lets each label in turn take its cheapest place until none moves any more.
 *
 * @param {(Place & {cost: number})[][]} options by edge
 * @param {{width: number, height: number}[]} sizes
 * @param {number[]} start t to begin from, for even and for odd edges; empty: the cheapest places
 */
function settle(options, sizes, start) {
  const chosen = options.map((places, edge) => {
    const from = start[edge % 2];
    return cheapest(places, ({ t }) => (from === undefined ? 0 : 10 * Math.abs(t - from)));
  });
  for (let round = 0; round < ROUNDS; round += 1) {
    let changed = false;
    options.forEach((places, edge) => {
      const found = cheapest(places, (place) => collisions(place, sizes, chosen, edge, round));
      if (found !== chosen[edge]) changed = true;
      chosen[edge] = found;
    });
    if (!changed) break;
  }
  const cost = chosen.reduce((sum, place, edge) => {
    return sum + place.cost + collisions(place, sizes, chosen, edge, 0);
  }, 0);
  return { chosen, cost };
}

/**
 * @param {Place[]} places
 * @param {{width: number, height: number}[]} sizes
 */
function clash(places, sizes) {
  return places.some((place, edge) => {
    return places.some(
      (other, at) => at > edge && overlap(place, sizes[edge], other, sizes[at], 0),
    );
  });
}

/**
 * A place for a single label on an edge, when labels are not shown for all.
 *
 * @param {GapLayout} gap
 * @param {number} edge
 * @param {{width: number, height: number}} size
 * @param {Box[]} obstacles
 * @returns {Place} the middle of the edge when there is no free place
 */
export function placeSingle(gap, edge, size, obstacles) {
  const places = placesOf(gap, edge, size, obstacles, false);
  if (places.length > 0) return cheapest(places, () => 0);
  return { t: 0.5, x: curveX(gap, 0.5), y: curveY(gap, edge, 0.5) };
}

/**
 * @param {GapLayout} gap
 * @param {number} edge
 * @param {{width: number, height: number}} size
 * @param {Box[]} obstacles
 * @param {boolean} [open] look for a place where it covers few other edges
 * @returns {(Place & {cost: number})[]}
 */
function placesOf(gap, edge, size, obstacles, open = true) {
  const places = [];
  const nearest = (size.width / 2 + 10) / Math.max(1, gap.right - gap.left);
  const wanted = Math.max(0.3, Math.min(0.5, nearest));
  for (let step = 8; step <= 92; step += 2) {
    const t = step / 100;
    const x = curveX(gap, t);
    const y = curveY(gap, edge, t);
    const box = boxAround(x, y, size);
    if (box.left < gap.left + 3 || box.right > gap.right - 3) continue;
    if (obstacles.some((obstacle) => intersects(box, obstacle))) continue;
    const covered = open ? coverage(gap, edge, box, t) : 0;
    places.push({ t, x, y, cost: covered * COST.covered + Math.abs(t - wanted) * COST.away });
  }
  return places;
}

/**
 * How many other edges of the gap run behind a box.
 *
 * @param {GapLayout} gap
 * @param {number} edge
 * @param {Box} box
 * @param {number} t of the box's centre
 */
function coverage(gap, edge, box, t) {
  let covered = 0;
  for (let other = 0; other < gap.starts.length; other += 1) {
    if (other === edge) continue;
    let inside = 0;
    for (let offset = -0.16; offset <= 0.161; offset += 0.04) {
      const at = t + offset;
      if (at < 0 || at > 1) continue;
      const x = curveX(gap, at);
      const y = curveY(gap, other, at);
      if (x > box.left && x < box.right && y > box.top && y < box.bottom) inside += 1;
    }
    covered += Math.min(1, inside / 3);
  }
  return covered;
}

/**
 * @param {Place} place
 * @param {{width: number, height: number}[]} sizes
 * @param {Place[]} chosen
 * @param {number} edge
 * @param {number} round later rounds weigh a collision more
 */
function collisions(place, sizes, chosen, edge, round) {
  let cost = 0;
  chosen.forEach((other, at) => {
    if (at === edge) return;
    if (overlap(place, sizes[edge], other, sizes[at], MARGIN)) cost += COST.overlap * (1 + round);
    // Labels of a gap that stand in one column read like a table.
    cost += Math.min(0.25, Math.abs(place.t - other.t)) * (COST.astray / chosen.length);
  });
  return cost;
}

/**
 * @template {Place & {cost: number}} T
 * @param {T[]} places
 * @param {(place: T) => number} extra
 * @returns {T}
 */
function cheapest(places, extra) {
  let best = places[0];
  let least = Number.POSITIVE_INFINITY;
  for (const place of places) {
    if (place.cost >= least) continue;
    const cost = place.cost + extra(place);
    if (cost < least - 1e-9) {
      least = cost;
      best = place;
    }
  }
  return best;
}

/**
 * @param {Place} a
 * @param {{width: number, height: number}} sizeA
 * @param {Place} b
 * @param {{width: number, height: number}} sizeB
 * @param {number} margin
 */
function overlap(a, sizeA, b, sizeB, margin) {
  return (
    Math.abs(a.x - b.x) < (sizeA.width + sizeB.width) / 2 + margin &&
    Math.abs(a.y - b.y) < (sizeA.height + sizeB.height) / 2 + margin
  );
}

/**
 * @param {number} x
 * @param {number} y
 * @param {{width: number, height: number}} size
 * @returns {Box}
 */
export function boxAround(x, y, size) {
  return {
    left: x - size.width / 2,
    top: y - size.height / 2,
    right: x + size.width / 2,
    bottom: y + size.height / 2,
  };
}

/**
 * @param {Box} a
 * @param {Box} b
 */
export function intersects(a, b) {
  return a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
}
