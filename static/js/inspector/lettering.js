/** The words within the descent's picture, each where there is room for it. */

import { textWidth } from "../network/text.js";
import { nearestOf, Room } from "./placing.js";

/**
 * @typedef {import("./placing.js").Box} Box
 * @typedef {import("./placing.js").Point} Point
 */

const SIZE = 12;
const LINE = 15;
const PAD = 3;
/** A label further than this from what it names has a line that leads there. */
const FAR = 26;
/** Points of a line that are looked at. */
const SAMPLES = 16;

export class Lettering {
  /** @type {Map<string, Box>} where labels are */
  #boxes = new Map();
  #family;
  room = new Room({ left: 0, right: 0, top: 0, bottom: 0 });

  /**
   * @param {any} svg a selection
   * @param {HTMLElement} container
   */
  constructor(svg, container) {
    this.group = svg.append("g").attr("aria-hidden", "true");
    this.#family = getComputedStyle(container).fontFamily;
  }

  /** @param {string} text */
  widthOf(text) {
    return textWidth(text, SIZE, this.#family);
  }

  /**
   * A new drawing: what it holds is to be marked in `room` before labels are set.
   *
   * @param {import("./placing.js").Bounds} bounds
   */
  begin(bounds) {
    this.room = new Room(bounds);
  }

  /**
   * Writes a label of some lines, or takes it away where there are none or no room.
   *
   * @param {string} kind its class
   * @param {string[]} lines
   * @param {Point[]} anchors points of what it names
   * @param {number} sign
   */
  say(kind, lines, anchors, sign) {
    const width = Math.max(0, ...lines.map((line) => this.widthOf(line))) + 2 * PAD;
    const size = { width, height: lines.length * LINE + PAD };
    const placed = lines.length > 0 ? this.room.find(size, anchors, this.#boxes.get(kind)) : null;
    if (placed) {
      this.#boxes.set(kind, placed);
      this.room.takeBox(placed, 2);
    } else this.#boxes.delete(kind);
    this.#lead(kind, placed, anchors);
    this.group
      .selectAll(`text.${kind}`)
      .data(placed ? [placed] : [])
      .join("text")
      .attr("class", kind)
      .attr("data-sign", sign)
      .selectAll("tspan")
      .data(placed ? lines : [])
      .join("tspan")
      .attr("x", placed ? placed.x + PAD : 0)
      .attr("y", (/** @type {string} */ _, /** @type {number} */ line) =>
        placed ? placed.y + LINE * line + SIZE : 0,
      )
      .text((/** @type {string} */ line) => line);
  }

  /**
   * @param {string} kind
   * @param {Box | null} box
   * @param {Point[]} anchors
   */
  #lead(kind, box, anchors) {
    const { anchor, distance } = box
      ? nearestOf(box, anchors)
      : { anchor: anchors[0], distance: 0 };
    const [x, y] = box ? nearest(box, anchor) : anchor;
    const others = [...this.#boxes].filter(([other]) => other !== kind).map(([, other]) => other);
    const free = !others.some((other) => meets(other, [x, y], anchor));
    const far = box && distance > FAR && free ? box : null;
    this.group
      .selectAll(`line.${kind}-lead`)
      .data(far ? [far] : [])
      .join("line")
      .attr("class", `lead-line ${kind}-lead`)
      .attr("x1", x)
      .attr("y1", y)
      .attr("x2", anchor[0])
      .attr("y2", anchor[1]);
  }
}

/**
 * @param {Box} box
 * @param {Point} point
 * @returns {Point} the nearest of the box
 */
function nearest(box, [x, y]) {
  return [
    Math.max(box.x, Math.min(box.x + box.width, x)),
    Math.max(box.y, Math.min(box.y + box.height, y)),
  ];
}

/**
 * Whether a line from one point to another passes through a box. Pure.
 *
 * @param {Box} box
 * @param {Point} from
 * @param {Point} to
 */
export function meets({ x, y, width, height }, from, to) {
  for (let sample = 0; sample <= SAMPLES; sample += 1) {
    const share = sample / SAMPLES;
    const across = from[0] + (to[0] - from[0]) * share;
    const down = from[1] + (to[1] - from[1]) * share;
    if (across >= x && across <= x + width && down >= y && down <= y + height) return true;
  }
  return false;
}
