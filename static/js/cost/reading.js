/** Reading single epochs from the cost curve, with the pointer or the arrow keys. */

import { formatCount, formatNumber } from "../format.js";
import { t } from "../words.js";
import { nearest } from "./series.js";

const BOTTOM = 24;
const TOP = 14;

export class CurveReading {
  /** @param {import("./cost_curve.js").CostCurve} curve */
  constructor(curve) {
    this.curve = curve;
    /** @type {number | null} index into the history */
    this.at = null;
    this.mark = curve.svg.append("g").attr("class", "reading").attr("display", "none");
    this.line = this.mark.append("line");
    this.box = document.createElement("output");
    this.box.className = "readout";
    this.box.hidden = true;
    curve.container.append(this.box);
    curve.svg
      .on("pointermove pointerdown", (/** @type {PointerEvent} */ event) => {
        const [x] = d3.pointer(event, curve.svg.node());
        this.read(nearest(curve.history.epochs, curve.x.invert(x)));
      })
      .on("pointerleave blur", () => this.read(null))
      .on("keydown", (/** @type {KeyboardEvent} */ event) => this.press(event));
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const last = this.curve.history.length - 1;
    const at = this.at ?? last + (event.key === "ArrowLeft" ? 1 : 0);
    /** @type {Record<string, number | null>} */
    const moves = {
      ArrowLeft: Math.max(0, at - 1),
      ArrowRight: Math.min(last, at + 1),
      Home: 0,
      End: last,
      Escape: null,
    };
    if (last < 0 || !(event.key in moves)) return;
    event.preventDefault();
    this.read(moves[event.key]);
  }

  /** @param {number | null} at */
  read(at) {
    this.at = at;
    this.draw();
  }

  draw() {
    const { curve } = this;
    const { at } = this;
    const read = at !== null && at < curve.history.length;
    this.mark.attr("display", read ? null : "none");
    this.box.hidden = !read;
    if (!read) return;
    const epoch = curve.history.epoch(at);
    const x = curve.x(epoch);
    const height = curve.svg.node()?.viewBox.baseVal.height ?? 0;
    this.line
      .attr("x1", x)
      .attr("x2", x)
      .attr("y1", TOP)
      .attr("y2", height - BOTTOM);
    const test = curve.history.column("test", curve.metric)[at];
    const words = {
      quantity: curve.quantityName(),
      epoch: formatCount(epoch),
      train: formatNumber(curve.history.column("train", curve.metric)[at]),
      test: formatNumber(test),
    };
    const text = t(Number.isFinite(test) ? "cost.readoutWithTest" : "cost.readout", words);
    if (this.box.textContent !== text) this.box.textContent = text;
    const right = x > curve.width / 2;
    this.box.style.left = right ? "auto" : `${curve.zoom * (x + 8)}px`;
    this.box.style.right = right ? `${curve.zoom * (curve.width - x + 8)}px` : "auto";
  }
}
