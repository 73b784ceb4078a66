/** Where a weight has been, in the descent's picture: dots and thin lines, the newest strongest. */

/**
 * @typedef {import("./trail.js").Place} Place
 * @typedef {import("./placing.js").Point} Point
 */

/** Places that are drawn one by one, each fainter than the one after it. */
const SINGLE = 24;
const FAINTEST = 0.16;

/**
 * @param {{trail: Place[], index: number}} about
 * @returns {number[]} former values, without the present one
 */
export function valuesOf({ trail, index }) {
  return trail.slice(0, -1).map(({ parameters }) => parameters[index]);
}

/**
 * How strongly the mark `at` of so many is drawn. Pure.
 *
 * @param {number} at
 * @param {number} count
 */
export function strength(at, count) {
  return FAINTEST + ((1 - FAINTEST) * (at + 1)) / count;
}

/**
 * @typedef {object} Mark
 * @property {Point} at
 * @property {boolean} jump whether no line leads there
 *
 * @param {Place[]} trail
 * @param {(place: Place) => Point} where
 * @returns {Mark[]} of the newest places, the present one last
 */
export function marksOf(trail, where) {
  return trail.slice(-SINGLE - 1).map((place) => ({ at: where(place), jump: place.jump }));
}

/**
 * @param {any} group a selection
 * @param {Mark[]} marks
 * @param {boolean} linked whether lines lead from one to the next
 * @returns {Point[]} the dots that are drawn
 */
export function drawTrail(group, marks, linked) {
  const steps = linked ? marks.slice(1).map((to, at) => ({ from: marks[at].at, to })) : [];
  group
    .selectAll("line")
    .data(steps)
    .join("line")
    .attr("class", "trail")
    .attr("display", (/** @type {{to: Mark}} */ { to }) => (to.jump ? "none" : null))
    .attr("opacity", faded(steps.length))
    .attr("x1", (/** @type {{from: Point}} */ { from }) => from[0])
    .attr("y1", (/** @type {{from: Point}} */ { from }) => from[1])
    .attr("x2", (/** @type {{to: Mark}} */ { to }) => to.at[0])
    .attr("y2", (/** @type {{to: Mark}} */ { to }) => to.at[1]);
  const dots = marks.slice(0, -1).map(({ at }) => at);
  group
    .selectAll("circle")
    .data(dots)
    .join("circle")
    .attr("class", "trail-dot")
    .attr("r", 3)
    .attr("opacity", faded(dots.length))
    .attr("cx", (/** @type {Point} */ at) => at[0])
    .attr("cy", (/** @type {Point} */ at) => at[1]);
  return dots;
}

/** @param {number} count @returns {(mark: unknown, at: number) => string} */
function faded(count) {
  return (_, at) => strength(at, count).toFixed(2);
}
