/**
 * The way through what was recorded: a slider along the axis of epochs, right under the cost curve.
 * A range input hears the pointer and the keys; what it looks like is drawn behind it.
 */

import { formatCount, formatNumber } from "../format.js";
import { t } from "../words.js";
import { drawEpochs } from "./axes.js";

/** @typedef {import("../types.js").Mark} Mark */

const HEIGHT = 38;
const TRACK = 11;
/** Width of the input's thumb, which nobody sees, as timeline.css has it. */
const THUMB = 20;

/**
 * Where a key leads to. Pure.
 *
 * @param {string} key
 * @param {number} epoch the present one, with a fraction
 * @param {number} end of what was recorded, with a fraction
 * @returns {number | null} an epoch, Infinity for the end; null where the key means nothing here
 */
export function keyed(key, epoch, end) {
  const page = Math.max(1, Math.round(end / 10));
  /** @type {Record<string, number>} */
  const ways = {
    ArrowLeft: Math.ceil(epoch) - 1,
    ArrowDown: Math.ceil(epoch) - 1,
    ArrowRight: Math.floor(epoch) + 1,
    ArrowUp: Math.floor(epoch) + 1,
    PageDown: Math.ceil(epoch) - page,
    PageUp: Math.floor(epoch) + page,
    Home: 0,
    End: Number.POSITIVE_INFINITY,
  };
  if (!(key in ways)) return null;
  return ways[key] >= end ? Number.POSITIVE_INFINITY : Math.max(0, ways[key]);
}

/**
 * The moment nearest to a place of the slider: the end of an epoch, or that of the recording. Pure.
 *
 * @param {number} value
 * @param {number} end
 * @returns {number} an epoch, Infinity for the end
 */
export function snapped(value, end) {
  const epoch = Math.round(value);
  if (epoch >= end || Math.abs(end - value) < Math.abs(epoch - value)) {
    return Number.POSITIVE_INFINITY;
  }
  return epoch;
}

export class Scrubber {
  /**
   * @param {HTMLElement} container
   * @param {((epoch: number) => void) | null} go to an epoch, Infinity to the end; null where one
   * only watches
   */
  constructor(container, go) {
    this.input = container.querySelector("input");
    this.family = getComputedStyle(container).fontFamily;
    this.svg = d3.select(container).append("svg").attr("aria-hidden", "true");
    this.labels = this.svg.append("g");
    this.rail = this.svg.append("line").attr("class", "rail").attr("y1", TRACK).attr("y2", TRACK);
    this.track = this.svg.append("line").attr("class", "track");
    this.done = this.svg.append("line").attr("class", "track done");
    this.marks = this.svg.append("g");
    this.thumb = this.svg.append("circle").attr("class", "thumb").attr("r", 6);
    this.epoch = 0;
    this.end = 0;
    this.held = false;
    if (this.input && go) this.listen(this.input, go);
  }

  /**
   * @param {HTMLInputElement} input
   * @param {(epoch: number) => void} go
   */
  listen(input, go) {
    input.step = "any";
    input.addEventListener("input", () => {
      const epoch = snapped(Number(input.value), this.end);
      input.value = String(Math.min(epoch, this.end));
      go(epoch);
    });
    input.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const epoch = keyed(event.key, this.epoch, this.end);
      if (epoch === null) return;
      event.preventDefault();
      go(epoch);
    });
    input.addEventListener("pointerdown", () => {
      this.held = true;
    });
    for (const name of ["pointerup", "pointercancel", "change", "blur"]) {
      input.addEventListener(name, () => {
        this.held = false;
      });
    }
    input.form?.addEventListener("submit", (event) => event.preventDefault());
  }

  /**
   * @param {object} state
   * @param {d3.ScaleLinear<number, number>} state.x
   * @param {number} state.width
   * @param {number} state.zoom
   * @param {number} state.shown the epoch that the curve is drawn up to
   * @param {{epoch: number, value: number}} state.here where the session stands
   * @param {number} state.end of what was recorded
   * @param {Mark[]} state.marks
   * @param {string} state.quantity
   */
  draw({ x, width, zoom, shown, here, end, marks, quantity }) {
    this.epoch = here.epoch;
    this.end = end;
    this.svg.attr("viewBox", `0 0 ${width} ${HEIGHT}`);
    drawEpochs(this.labels, x, HEIGHT - 4, this.family);
    const [left, stop, at] = [x(0), x(end), x(Math.min(shown, end))];
    this.rail.attr("x1", left).attr("x2", x.range()[1]);
    this.track.attr("x1", left).attr("x2", stop);
    this.done.attr("x1", left).attr("x2", at);
    for (const line of [this.track, this.done]) {
      line
        .attr("y1", TRACK)
        .attr("y2", TRACK)
        .attr("display", end > 0 ? null : "none");
    }
    this.thumb
      .attr("cx", at)
      .attr("cy", TRACK)
      .attr("display", end > 0 ? null : "none");
    this.marks
      .selectAll("path")
      .data(marks)
      .join("path")
      .attr("class", (/** @type {Mark} */ { kind }) => `mark ${kind}`)
      .attr("d", (/** @type {Mark} */ { epoch, kind }) => markPath(x(epoch), kind));
    if (this.input) this.place(this.input, left, stop, zoom, here, quantity);
  }

  /**
   * @param {HTMLInputElement} input
   * @param {number} left
   * @param {number} stop
   * @param {number} zoom
   * @param {{epoch: number, value: number}} here
   * @param {string} quantity
   */
  place(input, left, stop, zoom, here, quantity) {
    const { end } = this;
    write(input.style, "left", `${(zoom * left - THUMB / 2).toFixed(1)}px`);
    write(input.style, "width", `${(zoom * (stop - left) + THUMB).toFixed(1)}px`);
    write(input.style, "height", `${(zoom * 2 * TRACK).toFixed(1)}px`);
    write(input, "max", String(end));
    if (!this.held) write(input, "value", String(Math.min(here.epoch, end)));
    if (input.disabled !== (end === 0)) input.disabled = end === 0;
    const text = t("scrub.value", {
      epoch: Number.isInteger(here.epoch) ? formatCount(here.epoch) : formatNumber(here.epoch, 2),
      last: formatCount(Math.floor(end)),
      quantity,
      value: formatNumber(here.value),
    });
    if (input.getAttribute("aria-valuetext") !== text) input.setAttribute("aria-valuetext", text);
  }
}

/**
 * An edit is a stroke through the track, another spec a square on it.
 *
 * @param {number} x
 * @param {string} kind
 */
function markPath(x, kind) {
  const at = x.toFixed(1);
  if (kind === "edit") return `M${at} ${TRACK - 6}V${TRACK + 6}`;
  return `M${at} ${TRACK - 4.5}l4.5 4.5l-4.5 4.5l-4.5 -4.5z`;
}

/**
 * @template {string} Key
 * @param {Record<Key, string>} object
 * @param {Key} key
 * @param {string} value
 */
function write(object, key, value) {
  if (object[key] !== value) object[key] = value;
}
