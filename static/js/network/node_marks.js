/** Nodes, their names, values and targets, and the captions of the layers, as SVG. */

import { formatNumber, formatRound } from "../format.js";
import { t } from "../words.js";
import { addCaption } from "./captions.js";
import { append, pixel, write, writeText } from "./dom.js";
import { hasPassed } from "./motion.js";
import { diverging, position } from "./scales.js";
import { labelWidth, textWidth, writeLabel } from "./text.js";

/** Left of an input that has no room for its name above, in pixels. */
const ROOM_LEFT = 26;
/** A strip's colours, in this many steps either way: an unseen change costs no write. */
const STEPS = 24;

/**
 * @typedef {object} NodeMark
 * @property {SVGGElement} group
 * @property {SVGElement} shape
 * @property {SVGTextElement | null} value
 *
 * @typedef {import("./topology.js").Column} Column
 * @typedef {import("./geometry.js").ColumnLayout} ColumnLayout
 */

/**
 * Font size of a node's name.
 *
 * @param {number} halfHeight of the node
 */
export function nameSize(halfHeight) {
  return halfHeight < 19 ? 11 : 13;
}

export class NodeMarks {
  /** @type {NodeMark[][]} */
  #marks = [];
  /** @type {(SVGTextElement | null)[]} */
  #targets = [];
  /** @type {import("./captions.js").Caption[]} */
  #captionPlaces = [];
  #parent;
  #captions;
  #topology;
  /** @type {import("./geometry.js").Layout | null} */
  #layout = null;

  /**
   * @param {SVGGElement} parent
   * @param {SVGGElement} captions
   * @param {import("./topology.js").Topology} topology
   */
  constructor(parent, captions, topology) {
    this.#parent = parent;
    this.#captions = captions;
    this.#topology = topology;
  }

  /** Where each column's caption begins. */
  get captions() {
    return this.#captionPlaces;
  }

  /** @param {number} column @param {number} unit @returns {SVGGElement | undefined} */
  element(column, unit) {
    return this.#marks[column]?.[unit]?.group;
  }

  /** @returns {IterableIterator<[number, number, SVGGElement]>} column, unit and what is drawn */
  *elements() {
    for (const [column, marks] of this.#marks.entries()) {
      for (const [unit, { group }] of marks.entries()) yield [column, unit, group];
    }
  }

  /**
   * Draws all nodes anew.
   *
   * @param {import("./geometry.js").Layout} layout
   * @param {string} family of the font
   */
  place(layout, family) {
    this.#layout = layout;
    this.#parent.replaceChildren();
    this.#captions.replaceChildren();
    this.#marks = this.#topology.columns.map((column, at) => {
      const place = layout.columns[at];
      return place.y.map((_, unit) => this.#addNode(column, place, at, unit, family));
    });
    this.#targets = this.#addTargets(layout);
    this.#captionPlaces = this.#topology.columns.map((_, at) => {
      return addCaption(this.#captions, this.#topology, layout, at, family);
    });
  }

  /**
   * @param {Column} column
   * @param {ColumnLayout} place
   * @param {number} at
   * @param {number} unit
   * @param {string} family
   * @returns {NodeMark}
   */
  #addNode(column, place, at, unit, family) {
    const { kind, halfWidth, halfHeight, x } = place;
    const y = place.y[unit];
    const group = append(this.#parent, "g", {
      class: "network-node",
      "data-node": `${at}.${unit}`,
      "data-kind": kind,
      // Units can be chosen, inputs cannot.
      role: at > 0 ? "button" : "img",
      tabindex: -1,
    });
    const shape = append(group, kind === "circle" || kind === "dot" ? "circle" : "rect", {
      class: "network-shape",
    });
    if (kind === "circle" || kind === "dot") {
      write(shape, "cx", pixel(x));
      write(shape, "cy", pixel(y));
      write(shape, "r", pixel(halfWidth));
    } else {
      const inset = kind === "strip" ? Math.min(0.5, halfHeight * 0.12) : 0;
      write(shape, "x", pixel(x - halfWidth));
      write(shape, "y", pixel(y - halfHeight + inset));
      write(shape, "width", pixel(2 * halfWidth));
      write(shape, "height", pixel(2 * (halfHeight - inset)));
      const corner = { picture: halfWidth * 0.34, pill: halfHeight, strip: 1.5 }[kind];
      write(shape, "rx", pixel(Math.min(corner, halfHeight)));
    }
    return { group, shape, value: this.#addTexts(group, column, place, unit, family) };
  }

  /**
   * @param {SVGGElement} group
   * @param {Column} column
   * @param {ColumnLayout} place
   * @param {number} unit
   * @param {string} family
   * @returns {SVGTextElement | null} where the value goes
   */
  #addTexts(group, column, place, unit, family) {
    const { kind, halfWidth, halfHeight, x } = place;
    const y = place.y[unit];
    const inside = kind === "circle" || kind === "pill";
    const label = column.labels[unit];
    const layout = /** @type {import("./geometry.js").Layout} */ (this.#layout);
    if (place.named) {
      const size = nameSize(halfHeight);
      const name = append(group, "text", { class: "network-name", "font-size": size });
      const above = pixel(y - halfHeight - (size > 11 ? 8 : 5));
      const value = kind === "picture" ? valueWidth(column, size, family) : 0;
      const { more, width } = nameOf(layout, column, unit, size, family, value);
      if (kind === "picture" && width + value > columnPitch(layout) - 6) {
        // No room for both: the value stays, the name is said when the node is pointed at.
        name.remove();
        return append(group, "text", {
          class: "network-value",
          x: pixel(x),
          y: above,
          "text-anchor": "middle",
          "font-size": size,
        });
      }
      const half = (width + value) / 2;
      const centre = nameCentre(column, x, halfWidth, 2 * half);
      const left = Math.max(half, Math.min(layout.width - half, centre)) - half;
      writeLabel(name, label, size, more);
      write(name, "x", pixel(left));
      write(name, "y", above);
      if (kind === "picture") {
        // The name and the value share the line above, set so that the pair is centred.
        return append(group, "text", {
          class: "network-value",
          x: pixel(left + width + 5),
          y: above,
          "font-size": size,
        });
      }
    }
    if (!inside) return null;
    if (!place.named && column.role === "inputs" && x - halfWidth > ROOM_LEFT) {
      const name = append(group, "text", { class: "network-name", "font-size": 11 });
      writeLabel(name, label, 11);
      write(name, "x", pixel(x - halfWidth - 5 - labelWidth(label, 11, family)));
      write(name, "y", pixel(y + 4));
    }
    const size = Math.max(11, Math.min(14, halfWidth * 0.52));
    return append(group, "text", {
      class: "network-value",
      x: pixel(x),
      y: pixel(y + size * 0.36),
      "text-anchor": "middle",
      "font-size": pixel(size),
    });
  }

  /**
   * Beside the outputs, what they should be.
   *
   * @param {import("./geometry.js").Layout} layout
   * @returns {(SVGTextElement | null)[]}
   */
  #addTargets(layout) {
    const place = layout.columns[layout.columns.length - 1];
    if (place.kind === "strip") return [];
    const roomy = !layout.narrow && place.pitch >= 44;
    return place.y.map((y) => {
      const left = pixel(place.x + place.halfWidth + (layout.narrow ? 6 : 10));
      const size = layout.narrow || !roomy ? 11 : 12;
      const word = append(this.#parent, "text", {
        class: "network-target",
        x: left,
        y: pixel(roomy ? y - 3 : y + 4),
        "font-size": size,
      });
      writeText(word, roomy ? t("network.target") : t("network.targetShort"));
      return append(this.#parent, "text", {
        class: "network-target network-target-value",
        x: roomy ? left : left + 9,
        y: pixel(roomy ? y + 13 : y + 4),
        "font-size": roomy ? 13 : 11,
      });
    });
  }

  /**
   * @param {import("./transition.js").Moment} moment
   * @param {import("./types.js").Frame} frame
   * @param {import("./palette.js").Palette} palette
   */
  draw({ shown, printed, progress }, frame, palette) {
    const backward = progress.wave?.direction === -1;
    this.#marks.forEach((marks, at) => {
      const column = this.#topology.columns[at];
      const kind = this.#layout?.columns[at].kind;
      // Backwards a delta arrives, which inputs do not have; forwards a value does.
      const pulse = backward && at === 0 ? 0 : (progress.pulses[at] ?? 0);
      const waiting = !backward && !hasPassed(progress.wave, at);
      const values = shown.activations.subarray(column.firstNode, column.firstNode + column.units);
      const figures = printed.activations.subarray(column.firstNode);
      const coloured = kind === "strip" || kind === "dot";
      const [low, high] = coloured ? extremes(values) : [0, 0];
      marks.forEach(({ group, shape, value }, unit) => {
        if (value) {
          // Ahead of a wave that rests there is no value yet.
          const none = waiting && progress.wave?.rests;
          const digits = kind === "picture" ? digitsBeside(column) : 2;
          writeText(value, none ? "" : formatInside(figures[unit], digits));
          write(value, "data-waiting", waiting ? "" : null);
        }
        if (coloured) write(shape, "fill", cellColour(values[unit], low, high, palette));
        if (kind === "strip") return;
        const delta = backward ? (frame.focus.deltas?.[at - 1]?.[unit] ?? 0) : 0;
        write(group, "data-pulse", pulse > 0 ? Math.sign(backward ? delta : 0) : null);
        write(shape, "stroke-width", pixel((kind === "dot" ? 1 : 1.4) + 2.4 * pulse));
      });
    });
    this.#targets.forEach((text, unit) => {
      const target = frame.focus.targets[unit];
      if (text) writeText(text, target === undefined ? "" : shortTarget(target));
    });
  }
}

/**
 * A value with as many digits as a node has room for.
 *
 * @param {number} value
 * @param {number} [most] digits after the point
 */
export function formatInside(value, most = 2) {
  const size = Math.abs(value);
  if (size >= 1e6) return formatRound(value);
  if (size >= 9999.5) return formatNumber(value, 0);
  const digits = size >= 99.5 ? 0 : size >= 9.95 ? 1 : most;
  const scale = 10 ** digits;
  return formatNumber(Math.round(value * scale) / scale, digits);
}

/**
 * Digits after the point beside a node's name: an output is the number that the text speaks of.
 *
 * @param {Column} column
 */
function digitsBeside({ role }) {
  return role === "output" ? 4 : 2;
}

/**
 * Width of a value beside a node's name, and the space between the two.
 *
 * @param {Column} column
 * @param {number} size of the font
 * @param {string} family
 */
export function valueWidth(column, size, family) {
  return textWidth(`−0.${"0".repeat(digitsBeside(column))}`, size, family, 600) + 5;
}

/**
 * Where the middle of a node's name stands: above the node, but an output's reaches no further to
 * the left than the node itself, where many edges come together.
 *
 * @param {Column} column
 * @param {number} x of the node's centre
 * @param {number} halfWidth of the node
 * @param {number} width of the name, with a value beside it
 */
export function nameCentre({ role }, x, halfWidth, width) {
  return role === "output" ? Math.max(x, x - halfWidth + width / 2) : x;
}

/** @param {import("./geometry.js").Layout} layout */
function columnPitch({ columns }) {
  return columns[1].x - columns[0].x;
}

/**
 * A node's label, and what the data calls it where its whole column has room for that too.
 *
 * @param {import("./geometry.js").Layout} layout
 * @param {Column} column
 * @param {number} unit
 * @param {number} size of the font
 * @param {string} family
 * @param {number} value width of a value beside it
 */
function nameOf(layout, column, unit, size, family, value) {
  const room = Math.min(170, 0.62 * columnPitch(layout)) - value;
  const fits = column.labels.every((label, at) => {
    return labelWidth(label, size, family, 400, column.names[at]) <= room;
  });
  const [label, more] = [column.labels[unit], fits ? column.names[unit] : ""];
  return { more, width: labelWidth(label, size, family, 400, more) };
}

/** @param {number} target */
function shortTarget(target) {
  return Number.isInteger(target) ? formatNumber(target, 0) : formatInside(target);
}

/** @param {Float64Array} values @returns {[number, number]} */
function extremes(values) {
  let reach = 0;
  for (const value of values) reach = Math.max(reach, Math.abs(value));
  return [-reach, reach];
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 * @param {import("./palette.js").Palette} palette
 */
function cellColour(value, low, high, palette) {
  const share = Math.round(position(value, low, high, false) * STEPS) / STEPS;
  const { negativeColour, neutralColour, positiveColour } = palette;
  const [red, green, blue] = diverging(share, negativeColour, neutralColour, positiveColour);
  return `rgb(${red},${green},${blue})`;
}
