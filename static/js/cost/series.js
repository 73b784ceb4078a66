/** From the columns of a history to the points of a curve. Pure functions. */

/** @typedef {{epoch: number, value: number}} Point */
/** @typedef {{low: number, high: number, least: number}} Extent least: the smallest above 0 */

/**
 * A column as points, at most about two for each column of the screen: the lowest and the highest,
 * so that spikes stay, and the first and the last always. Entries without a value are left out.
 *
 * @param {ArrayLike<number>} epochs in order
 * @param {ArrayLike<number>} values one for each, NaN for none
 * @param {number} columns of the screen, whole
 * @returns {Point[]}
 */
export function thinned(epochs, values, columns) {
  /** @type {Point[]} */
  const points = [];
  const [begin, end] = ends(values);
  if (begin > end) return points;
  const add = (/** @type {number} */ at) => points.push({ epoch: epochs[at], value: values[at] });
  if (end - begin <= 2 * columns) {
    for (let at = begin; at <= end; at += 1) if (Number.isFinite(values[at])) add(at);
    return points;
  }
  const width = (epochs[end] - epochs[begin]) / columns;
  add(begin);
  let at = begin + 1;
  for (let column = 1; column <= columns; column += 1) {
    const edge = column === columns ? Number.POSITIVE_INFINITY : epochs[begin] + column * width;
    let low = -1;
    let high = -1;
    for (; at < end && epochs[at] <= edge; at += 1) {
      if (!Number.isFinite(values[at])) continue;
      if (low < 0 || values[at] < values[low]) low = at;
      if (high < 0 || values[at] > values[high]) high = at;
    }
    if (low >= 0) add(Math.min(low, high));
    if (low !== high) add(Math.max(low, high));
  }
  add(end);
  return points;
}

/**
 * @param {ArrayLike<number>} values
 * @returns {[number, number]} indices of the first and the last value; crossed where there is none
 */
function ends(values) {
  let begin = 0;
  let end = values.length - 1;
  while (begin <= end && !Number.isFinite(values[begin])) begin += 1;
  while (end >= begin && !Number.isFinite(values[end])) end -= 1;
  return [begin, end];
}

/**
 * What values span.
 *
 * @param {ArrayLike<number>[]} columns NaN for no value
 * @returns {Extent} infinite where there is no value
 */
export function extent(columns) {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let least = Number.POSITIVE_INFINITY;
  for (const values of columns) {
    for (let at = 0; at < values.length; at += 1) {
      const value = values[at];
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
      if (value > 0 && value < least) least = value;
    }
  }
  return { low, high, least };
}

/**
 * The range of the vertical axis. Linear: from 0, unless values are negative; logarithmic: from
 * the smallest positive value.
 *
 * @param {Extent} extent
 * @param {boolean} logarithmic
 * @returns {[number, number]}
 */
export function range({ low, high, least }, logarithmic) {
  if (logarithmic) {
    if (!(least <= high)) return [0.1, 1];
    return high / least < 2 ? [least / 1.5, high * 1.5] : [least / 1.15, high * 1.15];
  }
  const [bottom, top] = [Math.min(0, low), Math.max(0, high)];
  const room = (top - bottom) * 0.08;
  if (room === 0) return [bottom, bottom + 1];
  return [bottom < 0 ? bottom - room : bottom, top > 0 ? top + room : top];
}

/**
 * The points up to a fraction of an epoch, the last one between two neighbours: what a curve shows
 * while it grows.
 *
 * @param {Point[]} points
 * @param {number} epoch
 * @returns {Point[]}
 */
export function upTo(points, epoch) {
  const end = points.findIndex((point) => point.epoch > epoch);
  if (end < 0) return points;
  if (end === 0) return points.slice(0, 1);
  const before = points[end - 1];
  const after = points[end];
  const share = (epoch - before.epoch) / (after.epoch - before.epoch);
  const value = before.value + share * (after.value - before.value);
  return [...points.slice(0, end), { epoch, value }];
}

/**
 * The history entry nearest to an epoch.
 *
 * @param {ArrayLike<number>} epochs in order, at least one
 * @param {number} epoch
 * @returns {number} its index
 */
export function nearest(epochs, epoch) {
  let low = 0;
  let high = epochs.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (epochs[middle] < epoch) low = middle + 1;
    else high = middle;
  }
  if (low > 0 && epoch - epochs[low - 1] <= epochs[low] - epoch) return low - 1;
  return low;
}
