/** The output over two inputs as a coloured field, with the decision line and the examples. */

import { bytes } from "../decode.js";
import { formatShort } from "../format.js";
import { t } from "../words.js";
import { textZoom } from "../zoom.js";
import { colourTable, middleOf, themePalette } from "./colours.js";
import { Plot } from "./plot.js";
import { smoothed } from "./smoothing.js";

/** @typedef {import("../types.js").Structure} Structure */
/** @typedef {import("../types.js").Frame} Frame */

export class Boundary extends Plot {
  /**
   * @param {HTMLElement} container
   * @param {{chooseExample: (example: number) => void}} actions
   */
  constructor(container, actions) {
    super(container, actions);
    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("aria-hidden", "true");
    container.prepend(this.canvas);
    this.scale = document.createElement("p");
    this.scale.className = "colour-scale";
    this.scale.setAttribute("aria-hidden", "true");
    container.append(this.scale);
    this.told = "";
    this.svg.attr("class", "boundary");
    this.line = this.under.append("path").attr("class", "decision");
    this.unit = 0;
    this.table = { low: Number.NaN, high: Number.NaN, rgba: new Uint8ClampedArray(0) };
    this.palette = themePalette();
  }

  /** The theme changed. */
  recolour() {
    this.palette = themePalette();
    this.table.low = Number.NaN;
  }

  /**
   * @param {Structure} structure
   * @param {number} width
   * @param {number} unit
   * @param {[number, number]} targetRange
   */
  lay(structure, width, unit, targetRange) {
    const { domain, network, examples } = structure;
    if (!domain) return;
    this.unit = unit;
    const { top, right, bottom, left } = this.margin;
    const side = Math.min(width - left - right, 300);
    this.frame(side + left + right, side + top + bottom, domain, [
      network.input_names[0],
      network.input_names[1],
    ]);
    const screen = (/** @type {number} */ length) => `${length * textZoom()}px`;
    this.svg.style("max-width", screen(side + left + right));
    Object.assign(this.canvas.style, {
      left: screen(left),
      top: screen(top),
      width: screen(side),
      height: screen(side),
    });
    this.placeExamples(examples, unit, ([x, y]) => [x, y], targetRange);
    this.hintExamples(examples);
    const [x, y] = network.input_names;
    this.svg.attr("aria-label", t("output.boundary", { unit: network.output_names[unit], x, y }));
  }

  /** @param {Frame} frame */
  draw(frame) {
    const field = frame.heatmaps?.output;
    if (!field) return;
    this.ringAround(frame.focus.example);
    const values = bytes(field.units[this.unit]);
    this.paint(field, values);
    this.drawLine(field, values);
    this.tellScale(field);
  }

  /**
   * What the colours stand for, from the lowest value to the highest.
   *
   * @param {import("../types.js").OutputHeatmap} field
   */
  tellScale({ low, high }) {
    const [least, middle, most] = [low, middleOf(low, high), high].map((value) =>
      formatShort(value, 2),
    );
    const text = `${least} ${middle} ${most}`;
    if (this.told === text) return;
    this.told = text;
    const ramp = document.createElement("i");
    this.scale.replaceChildren(least, ramp, most);
    this.scale.title = t("output.scale", { least, middle, most });
  }

  /**
   * @param {import("../types.js").OutputHeatmap} field
   * @param {Uint8Array} values
   */
  paint({ columns, rows, low, high }, values) {
    if (this.table.low !== low || this.table.high !== high) {
      this.table = { low, high, rgba: colourTable(low, high, this.palette) };
    }
    if (this.canvas.width !== columns || this.canvas.height !== rows) {
      this.canvas.width = columns;
      this.canvas.height = rows;
    }
    const context = this.canvas.getContext("2d");
    if (!context) return;
    const image = context.createImageData(columns, rows);
    const { rgba } = this.table;
    for (let i = 0; i < values.length; i += 1) {
      const at = 4 * values[i];
      image.data[4 * i] = rgba[at];
      image.data[4 * i + 1] = rgba[at + 1];
      image.data[4 * i + 2] = rgba[at + 2];
      image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }

  /**
   * The line where the output crosses the middle of its range.
   *
   * @param {import("../types.js").OutputHeatmap} field
   * @param {Uint8Array} values
   */
  drawLine({ columns, rows, low, high }, values) {
    const [left, right] = this.x.range();
    const [bottom, top] = this.y.range();
    const byte = (255 * (middleOf(low, high) - low)) / (high - low || 1);
    const contour = d3
      .contours()
      .size([columns, rows])
      .contour(/** @type {any} */ (smoothed(values, columns, rows)), byte);
    const sx = (right - left) / columns;
    const sy = (bottom - top) / rows;
    const parts = [];
    for (const polygon of contour.coordinates) {
      for (const ring of polygon) {
        let pen = "M";
        for (const [x, y] of ring) {
          // The rim of the field belongs to the ring but is no decision.
          if (x <= 0.5 || y <= 0.5 || x >= columns - 0.5 || y >= rows - 0.5) {
            pen = "M";
            continue;
          }
          parts.push(`${pen}${(left + x * sx).toFixed(1)},${(top + y * sy).toFixed(1)}`);
          pen = "L";
        }
      }
    }
    this.line.attr("d", parts.join(""));
  }

  /** @override */
  destroy() {
    super.destroy();
    this.canvas.remove();
    this.scale.remove();
  }
}
