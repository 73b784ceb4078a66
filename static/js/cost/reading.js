/** Reading single epochs from the cost curve, with the pointer or the arrow keys, and going there. */

import { formatCount, formatNumber } from "../format.js";
import { t } from "../words.js";
import { nearest } from "./series.js";

export class CurveReading {
  /**
   * @param {import("./cost_curve.js").CostCurve} curve
   * @param {((epoch: number) => void) | null} go to an epoch; null where one only watches
   */
  constructor(curve, go) {
    this.curve = curve;
    this.go = go;
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
      .on("click", () => this.goThere())
      .on("keydown", (/** @type {KeyboardEvent} */ event) => this.press(event));
  }

  /** To the epoch that is read. */
  goThere() {
    const { at, curve } = this;
    if (at !== null && at < curve.history.length) this.go?.(curve.history.epoch(at));
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    if (event.key === "Enter") this.goThere();
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
    const [bottom, top] = curve.y.range();
    this.line.attr("x1", x).attr("x2", x).attr("y1", top).attr("y2", bottom);
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
