/**
 * The part of a cost curve that is in view, and what is drawn at the present value. Pure.
 *
 * @typedef {[number, number]} Range
 */

/** How near the edge of the view, as a share of its width, the star may come. */
const EDGE = 0.06;
/** How far a view may grow beyond what was offered, before it begins again from there. */
const MOST = 3;
/** A view whose curve fills less of its height than this is drawn closer. */
const FLAT = 0.6;

/**
 * The view of the weight's axis: the former one as long as what matters lies in it, so that a
 * curve moves under still axes.
 *
 * @param {Range | null} former
 * @param {Range} offered a range that shows the bowl round the present value
 * @param {number} value the present value
 * @param {number} next where the update will lead
 * @returns {Range}
 */
export function keptRange(former, offered, value, next) {
  const width = offered[1] - offered[0];
  const reach = Math.max(-width, Math.min(width, next - value));
  const low = Math.min(value, value + reach);
  const high = Math.max(value, value + reach);
  if (!former) return around(offered, low, high);
  const size = former[1] - former[0];
  if (low >= former[0] + EDGE * size && high <= former[1] - EDGE * size) return former;
  const wider = around(former, low, high);
  return wider[1] - wider[0] > MOST * width ? around(offered, low, high) : wider;
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
 * @param {number[]} costs of the curve; where it overflows they are infinite
 * @returns {Range}
 */
export function keptCosts(former, costs) {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const cost of costs.filter(Number.isFinite)) {
    low = Math.min(low, cost);
    high = Math.max(high, cost);
  }
  if (!(high >= low)) return former ?? [0, 1];
  const size = Math.max(high - low, 1e-9, 1e-6 * Math.abs(high));
  const [bottom, top] = [low - 0.16 * size, low + 1.08 * size];
  if (!former) return [bottom, top];
  const fits = low >= former[0] && high <= former[1];
  return fits && size > FLAT * (former[1] - former[0]) ? former : [bottom, top];
}

/**
 * The cost at a value, between the points of the curve.
 *
 * @param {number[]} values ascending
 * @param {number[]} costs
 * @param {number} value
 */
export function costAt(values, costs, value) {
  const last = values.length - 1;
  const at = ((value - values[0]) / (values[last] - values[0])) * last;
  const left = Math.max(0, Math.min(last - 1, Math.floor(at)));
  const share = Math.max(0, Math.min(1, at - left));
  return costs[left] + share * (costs[left + 1] - costs[left]);
}

/**
 * The slope at a value, from the points beside it.
 *
 * @param {number[]} values ascending
 * @param {number[]} costs
 * @param {number} value
 */
export function slopeAt(values, costs, value) {
  const step = (values[values.length - 1] - values[0]) / (values.length - 1);
  return (costAt(values, costs, value + step) - costAt(values, costs, value - step)) / (2 * step);
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
