/** Where words and numbers go in a chart, so that they can be read. Pure. */

/** @typedef {{left: number, right: number, top: number, bottom: number}} Box in pixels */
/** @typedef {[number, number][]} Line its points in pixels */

/**
 * @param {Box} one
 * @param {Box} other
 */
export function overlap(one, other) {
  const across = one.left < other.right && other.left < one.right;
  return across && one.top < other.bottom && other.top < one.bottom;
}

/**
 * How many pieces of lines go through a box.
 *
 * @param {Line[]} lines
 * @param {Box} box
 */
export function crossings(lines, box) {
  let count = 0;
  for (const line of lines) {
    for (let at = 1; at < line.length; at += 1)
      if (crosses(line[at - 1], line[at], box)) count += 1;
  }
  return count;
}

/**
 * @param {[number, number]} from
 * @param {[number, number]} to
 * @param {Box} box
 */
function crosses([x, y], [toX, toY], { left, right, top, bottom }) {
  // The share of the way at which it is within the box, first across, then up and down.
  let [begin, end] = [0, 1];
  for (const [at, way, low, high] of [
    [x, toX - x, left, right],
    [y, toY - y, top, bottom],
  ]) {
    if (way === 0) {
      if (at <= low || at >= high) return false;
      continue;
    }
    const [one, other] = [(low - at) / way, (high - at) / way];
    begin = Math.max(begin, Math.min(one, other));
    end = Math.min(end, Math.max(one, other));
  }
  return begin < end;
}

/**
 * The first of some boxes that no line goes through, else one that few do.
 *
 * @template {Box} Place
 * @param {Place[]} places
 * @param {Line[]} lines
 * @returns {Place | undefined} undefined where there are none
 */
export function clearest(places, lines) {
  let best;
  let least = Number.POSITIVE_INFINITY;
  for (const place of places) {
    const count = crossings(lines, place);
    if (count >= least) continue;
    [best, least] = [place, count];
    if (count === 0) break;
  }
  return best;
}

/** Of the present cost where it is written, in pixels. */
const LABEL = { width: 42, ascent: 12, descent: 3 };

/**
 * Where the present cost goes: over its dot, under it, or beside it, so that no line goes through.
 * It stays on its side as long as it can, so that it does not jump with every turn of the curve.
 *
 * @param {number} x
 * @param {number} y
 * @param {Box} room
 * @param {Line[]} lines
 * @param {number} former the side that it was on
 * @returns {Box & {base: number, side: number}} base: on which its text stands, that ends at the
 * right
 */
export function besideDot(x, y, room, lines, former) {
  const { width, ascent, descent } = LABEL;
  const end = Math.max(x + 4, room.left + width);
  const places = [
    [end, y - 10],
    [end, y + 20],
    [x - 10, y - 10],
    [x - 10, y + 20],
    [x - 10, y + 4],
  ].map(([right, base], side) => ({
    left: right - width,
    right,
    top: base - ascent,
    bottom: base + descent,
    base,
    side,
  }));
  const inside = [places[former], ...places].filter(
    ({ left, top, bottom }) => left >= room.left && top >= room.top && bottom <= room.bottom,
  );
  return clearest(inside, lines) ?? places[1];
}

/** Between two numbers in a row, and beyond the end of their axis, in pixels at most. */
const GAP = 12;
const BEYOND = 10;

/**
 * The numbers to write under an axis: as many as there is room for, none on another.
 *
 * @param {{ticks: (count: number) => number[], range: () => number[]} & ((tick: number) => number)} x
 * @param {(tick: number) => number} widthOf in pixels
 * @returns {{tick: number, left: number}[]} left: where it begins
 */
export function axisNumbers(x, widthOf) {
  const end = x.range()[1] + BEYOND;
  for (let most = 5; most > 0; most -= 1) {
    const ticks = x.ticks(most).filter(Number.isInteger);
    const placed = ticks.map((tick) => {
      const width = widthOf(tick);
      const left = tick === 0 ? x(0) : Math.min(x(tick) - width / 2, end - width);
      return { tick, left, right: left + width };
    });
    const apart = placed.every(({ left }, at) => at === 0 || left - placed[at - 1].right >= GAP);
    if (apart) return placed;
  }
  return [];
}
