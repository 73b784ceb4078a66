/**
 * What the descent's picture has in view, gliding from one view to the next so that the eye can
 * follow.
 */

import { onTheWay } from "./descent_range.js";

/** @typedef {import("./descent_range.js").Range} Range */

const MILLISECONDS = 420;
/** From a view to a point so many of its widths away no eye can follow. */
const FAR = 1000;

export class Camera {
  /** @type {Range | null} values in view at this moment */
  across = null;
  /** @type {Range | null} costs in view at this moment */
  up = null;
  /** @type {{across: Range, up: Range} | null} */
  #goal = null;
  /** @type {{across: Range, up: Range, since: number} | null} */
  #start = null;
  #point = { value: 0, cost: 0 };
  #moving = false;

  /**
   * @param {() => void} draw
   * @param {() => boolean} still whether to be there at once
   */
  constructor(draw, still) {
    this.draw = draw;
    this.still = still;
  }

  forget() {
    this.across = null;
    this.up = null;
    this.#goal = null;
    this.#start = null;
  }

  /** Whether it is on its way. */
  get turning() {
    return this.#start !== null;
  }

  /**
   * @param {Range} across
   * @param {Range} up
   * @param {{value: number, cost: number}} point that the eye rests on
   */
  turn(across, up, point) {
    this.#point = point;
    const same = this.#goal && equal(this.#goal.across, across) && equal(this.#goal.up, up);
    this.#goal = { across, up };
    if (this.across && this.up && same) return;
    const far = isFar(this.across, point.value) || isFar(this.up, point.cost);
    if (!this.across || !this.up || far || this.still() || document.hidden) {
      this.#arrive();
      return;
    }
    this.#start = { across: this.across, up: this.up, since: performance.now() };
    if (!this.#moving) requestAnimationFrame((now) => this.#move(now));
    this.#moving = true;
  }

  /** @param {number} now */
  #move(now) {
    this.#moving = false;
    const [start, goal] = [this.#start, this.#goal];
    if (!start || !goal) return;
    const share = Math.max(0, Math.min(1, (now - start.since) / MILLISECONDS));
    if (share >= 1) this.#arrive();
    else {
      const eased = share < 0.5 ? 4 * share ** 3 : 1 - (2 - 2 * share) ** 3 / 2;
      this.across = onTheWay(start.across, goal.across, this.#point.value, eased);
      this.up = onTheWay(start.up, goal.up, this.#point.cost, eased);
      this.#moving = true;
      requestAnimationFrame((later) => this.#move(later));
    }
    this.draw();
  }

  #arrive() {
    if (!this.#goal) return;
    this.across = this.#goal.across;
    this.up = this.#goal.up;
    this.#start = null;
  }
}

/**
 * @param {Range | null} range
 * @param {number} point
 */
function isFar(range, point) {
  if (!range) return false;
  const [low, high] = range;
  return Math.abs(point - (low + high) / 2) > FAR * (high - low);
}

/**
 * @param {Range} a
 * @param {Range} b
 */
function equal(a, b) {
  return a[0] === b[0] && a[1] === b[1];
}
