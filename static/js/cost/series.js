/** From the history to the points of a curve. Pure functions. */

/** @typedef {import("../types.js").HistoryEntry} HistoryEntry */
/** @typedef {"train" | "test" | "fit"} Part */
/** @typedef {{epoch: number, value: number}} Point */

/**
 * One metric of one part as points, in order; entries without it are left out.
 *
 * @param {HistoryEntry[]} history
 * @param {Part} part
 * @param {string} metric
 * @returns {Point[]}
 */
export function series(history, part, metric) {
  const points = [];
  for (const entry of history) {
    const value = entry[part]?.[metric];
    if (typeof value === "number" && Number.isFinite(value)) {
      points.push({ epoch: entry.epoch, value });
    }
  }
  return points;
}

/**
 * At most about two points a column: the lowest and the highest, so that spikes stay; the first
 * and the last point always.
 *
 * @param {Point[]} points
 * @param {number} columns
 * @returns {Point[]}
 */
export function thinned(points, columns) {
  if (points.length <= 2 * columns + 2) return points;
  const first = points[0].epoch;
  const width = (points[points.length - 1].epoch - first) / columns;
  const kept = [points[0]];
  let at = 1;
  for (let column = 0; column < columns; column += 1) {
    const end = first + (column + 1) * width;
    let low = -1;
    let high = -1;
    for (; at < points.length - 1 && points[at].epoch <= end; at += 1) {
      if (low < 0 || points[at].value < points[low].value) low = at;
      if (high < 0 || points[at].value > points[high].value) high = at;
    }
    if (low >= 0) kept.push(points[Math.min(low, high)]);
    if (low !== high) kept.push(points[Math.max(low, high)]);
  }
  kept.push(points[points.length - 1]);
  return kept;
}

/**
 * The range of the vertical axis. Linear: from 0, unless values are negative; logarithmic: from
 * the smallest positive value, whole powers of ten where the values span some.
 *
 * @param {number[]} values
 * @param {boolean} logarithmic
 * @returns {[number, number]}
 */
export function range(values, logarithmic) {
  if (logarithmic) {
    const positive = values.filter((value) => value > 0);
    if (positive.length === 0) return [0.1, 1];
    const low = Math.min(...positive);
    const high = Math.max(...positive);
    return high / low < 2 ? [low / 1.5, high * 1.5] : [low / 1.15, high * 1.15];
  }
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const room = (high - low) * 0.08;
  if (room === 0) return [low, low + 1];
  return [low < 0 ? low - room : low, high > 0 ? high + room : high];
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
 * @param {HistoryEntry[]} history in order of epochs, at least one
 * @param {number} epoch
 * @returns {number} its index
 */
export function nearest(history, epoch) {
  let low = 0;
  let high = history.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (history[middle].epoch < epoch) low = middle + 1;
    else high = middle;
  }
  if (low > 0 && epoch - history[low - 1].epoch <= history[low].epoch - epoch) return low - 1;
  return low;
}
