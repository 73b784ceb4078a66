/** The arrow of a step. Pure. */

/** @typedef {import("./placing.js").Point} Point */

/** A shorter arrow would lie under the star. */
const SHORTEST = 15;
/** How far from the star the mere head of a step too short is drawn. */
const HEAD = SHORTEST + 2;
/** Of the head: how far back its barbs reach, and how far aside. */
const BACK = 6;
const ASIDE = 4.5;

/**
 * Whether an arrow would be too short to be seen.
 *
 * @param {Point} from
 * @param {Point} to
 */
export function isShort(from, to) {
  return Math.hypot(to[0] - from[0], to[1] - from[1]) < SHORTEST;
}

/**
 * Where an arrow ends: a step too short has a mere head beside the star, which says where it goes.
 *
 * @param {Point} from
 * @param {Point} to
 * @param {Point} way the direction, where the two are too near each other to tell it
 * @returns {Point}
 */
export function tipOf(from, to, way = [to[0] - from[0], to[1] - from[1]]) {
  if (!isShort(from, to)) return to;
  const length = Math.hypot(...way) || 1;
  return [from[0] + (way[0] / length) * HEAD, from[1] + (way[1] / length) * HEAD];
}

/**
 * @param {Point} from
 * @param {Point} tip
 * @param {boolean} headOnly
 * @returns {string} SVG path data, nothing for an arrow without a length
 */
export function arrowPath(from, tip, headOnly) {
  const [dx, dy] = [tip[0] - from[0], tip[1] - from[1]];
  const length = Math.hypot(dx, dy);
  if (length === 0) return "";
  const [ux, uy] = [dx / length, dy / length];
  /** @type {(side: 1 | -1) => string} */
  const barb = (side) => {
    const aside = side * ASIDE;
    return point([tip[0] - BACK * ux - aside * uy, tip[1] - BACK * uy + aside * ux]);
  };
  const shaft = headOnly ? "" : `M${point(from)}L${point(tip)}`;
  return `${shaft}M${barb(-1)}L${point(tip)}L${barb(1)}`;
}

/** @param {Point} point */
function point([x, y]) {
  return `${x.toFixed(2)},${y.toFixed(2)}`;
}
