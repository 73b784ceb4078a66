/** Where on the drawing a wave's front is. Pure. */

import { curveX } from "./geometry.js";

/** Half the width of a wave's soft edge, in pixels. */
const SOFT = 34;
/** How much is left of what a wave has not reached. */
const DIMMEST = 0.14;

/**
 * @typedef {import("./motion.js").Wave} Wave
 *
 * @typedef {object} Front
 * @property {number} x
 * @property {number} soft half the width of its soft edge
 * @property {1 | -1} direction
 * @property {number} dimmest opacity of what lies ahead
 */

/**
 * The gap a wave is crossing, and how far it has come from left to right.
 *
 * @param {Wave} wave
 * @param {number} gaps
 * @returns {{at: number, t: number}}
 */
export function gapOf(wave, gaps) {
  const at = Math.max(0, Math.min(gaps - 1, Math.floor(wave.place)));
  return { at, t: Math.max(0, Math.min(1, wave.place - at)) };
}

/**
 * @param {import("./geometry.js").Layout} layout
 * @param {Wave} wave
 * @returns {Front} outside the drawing before and after the wave has crossed it
 */
export function frontOf(layout, wave) {
  const last = layout.gaps.length;
  const { at, t } = gapOf(wave, last);
  let x = curveX(layout.gaps[at], t);
  if (wave.place <= 0) x = -2 * SOFT;
  if (wave.place >= last) x = layout.width + 2 * SOFT;
  const dimmest = 1 - (1 - DIMMEST) * wave.dimming;
  return { x, soft: SOFT, direction: wave.direction, dimmest };
}
