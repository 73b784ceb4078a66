/**
 * The part of a cost curve that is in view, and what is drawn at the present value. Pure.
 *
 * @typedef {[number, number]} Range
 *
 * @typedef {object} Stand
 * @property {number} value the present value
 * @property {number} next where the update will lead
 * @property {number[]} past former values, the newest last
 */

/** How near the edge of the view, as a share of its width, the star may come. */
const EDGE = 0.06;
/** How far a view may grow beyond what was offered, before it begins again from there. */
const MOST = 3;
/** A view whose curve fills less of its height than this is drawn closer. */
const FLAT = 0.6;
/** Former values that a view should hold. */
const REMEMBERED = 12;

/** Shares of a close-up's width that its step may take. */
const SHORTEST = 0.08;
const LONGEST = 0.55;
/** What a new close-up holds, as a share of its width. */
const FILLED = 0.6;
/** How far ahead of its middle a close-up looks, so that it need not move with each step. */
const AHEAD = 0.12;
/** Former values that a close-up should hold, and how many steps away they may lie. */
const REMEMBERED_CLOSE = 5;
const NEAR = 8;
/** Frames bring single precision: a closer look would show its grain. */
const GRAIN = 1e-6;

/** What lies farther from 0 than this cannot be placed: frames bring single precision. */
const LARGEST = 1e38;
/** A higher cost counts as one that overflows, as the ends of an axis around it would. */
export const HIGHEST = 1e300;

/** How much of the view's height what lies off the curve may take, in heights of the curve. */
const BEYOND = 1.5;

/**
 * Why no curve can be drawn, where that is so: the parameter is too large, or numbers overflow.
 *
 * @param {import("./descent.js").Curve} curve
 * @returns {"tooLarge" | "overflows" | null}
 */
export function undrawable({ usual_range: [low, high], costs, cost, slope, next_value: next }) {
  if (!(low < high && Math.max(-low, high) <= LARGEST)) return "tooLarge";
  // What overflows is told as null.
  const told = [cost, slope, next].every(Number.isFinite) && costs.some(Number.isFinite);
  return told && cost <= HIGHEST ? null : "overflows";
}

/**
 * The view that shows the valley: the former one as long as what matters lies in it, so that a
 * curve moves under still axes.
 *
 * @param {Range | null} former
 * @param {Range} usual a range that shows the valley round the present value
 * @param {Stand} stand
 * @returns {Range}
 */
export function valleyRange(former, usual, { value, next, past }) {
  const width = usual[1] - usual[0];
  const reach = Math.max(-width, Math.min(width, next - value));
  const near = past.slice(-REMEMBERED).filter((was) => Math.abs(was - value) <= width);
  const low = Math.min(value, value + reach, ...near);
  const high = Math.max(value, value + reach, ...near);
  const whole = around(usual, low, high);
  if (!former) return whole;
  const size = former[1] - former[0];
  const most = MOST * (whole[1] - whole[0]);
  if (holds(former, low, high)) return size > most || width > MOST * size ? whole : former;
  const wider = around(former, low, high);
  return wider[1] - wider[0] > most ? whole : wider;
}

/**
 * The view that shows the step and the last ones before it.
 *
 * @param {Range | null} former
 * @param {Range} usual the range of the valley
 * @param {Stand} stand
 * @returns {Range}
 */
export function closeUpRange(former, usual, { value, next, past }) {
  const change = Math.max(-LARGEST, Math.min(LARGEST, next - value));
  const least = Math.max(1e-12, GRAIN * Math.abs(value));
  const step = change === 0 ? (usual[1] - usual[0]) / 64 : Math.max(Math.abs(change), least);
  const near = past.slice(-REMEMBERED_CLOSE).filter((was) => Math.abs(was - value) <= NEAR * step);
  const low = Math.min(value, value + change, ...near);
  const high = Math.max(value, value + change, ...near);
  if (former && holds(former, low, high)) {
    const share = step / (former[1] - former[0]);
    if (share >= SHORTEST && share <= LONGEST) return former;
  }
  const width = Math.max(high - low, 2 * step) / FILLED;
  const middle = (low + high) / 2 + Math.sign(change) * AHEAD * width;
  return [middle - width / 2, middle + width / 2];
}

/**
 * A range with half its width more at either side, so that it may move before more is asked for.
 *
 * @param {Range} range
 * @returns {Range}
 */
export function widened([low, high]) {
  const more = (high - low) / 2;
  return [low - more, high + more];
}

/**
 * @param {Range} range
 * @param {number} low
 * @param {number} high
 */
function holds([left, right], low, high) {
  const room = EDGE * (right - left);
  return low >= left + room && high <= right - room;
}

/**
 * @param {Range} range
 * @param {number} low
 * @param {number} high
 * @returns {Range} one that holds both ends with some room
 */
function around(range, low, high) {
  const room = EDGE * 2 * (range[1] - range[0]);
  return [Math.min(range[0], low - room), Math.max(range[1], high + room)];
}

/**
 * The view of the cost's axis.
 *
 * @param {Range | null} former
 * @param {number[]} costs of the curve in view; where it overflows they are infinite
 * @param {number[]} [others] costs off the curve, held as far as they leave it room
 * @returns {Range}
 */
export function keptCosts(former, costs, others = []) {
  let [low, high] = extent(costs);
  if (!(high >= low)) return former ?? [0, 1];
  const curve = Math.max(high - low, 1e-9, 1e-5 * Math.abs(high));
  const [least, most] = extent(others);
  low = Math.min(low, Math.max(least, low - BEYOND * curve));
  high = Math.max(high, Math.min(most, high + BEYOND * curve));
  const size = Math.max(high - low, curve);
  const [bottom, top] = [low - 0.1 * size, low + 1.1 * size];
  if (!former) return [bottom, top];
  const fits = low >= former[0] && high <= former[1];
  return fits && size > FLAT * (former[1] - former[0]) ? former : [bottom, top];
}

/**
 * @param {number[]} values those that are not finite are left aside
 * @returns {Range} infinite, the wrong way round, for none
 */
function extent(values) {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

/**
 * A view on the way from one to another: the share of its width at which `point` lies and the
 * logarithm of its width change evenly, so that a close-up is approached as by a camera.
 *
 * @param {Range} from
 * @param {Range} to
 * @param {number} point
 * @param {number} share of the way, 0 to 1
 * @returns {Range}
 */
export function onTheWay(from, to, point, share) {
  if (share >= 1) return to;
  const [former, later] = [from[1] - from[0], to[1] - to[0]];
  const width = former ** (1 - share) * later ** share;
  const start = (point - from[0]) / former;
  const at = start + ((point - to[0]) / later - start) * share;
  return [point - at * width, point + (1 - at) * width];
}

/**
 * @typedef {object} Line a cost curve as it is drawn
 * @property {number[]} values ascending
 * @property {number[]} costs
 */

/**
 * One line of two: the second where it is known, the first on either side of it.
 *
 * @param {Line} wide
 * @param {Line} close
 * @returns {Line}
 */
export function merged(wide, close) {
  const [low, high] = [close.values[0], close.values[close.values.length - 1]];
  const left = wide.values.findIndex((value) => value >= low);
  const right = wide.values.findIndex((value) => value > high);
  const [before, after] = [left < 0 ? wide.values.length : left, right < 0 ? Infinity : right];
  /** @type {(key: "values" | "costs") => number[]} */
  const join = (key) => [...wide[key].slice(0, before), ...close[key], ...wide[key].slice(after)];
  return { values: join("values"), costs: join("costs") };
}

/**
 * The cost at a value, between the points of a curve.
 *
 * @param {Line} line
 * @param {number} value
 */
export function costAt({ values, costs }, value) {
  const left = leftOf(values, value);
  const share = (value - values[left]) / (values[left + 1] - values[left]);
  return costs[left] + Math.max(0, Math.min(1, share)) * (costs[left + 1] - costs[left]);
}

/**
 * The slope at a value, from the points beside it.
 *
 * @param {Line} line
 * @param {number} value
 */
export function slopeAt(line, value) {
  const left = leftOf(line.values, value);
  const step = line.values[left + 1] - line.values[left];
  return (costAt(line, value + step) - costAt(line, value - step)) / (2 * step);
}

/**
 * @param {number[]} values ascending
 * @param {number} value
 * @returns {number} index of the last that is not larger, of the last but one at most
 */
function leftOf(values, value) {
  let [low, high] = [0, values.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (values[middle] <= value) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * The tangent at a point, as long as it stays in view and no longer than `reach` either way.
 *
 * @param {{value: number, cost: number}} point
 * @param {number} slope
 * @param {Range} across view of the values
 * @param {Range} up view of the costs
 * @param {number} reach in pixels
 * @param {number} perValue pixels of one unit of the value
 * @param {number} perCost pixels of one unit of the cost
 * @returns {[[number, number], [number, number]]} (value, cost) of both ends
 */
export function tangent({ value, cost }, slope, across, up, reach, perValue, perCost) {
  const length = Math.hypot(perValue, slope * perCost) || 1;
  /** @type {(sign: 1 | -1) => [number, number]} */
  const end = (sign) => {
    let step = (sign * reach) / length;
    const limit = sign > 0 ? across[1] - value : across[0] - value;
    if (Math.abs(step) > Math.abs(limit)) step = limit;
    if (slope !== 0) {
      const vertical = (step * slope > 0 ? up[1] - cost : up[0] - cost) / slope;
      if (Math.abs(step) > Math.abs(vertical)) step = vertical;
    }
    return [value + step, cost + step * slope];
  };
  return [end(-1), end(1)];
}
