/**
 * Heatmaps inside the nodes: what each unit answers over the whole plane of inputs, and where in
 * that plane the example in focus lies.
 */

import { diverging, position } from "./scales.js";

/** Side of the picture of an input, whose values are a plain ramp. */
const RAMP = 16;
/** How much of the full colour an extreme value has: less than an edge, which lies beside it. */
const STRENGTH = 0.8;

/**
 * @typedef {object} Picture
 * @property {number} columns
 * @property {number} rows
 * @property {Uint8Array} bytes
 * @property {number} low
 * @property {number} high
 * @property {boolean} centred
 */

/**
 * Whether each unit can have a picture: two inputs, and heatmaps in the frame.
 *
 * @param {import("./types.js").Frame} frame
 * @param {import("./topology.js").Topology} topology
 */
export function hasPictures(frame, topology) {
  return frame.heatmaps !== null && topology.columns[0].units === 2;
}

/**
 * @param {import("./topology.js").Topology} topology
 * @param {import("./types.js").Structure} structure
 * @param {import("./types.js").Heatmaps} heatmaps
 * @returns {(Picture | null)[][]} by column and unit
 */
export function readPictures(topology, structure, heatmaps) {
  const last = topology.columns.length - 1;
  return topology.columns.map((column, at) => {
    if (at === 0) return [0, 1].map((axis) => ramp(axis, structure.domain?.[axis] ?? [-1, 1]));
    return Array.from({ length: column.units }, (_, unit) => {
      if (at === last) {
        const { columns, rows, low, high, units } = heatmaps.output;
        return picture(columns, rows, units[unit], low, high, column.centred);
      }
      const [low, high] = rangeOf(structure, heatmaps, at - 1, unit);
      const text = heatmaps.layers[at - 1]?.[unit];
      return picture(heatmaps.columns, heatmaps.rows, text, low, high, column.centred);
    });
  });
}

/**
 * @param {number} columns
 * @param {number} rows
 * @param {string | undefined} text base64
 * @param {number} low
 * @param {number} high
 * @param {boolean} centred
 * @returns {Picture | null}
 */
function picture(columns, rows, text, low, high, centred) {
  if (!text) return null;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  if (bytes.length !== columns * rows) return null;
  return { columns, rows, bytes, low, high, centred };
}

/**
 * @param {import("./types.js").Structure} structure
 * @param {import("./types.js").Heatmaps} heatmaps
 * @param {number} layer
 * @param {number} unit
 * @returns {[number, number]}
 */
function rangeOf(structure, heatmaps, layer, unit) {
  const range = heatmaps.ranges?.[layer];
  const own = Array.isArray(range?.[0])
    ? /** @type {[number, number][]} */ (range)[unit]
    : /** @type {[number, number] | null | undefined} */ (range);
  const [low, high] = structure.network.layers[layer].bounds ?? [null, null];
  return own ?? [low ?? -1, high ?? 1];
}

/**
 * @param {number} axis 0: rises to the right, 1: rises to the top
 * @param {[number, number]} domain
 * @returns {Picture}
 */
function ramp(axis, [low, high]) {
  const bytes = new Uint8Array(RAMP * RAMP);
  for (let at = 0; at < bytes.length; at += 1) {
    const along = axis === 0 ? at % RAMP : RAMP - 1 - Math.floor(at / RAMP);
    bytes[at] = Math.round((along / (RAMP - 1)) * 255);
  }
  return { columns: RAMP, rows: RAMP, bytes, low, high, centred: true };
}

/**
 * @param {import("./types.js").Model} model
 * @returns {[number, number] | null} where in the plane of inputs the example in focus lies, 0 to 1
 * from the top left
 */
export function focusPoint({ structure, frame }) {
  if (structure.domain?.length !== 2) return null;
  const [x, y] = structure.domain.map(([low, high], axis) => {
    return (frame.focus.inputs[axis] - low) / (high - low);
  });
  return [x, 1 - y];
}

/** Paints pictures onto a canvas; keeps one small canvas to scale them up from. */
export class PicturePainter {
  #small = document.createElement("canvas");

  /**
   * @param {CanvasRenderingContext2D} context in drawing units
   * @param {import("./geometry.js").Layout} layout
   * @param {(Picture | null)[][]} pictures
   * @param {import("./palette.js").Palette} palette
   * @param {[number, number] | null} point of the example in focus, 0 to 1 from the top left
   */
  paint(context, layout, pictures, palette, point) {
    layout.columns.forEach((column, at) => {
      if (column.kind !== "picture") return;
      column.y.forEach((y, unit) => {
        const shown = pictures[at]?.[unit];
        if (!shown) return;
        this.#fill(shown, palette);
        const { halfWidth, halfHeight } = column;
        context.save();
        context.beginPath();
        const [left, top] = [column.x - halfWidth, y - halfHeight];
        context.roundRect(left, top, 2 * halfWidth, 2 * halfHeight, halfWidth * 0.34);
        context.clip();
        context.imageSmoothingEnabled = true;
        context.imageSmoothingQuality = "high";
        context.drawImage(this.#small, left, top, 2 * halfWidth, 2 * halfHeight);
        if (point) {
          const [x, y] = [left + point[0] * 2 * halfWidth, top + point[1] * 2 * halfHeight];
          drawPoint(context, x, y, Math.max(2, halfWidth * 0.1), palette);
        }
        context.restore();
      });
    });
  }

  /**
   * @param {Picture} shown
   * @param {import("./palette.js").Palette} palette
   */
  #fill({ columns, rows, bytes, low, high, centred }, palette) {
    if (this.#small.width !== columns) this.#small.width = columns;
    if (this.#small.height !== rows) this.#small.height = rows;
    const context = this.#small.getContext("2d");
    if (!context) return;
    const image = context.createImageData(columns, rows);
    const colours = colourTable(low, high, centred, palette);
    for (let at = 0; at < bytes.length; at += 1) {
      image.data.set(colours.subarray(bytes[at] * 4, bytes[at] * 4 + 4), at * 4);
    }
    context.putImageData(image, 0, 0);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 * @param {import("./palette.js").Palette} palette
 */
function drawPoint(context, x, y, radius, palette) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = palette.ink;
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = palette.node;
  context.stroke();
}

/**
 * @param {number} low
 * @param {number} high
 * @param {boolean} centred
 * @param {import("./palette.js").Palette} palette
 * @returns {Uint8ClampedArray} four bytes for each of 256 steps
 */
function colourTable(low, high, centred, palette) {
  const table = new Uint8ClampedArray(1024);
  for (let byte = 0; byte < 256; byte += 1) {
    const value = low + (byte / 255) * (high - low);
    const { negativeColour, neutralColour, positiveColour } = palette;
    const share = STRENGTH * position(value, low, high, centred);
    table.set([...diverging(share, negativeColour, neutralColour, positiveColour), 255], byte * 4);
  }
  return table;
}
