/**
 * The bottom of a cost curve, and the learning rate beyond which steps jump out of it. Pure.
 *
 * @typedef {import("./descent_range.js").Line} Line
 */

/** A curve rises where it gains this share of its height on its way from the lowest point. */
const RISES = 0.003;
/** Points to either side of the lowest by which the curvature is found, and found again. */
const NEAR = 1;
const FAR = 2;
/** The two agree to this factor, or the curve is no parabola there. */
const ALIKE = 1.5;

/**
 * Whether a curve has a bottom that it rises from on both sides.
 *
 * @param {Line} line
 */
export function hasBottom({ costs }) {
  const lowest = lowestOf(costs);
  const left = Math.max(...costs.slice(0, lowest + 1)) - costs[lowest];
  const right = Math.max(...costs.slice(lowest)) - costs[lowest];
  return Math.min(left, right) > RISES * Math.max(left, right);
}

/**
 * On a parabola a step of plain gradient descent lands as high on the other wall where the learning
 * rate is 2 / curvature; with a larger one it lands higher each time, and no bottom can hold it.
 *
 * @param {Line} line evenly spaced
 * @returns {number | null} null where the curve has no bottom, or none like a parabola's
 */
export function bouncingRate(line) {
  if (!hasBottom(line)) return null;
  const { values, costs } = line;
  const lowest = lowestOf(costs);
  if (lowest < FAR || lowest + FAR >= costs.length) return null;
  const [near, far] = [NEAR, FAR].map((reach) => {
    const step = (values[lowest + reach] - values[lowest - reach]) / 2;
    return (costs[lowest - reach] - 2 * costs[lowest] + costs[lowest + reach]) / step ** 2;
  });
  if (!(near > 0 && far > 0) || near > ALIKE * far || far > ALIKE * near) return null;
  return 2 / near;
}

/** @param {number[]} costs */
function lowestOf(costs) {
  let lowest = 0;
  for (let at = 1; at < costs.length; at += 1) if (costs[at] < costs[lowest]) lowest = at;
  return lowest;
}
