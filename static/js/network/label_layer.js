/**
 * Labels of edges and biases: in pills on their edges where all have room, else only for those that
 * are chosen, focused or pointed at.
 */

import { formatNumber } from "../format.js";
import { LOCK } from "./captions.js";
import { append, pixel, write, writeText } from "./dom.js";
import { boxAround, intersects, placeLabels, placeSingle } from "./labels.js";
import { hasPassed } from "./motion.js";
import { nameCentre, nameSize, valueWidth } from "./node_marks.js";
import { signOf } from "./scales.js";
import { labelWidth, textWidth, writeLabel } from "./text.js";

/**
 * @typedef {import("./types.js").Box} Box
 * @typedef {import("./labels.js").Place} Place
 *
 * @typedef {object} Level how large labels are set
 * @property {number} size of the font
 * @property {number} height
 * @property {number} pad left and right
 * @property {number} between the name and the value
 * @property {boolean} stacked the value stands below the name
 *
 * @typedef {object} Label
 * @property {SVGGElement} group
 * @property {SVGTextElement} value
 * @property {Place} place
 */

/** @type {Level[]} */
const LEVELS = [
  { size: 13, height: 23, pad: 9, between: 7, stacked: false },
  { size: 11, height: 18, pad: 6, between: 4, stacked: false },
  { size: 11, height: 29, pad: 4, between: 0, stacked: true },
];
const LOCK_ROOM = 13;
const LONGEST_USUAL = "−0.0000";

export class LabelLayer {
  #parent;
  #topology;
  /** @type {Map<number, Label>} */
  #labels = new Map();
  /** @type {Map<number, Place>} of labels that are always there */
  #places = new Map();
  /** @type {Box[]} */
  #obstacles = [];
  /** @type {Level} */
  #level = LEVELS[0];
  #characters = LONGEST_USUAL.length;
  #family = "sans-serif";
  /** @type {import("./geometry.js").Layout | null} */
  #layout = null;

  /**
   * @param {SVGGElement} parent
   * @param {import("./topology.js").Topology} topology
   */
  constructor(parent, topology) {
    this.#parent = parent;
    this.#topology = topology;
  }

  /** Flat indices of the parameters whose label is always there. */
  get always() {
    return this.#places.keys();
  }

  /**
   * @param {import("./geometry.js").Layout} layout
   * @param {string} family of the font
   */
  place(layout, family) {
    this.#layout = layout;
    this.#family = family;
    this.#parent.replaceChildren();
    this.#labels.clear();
    this.#plan();
  }

  #plan() {
    const layout = /** @type {import("./geometry.js").Layout} */ (this.#layout);
    const nodes = nodeBoxes(layout, this.#topology, this.#family);
    let most = -1;
    for (const level of LEVELS) {
      const biases = this.#biasPlaces(layout, level, nodes);
      const obstacles = nodes.concat(
        [...biases].map(([index, { x, y }]) => {
          const { width, height } = this.#sizeOf(index, level);
          return boxAround(x, y, { width: width + 6, height: height + 4 });
        }),
      );
      /** @type {Map<number, Place>} */
      const places = new Map(biases);
      let labelled = biases.size > 0 ? 1 : 0;
      this.#topology.gaps.forEach((gap, at) => {
        const edges = Array.from({ length: gap.sources * gap.targets }, (_, edge) => edge);
        const sizes = edges.map((edge) => this.#sizeOf(gap.first + edge, level));
        const found = placeLabels(layout.gaps[at], sizes, obstacles);
        found?.forEach((place, edge) => {
          places.set(gap.first + edge, place);
        });
        if (found) labelled += 1;
      });
      if (labelled > most) {
        most = labelled;
        this.#places = places;
        this.#obstacles = obstacles;
        this.#level = level;
      }
      if (labelled === this.#topology.gaps.length + (layout.biasLabels ? 1 : 0)) return;
    }
    // Labels only for what is chosen or pointed at: small, since there is no room.
    const [{ left, right }] = layout.gaps;
    if (most === 0) this.#level = right - left < 100 ? LEVELS[2] : LEVELS[1];
  }

  /**
   * @param {import("./geometry.js").Layout} layout
   * @param {Level} level
   * @param {Box[]} nodes
   * @returns {Map<number, Place>} below the nodes; empty unless there is room for all
   */
  #biasPlaces(layout, level, nodes) {
    /** @type {Map<number, Place>} */
    const places = new Map();
    if (!layout.biasLabels) return places;
    const room = layout.columns[1].x - layout.columns[0].x - 10;
    let free = true;
    this.#topology.gaps.forEach((gap, at) => {
      layout.biases[at].forEach((mark, unit) => {
        const index = gap.bias + unit;
        const size = this.#sizeOf(index, level);
        const place = { t: 1, x: mark.x, y: mark.bottom + size.height / 2 };
        const inside = within(layout, size, place);
        const box = boxAround(inside.x, inside.y, size);
        free &&= size.width <= room && !nodes.some((node) => intersects(node, box));
        places.set(index, inside);
      });
    });
    if (!free) places.clear();
    return places;
  }

  /**
   * @param {number} index
   * @param {Level} level
   */
  #sizeOf(index, level) {
    const { label, frozen } = this.#topology.parameters[index];
    const name = labelWidth(label, level.size, this.#family, 650);
    const digit = textWidth("0", level.size, this.#family);
    const usual = textWidth(LONGEST_USUAL, level.size, this.#family);
    const value = usual + digit * (this.#characters - LONGEST_USUAL.length);
    const full = name + (frozen ? LOCK_ROOM : 0);
    const text = level.stacked ? Math.max(full, value) : full + level.between + value;
    return { width: text + 2 * level.pad, height: level.height };
  }

  /**
   * @param {Set<number>} wanted flat indices of the parameters to label
   * @param {import("./transition.js").Moment} moment
   * @param {boolean} comes the numbers come with the wave: ahead of one that rests there are none
   */
  draw(wanted, moment, comes) {
    const { former, next } = moment;
    const { wave } = moment.progress;
    for (const [index, label] of this.#labels) {
      if (wanted.has(index)) continue;
      label.group.remove();
      this.#labels.delete(index);
    }
    let longest = 0;
    for (const index of wanted) {
      const label = this.#labels.get(index) ?? this.#add(index);
      const { layer, kind } = this.#topology.parameters[index];
      const along = kind === "kernel" ? layer - 1 + label.place.t : layer;
      const passed = hasPassed(wave, along);
      const state = passed ? next : former;
      const none = state.missing || (comes && wave?.rests && !passed);
      const text = none ? "–" : formatNumber(state.values[index]);
      longest = Math.max(longest, text.length);
      writeText(label.value, text);
      write(label.group, "data-sign", none ? 0 : signOf(state.values[index]));
      write(label.group, "data-waiting", passed ? null : "");
    }
    if (longest > this.#characters && this.#layout) {
      this.#characters = longest;
      this.place(this.#layout, this.#family);
      this.draw(wanted, moment, comes);
    }
  }

  /** @param {number} index @returns {Label} */
  #add(index) {
    const { label, name, frozen } = this.#topology.parameters[index];
    const level = this.#level;
    const size = this.#sizeOf(index, level);
    const place = this.#places.get(index) ?? this.#singlePlace(index, size);
    const group = append(this.#parent, "g", {
      class: "network-label",
      "data-label": name,
      "aria-hidden": "true",
      transform: `translate(${pixel(place.x)},${pixel(place.y)})`,
    });
    append(group, "rect", {
      class: "network-pill",
      x: pixel(-size.width / 2),
      y: -level.height / 2,
      width: pixel(size.width),
      height: level.height,
      rx: Math.min(level.height / 2, 12),
    });
    const value = this.#addTexts(group, label, frozen, level, size.width);
    const added = { group, value, place };
    this.#labels.set(index, added);
    return added;
  }

  /**
   * @param {SVGGElement} group
   * @param {string} label
   * @param {boolean} frozen
   * @param {Level} level
   * @param {number} width
   * @returns {SVGTextElement} where the value goes
   */
  #addTexts(group, label, frozen, { size, pad, stacked }, width) {
    const lock = frozen ? LOCK_ROOM : 0;
    const start = stacked
      ? -(labelWidth(label, size, this.#family, 650) + lock) / 2
      : pad - width / 2;
    const baseline = stacked ? -3 : pixel(size * 0.36);
    if (frozen) {
      const transform = `translate(${pixel(start)},${baseline})`;
      append(group, "path", { class: "network-lock", d: LOCK, transform });
    }
    const name = append(group, "text", {
      class: "network-label-name",
      x: pixel(start + lock),
      y: baseline,
      "font-size": size,
    });
    writeLabel(name, label, size);
    return append(group, "text", {
      class: "network-label-value",
      x: stacked ? 0 : pixel(width / 2 - pad),
      y: stacked ? 10.5 : baseline,
      "text-anchor": stacked ? "middle" : "end",
      "font-size": size,
    });
  }

  /**
   * @param {number} index
   * @param {{width: number, height: number}} size
   * @returns {Place}
   */
  #singlePlace(index, size) {
    const layout = /** @type {import("./geometry.js").Layout} */ (this.#layout);
    const { kind, layer, to } = this.#topology.parameters[index];
    if (kind === "kernel") {
      const edge = index - this.#topology.gaps[layer - 1].first;
      return within(layout, size, placeSingle(layout.gaps[layer - 1], edge, size, this.#obstacles));
    }
    const mark = layout.biases[layer - 1][to];
    const strip = layout.columns[layer].kind === "strip";
    const x = strip ? mark.x - size.width / 2 - 6 : mark.x;
    const y = strip ? (mark.top + mark.bottom) / 2 : mark.bottom + size.height / 2 + 1;
    return within(layout, size, { t: 1, x, y });
  }

  /**
   * Where a parameter's label is, or would be.
   *
   * @param {number} index
   * @returns {Box}
   */
  box(index) {
    const size = this.#sizeOf(index, this.#level);
    const place =
      this.#labels.get(index)?.place ?? this.#places.get(index) ?? this.#singlePlace(index, size);
    return boxAround(place.x, place.y, size);
  }

  /**
   * Marks the chosen parameter's label, and brings what is pointed at to the front.
   *
   * @param {number} chosen -1 for none
   * @param {number} raised -1 for none
   * @param {Set<number> | null} lit the others are dimmed; null: none is
   */
  mark(chosen, raised, lit) {
    for (const [index, { group }] of this.#labels) {
      write(group, "data-chosen", index === chosen ? "" : null);
      write(group, "data-dim", lit && !lit.has(index) && index !== chosen ? "" : null);
      if (index === raised) this.#raise(group);
    }
  }

  /**
   * Brings a label to the front: the others go behind it. Were it moved itself, a press that has
   * just begun on it would be lost.
   *
   * @param {SVGGElement} group
   */
  #raise(group) {
    while (group.nextSibling) this.#parent.insertBefore(group.nextSibling, group);
  }
}

/**
 * @param {import("./geometry.js").Layout} layout
 * @param {{width: number, height: number}} size
 * @param {Place} place
 * @returns {Place} the same, moved inside the drawing
 */
function within(layout, size, { t, x, y }) {
  const [halfWidth, halfHeight] = [size.width / 2 + 1, size.height / 2 + 1];
  return {
    t,
    x: Math.max(halfWidth, Math.min(layout.width - halfWidth, x)),
    y: Math.max(halfHeight, Math.min(layout.height - halfHeight, y)),
  };
}

/**
 * @param {import("./geometry.js").Layout} layout
 * @param {import("./topology.js").Topology} topology
 * @param {string} family of the font
 * @returns {Box[]} nodes with their names, and a little air
 */
function nodeBoxes(layout, topology, family) {
  return layout.columns.flatMap(({ kind, named, x, y, halfWidth, halfHeight }, at) => {
    const size = nameSize(halfHeight);
    const value = kind === "picture" ? valueWidth(topology.columns[at], size, family) : 0;
    return y.flatMap((centre, unit) => {
      const name = labelWidth(topology.columns[at].labels[unit], size, family) + value;
      const node = boxAround(x, centre, { width: 2 * halfWidth + 6, height: 2 * halfHeight + 4 });
      if (!named) return [node];
      const middle = centre - halfHeight - size * 0.8;
      const over = nameCentre(topology.columns[at], x, halfWidth, name);
      return [node, boxAround(over, middle, { width: name + 8, height: size * 1.6 })];
    });
  });
}
