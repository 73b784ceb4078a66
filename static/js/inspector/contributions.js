/** What each example adds to the gradient: a bar each, sorted, from the most negative up. */

import { formatPrecise } from "../format.js";
import { t } from "../words.js";

/** @typedef {{index: number, contribution: number}} Contribution */

const HEIGHT = 84;
const WIDEST = 22;

/**
 * @param {Contribution[]} examples
 * @returns {Contribution[]} from the most negative to the most positive
 */
export function sorted(examples) {
  return [...examples].sort((a, b) => a.contribution - b.contribution || a.index - b.index);
}

/**
 * All bars of one sign as the path of an area, so that a thousand of them are one element.
 *
 * @param {Contribution[]} bars
 * @param {1 | -1} sign
 * @param {(at: number) => number} left
 * @param {number} width of a bar
 * @param {(value: number) => number} up
 * @returns {string} SVG path data
 */
export function barsPath(bars, sign, left, width, up) {
  const zero = up(0);
  return bars
    .map(({ contribution }, at) => {
      if (Math.sign(contribution) !== sign) return "";
      const x = left(at).toFixed(2);
      return `M${x},${zero}V${up(contribution).toFixed(2)}h${width.toFixed(2)}V${zero}Z`;
    })
    .join("");
}

export class Contributions {
  /**
   * @param {HTMLElement} container
   * @param {{chooseExample: (example: number) => void}} actions
   */
  constructor(container, { chooseExample }) {
    /** @type {Contribution[]} */
    this.bars = [];
    this.focus = -1;
    this.width = 0;
    /** @type {number | null} */
    this.reading = null;
    this.chooseExample = chooseExample;
    this.svg = d3
      .select(container)
      .append("svg")
      .attr("class", "contributions")
      .attr("role", "slider")
      .attr("tabindex", 0);
    this.paths = { positive: this.svg.append("path"), negative: this.svg.append("path") };
    this.paths.positive.attr("class", "bar-positive");
    this.paths.negative.attr("class", "bar-negative");
    this.zero = this.svg.append("line").attr("class", "zero");
    this.mark = this.svg.append("rect").attr("class", "bar-focus");
    this.box = document.createElement("output");
    this.box.className = "readout";
    this.box.hidden = true;
    container.append(this.box);
    this.listen();
    new ResizeObserver(() => {
      this.width = container.clientWidth;
      this.draw();
    }).observe(container);
  }

  listen() {
    const { svg } = this;
    /** @param {PointerEvent} event */
    const at = (event) => {
      const [x] = d3.pointer(event, svg.node());
      const found = Math.floor(x / this.pitch);
      return found >= 0 && found < this.bars.length ? found : null;
    };
    svg
      .on("pointermove", (/** @type {PointerEvent} */ event) => this.read(at(event)))
      .on("pointerleave blur", () => this.read(null))
      .on("click", (/** @type {PointerEvent} */ event) => {
        const found = at(event);
        if (found !== null) this.chooseExample(this.bars[found].index);
      })
      .on("keydown", (/** @type {KeyboardEvent} */ event) => this.press(event));
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const last = this.bars.length - 1;
    const at = this.bars.findIndex(({ index }) => index === this.focus);
    /** @type {Record<string, number>} */
    const moves = {
      ArrowLeft: at - 1,
      ArrowDown: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at + 1,
      Home: 0,
      End: last,
    };
    if (!(event.key in moves) || last < 0) return;
    event.preventDefault();
    const found = Math.max(0, Math.min(last, moves[event.key]));
    if (found !== at) this.chooseExample(this.bars[found].index);
  }

  /** @param {number | null} at */
  read(at) {
    this.reading = at;
    this.drawReading();
  }

  /**
   * @param {Contribution[]} examples
   * @param {number} focus the example in focus
   */
  update(examples, focus) {
    this.bars = sorted(examples);
    this.focus = focus;
    this.draw();
  }

  get pitch() {
    return Math.min(WIDEST, this.width / Math.max(1, this.bars.length));
  }

  draw() {
    const { bars, width, pitch } = this;
    if (width === 0 || bars.length === 0) return;
    this.svg.attr("viewBox", `0 0 ${width} ${HEIGHT}`);
    const low = Math.min(0, bars[0].contribution);
    const high = Math.max(0, bars[bars.length - 1].contribution);
    const up = d3
      .scaleLinear()
      .domain(high > low ? [low, high] : [0, 1])
      .range([HEIGHT - 3, 3]);
    const bar = Math.max(0.5, pitch - Math.min(3, pitch * 0.2));
    const left = (/** @type {number} */ at) => at * pitch;
    this.paths.positive.attr("d", barsPath(bars, 1, left, bar, up));
    this.paths.negative.attr("d", barsPath(bars, -1, left, bar, up));
    this.zero.attr("x1", 0).attr("x2", left(bars.length)).attr("y1", up(0)).attr("y2", up(0));
    const at = bars.findIndex(({ index }) => index === this.focus);
    this.mark.attr("display", at < 0 ? "none" : null);
    if (at >= 0) {
      this.mark
        .attr("x", left(at) - 1.5)
        .attr("width", bar + 3)
        .attr("y", Math.min(up(0), up(bars[at].contribution)) - 2)
        .attr("height", Math.abs(up(bars[at].contribution) - up(0)) + 4)
        .attr("rx", 2);
    }
    this.describe(at);
    this.drawReading();
  }

  /** @param {number} at */
  describe(at) {
    const text =
      at < 0
        ? t("contributions.elsewhere", { count: this.bars.length })
        : t("contributions.reading", {
            number: this.bars[at].index + 1,
            contribution: formatPrecise(this.bars[at].contribution),
          });
    this.svg
      .attr("aria-label", t("contributions.summary"))
      .attr("aria-valuemin", 1)
      .attr("aria-valuemax", this.bars.length)
      .attr("aria-valuenow", Math.max(1, at + 1))
      .attr("aria-valuetext", text);
  }

  drawReading() {
    const { reading, bars, width } = this;
    const shown = reading === null ? undefined : bars[reading];
    this.box.hidden = !shown;
    if (!shown || reading === null) return;
    const text = t("contributions.reading", {
      number: shown.index + 1,
      contribution: formatPrecise(shown.contribution),
    });
    if (this.box.textContent !== text) this.box.textContent = text;
    const x = (reading + 1) * this.pitch;
    const right = x > width / 2;
    this.box.style.left = right ? "auto" : `${x + 6}px`;
    this.box.style.right = right ? `${width - x + this.pitch + 6}px` : "auto";
  }
}
