/**
 * Finds room for labels in a picture: what is drawn is marked on a grid, and a label goes to the
 * free place nearest to what it names. Pure.
 *
 * @typedef {{x: number, y: number, width: number, height: number}} Box x, y: its upper left corner
 * @typedef {[number, number]} Point
 *
 * @typedef {object} Bounds within which labels may stand
 * @property {number} left
 * @property {number} right
 * @property {number} top
 * @property {number} bottom
 */

/** Pixels of a cell of the grid. */
const CELL = 3;
/** A label stays where it was unless another place is this much nearer, in pixels. */
const LOYALTY = 14;

/** Further out nothing is drawn: a drawing holds numbers in single precision. */
const REACH = 1e6;

/** @param {number} pixels @returns {number} the same, or where what lies too far out is drawn */
export function inReach(pixels) {
  return Math.max(-REACH, Math.min(REACH, pixels));
}

export class Room {
  /** @param {Bounds} bounds */
  constructor({ left, right, top, bottom }) {
    this.left = left;
    this.top = top;
    this.columns = Math.max(1, Math.floor((right - left) / CELL));
    this.rows = Math.max(1, Math.floor((bottom - top) / CELL));
    this.taken = new Uint8Array(this.columns * this.rows);
  }

  /**
   * @param {Box} box
   * @param {number} [margin]
   */
  takeBox({ x, y, width, height }, margin = 0) {
    const left = Math.max(0, this.#column(x - margin));
    const right = Math.min(this.columns - 1, this.#column(x + width + margin));
    const top = Math.max(0, this.#row(y - margin));
    const bottom = Math.min(this.rows - 1, this.#row(y + height + margin));
    if (right < left) return;
    for (let row = top; row <= bottom; row += 1) {
      this.taken.fill(1, row * this.columns + left, row * this.columns + right + 1);
    }
  }

  /**
   * @param {Point[]} points of a line; where they are not finite it has a gap
   * @param {number} margin
   */
  takeLine(points, margin) {
    for (let at = 1; at < points.length; at += 1) {
      const [from, to] = [points[at - 1], points[at]];
      const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
      if (!Number.isFinite(length)) continue;
      const parts = Math.min(400, Math.ceil(length / CELL));
      for (let part = 0; part <= parts; part += 1) {
        const share = parts === 0 ? 0 : part / parts;
        const x = from[0] + (to[0] - from[0]) * share;
        const y = from[1] + (to[1] - from[1]) * share;
        this.takeBox({ x, y, width: 0, height: 0 }, margin);
      }
    }
  }

  /**
   * @param {{width: number, height: number}} size of the label
   * @param {Point[]} anchors points of what it names
   * @param {Box | null} [former] where it was
   * @returns {Box | null} null where there is no room at all
   */
  find(size, anchors, former = null) {
    const sums = this.#sums();
    const across = Math.ceil(size.width / CELL) + 1;
    const down = Math.ceil(size.height / CELL) + 1;
    /** @type {Box | null} */
    let best = null;
    let nearest = Number.POSITIVE_INFINITY;
    for (let row = 0; row + down <= this.rows; row += 1) {
      for (let column = 0; column + across <= this.columns; column += 1) {
        if (count(sums, this.columns + 1, column, row, across, down) > 0) continue;
        const box = { x: this.left + column * CELL, y: this.top + row * CELL, ...size };
        const { distance } = nearestOf(box, anchors);
        if (distance >= nearest) continue;
        nearest = distance;
        best = box;
      }
    }
    if (!former || !best) return best;
    if (nearestOf({ ...former, ...size }, anchors).distance > nearest + LOYALTY) return best;
    const [column, row] = [this.#column(former.x), this.#row(former.y)];
    const inside = column >= 0 && row >= 0;
    const fits = column + across <= this.columns && row + down <= this.rows;
    const free = inside && fits && count(sums, this.columns + 1, column, row, across, down) === 0;
    return free ? { ...former, ...size } : best;
  }

  /** @param {number} x */
  #column(x) {
    return Math.floor((x - this.left) / CELL);
  }

  /** @param {number} y */
  #row(y) {
    return Math.floor((y - this.top) / CELL);
  }

  /** Taken cells above and to the left of each corner of a cell. */
  #sums() {
    const width = this.columns + 1;
    const sums = new Int32Array(width * (this.rows + 1));
    for (let row = 0; row < this.rows; row += 1) {
      let inRow = 0;
      for (let column = 0; column < this.columns; column += 1) {
        inRow += this.taken[row * this.columns + column];
        sums[(row + 1) * width + column + 1] = sums[row * width + column + 1] + inRow;
      }
    }
    return sums;
  }
}

/**
 * @param {Int32Array} sums
 * @param {number} width of a row of sums
 * @param {number} column
 * @param {number} row
 * @param {number} across
 * @param {number} down
 * @returns {number} taken cells in a rectangle
 */
function count(sums, width, column, row, across, down) {
  const [top, bottom] = [row * width, (row + down) * width];
  return (
    sums[bottom + column + across] -
    sums[bottom + column] -
    sums[top + column + across] +
    sums[top + column]
  );
}

/**
 * The anchor that a label is nearest to.
 *
 * @param {Box} box
 * @param {Point[]} anchors
 * @returns {{anchor: Point, distance: number}}
 */
export function nearestOf(box, anchors) {
  let anchor = anchors[0];
  let distance = Number.POSITIVE_INFINITY;
  for (const point of anchors) {
    const dx = Math.max(box.x - point[0], 0, point[0] - box.x - box.width);
    const dy = Math.max(box.y - point[1], 0, point[1] - box.y - box.height);
    // A label that stands centred on what it names reads better than one beside it.
    const away = Math.hypot(dx, dy) + 0.05 * Math.abs(box.x + box.width / 2 - point[0]);
    if (away >= distance) continue;
    distance = away;
    anchor = point;
  }
  return { anchor, distance };
}
