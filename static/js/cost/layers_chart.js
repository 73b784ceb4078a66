/**
 * The gradient by layer: how large that of each layer was over time, on a logarithmic axis. Small
 * and folded up until somebody asks.
 */

import { formatNumber, formatPrecise, formatShort } from "../format.js";
import { Latest } from "../latest.js";
import { t } from "../words.js";
import { textZoom } from "../zoom.js";
import { drawEpochs } from "./axes.js";
import { decades } from "./decades.js";
import { extent, range } from "./series.js";

/**
 * @typedef {object} Norms
 * @property {number[]} epochs with a fraction within one
 * @property {(number | null)[][]} norms for each of them one for each layer; null: too large
 *
 * @typedef {{epoch: number, norm: number, since: number}} Point since: the measured epoch before it
 */

const HEIGHT = 150;
const MARGIN = { top: 12, right: 52, bottom: 24, left: 46 };
const LEAST_EPOCHS = 10;
/** Between the labels at the ends of the lines, in pixels. */
const LABEL_HEIGHT = 13;
/** While it plays, the chart is drawn once in so many milliseconds. */
const EVERY = 500;
/** Opacity of the first layer's line; the output's is drawn in full. */
const FAINTEST = 0.35;
/**
 * Gradients are measured when somebody looks, not within an operation. Points further apart than
 * this, in epochs and in pixels, have a gap between them of which nothing is known.
 */
const APART = { epochs: 1.5, pixels: 12 };

export class LayersChart {
  #requests;
  #askedAt = Number.NEGATIVE_INFINITY;
  #asked = -1;
  /** @type {Norms} */
  #told = { epochs: [], norms: [] };
  #width = 0;

  /**
   * @param {HTMLDetailsElement} more what it is folded up in
   * @param {HTMLElement} container
   * @param {import("../page/commands.js").Commands} commands
   * @param {import("../model.js").Model} model
   */
  constructor(more, container, commands, model) {
    this.more = more;
    this.model = model;
    this.family = getComputedStyle(container).fontFamily;
    this.svg = d3.select(container).append("svg").attr("role", "img").attr("id", "layers-chart");
    this.axis = this.svg.append("g").attr("aria-hidden", "true");
    this.gaps = this.svg.append("g");
    this.lines = this.svg.append("g");
    this.dots = this.svg.append("g");
    this.labels = this.svg.append("g").attr("aria-hidden", "true");
    this.nothing = this.svg.append("text").attr("class", "note");
    this.note = d3.select(container).append("p").attr("class", "note");
    this.x = d3.scaleLinear();
    this.y = d3.scaleLog().clamp(true);
    this.#requests = new Latest(async () => {
      const told = await commands.read("diagnosis");
      if (told) this.#told = told.gradient_norms_over_time;
      this.draw();
      return told !== null;
    });
    more.addEventListener("toggle", () => this.follow(true));
    new ResizeObserver(() => {
      this.#width = container.clientWidth / textZoom();
      this.draw();
    }).observe(container);
  }

  /**
   * A frame may have come.
   *
   * @param {boolean} [anyway] even where it is the one that was drawn
   */
  follow(anyway = false) {
    const { frame } = this.model;
    if (!frame || !this.more.open || (frame.version === this.#asked && !anyway)) return;
    const now = performance.now();
    if (frame.playing && now - this.#askedAt < EVERY) return;
    this.#askedAt = now;
    this.#asked = frame.version;
    this.#requests.request(frame.version);
  }

  draw() {
    const { epochs, norms } = this.#told;
    const width = this.#width;
    if (width === 0 || epochs.length === 0) return;
    this.svg.attr("viewBox", `0 0 ${width} ${HEIGHT}`);
    const lines = seriesOf(this.#told);
    const drawn = lines.some((line) => line.length > 0);
    this.nothing
      .attr("x", MARGIN.left)
      .attr("y", HEIGHT / 2)
      .text(drawn ? "" : t("layers.none"));
    const last = epochs[epochs.length - 1];
    this.x.domain([0, Math.max(LEAST_EPOCHS, last)]).range([MARGIN.left, width - MARGIN.right]);
    this.y
      .domain(range(extent(lines.map((line) => line.map(({ norm }) => norm))), true))
      .range([HEIGHT - MARGIN.bottom, MARGIN.top]);
    this.#drawAxis(drawn);
    const opacity = (/** @type {number} */ layer) =>
      lines.length === 1 ? 1 : FAINTEST + ((1 - FAINTEST) * layer) / (lines.length - 1);
    const path = d3.line(
      (/** @type {Point} */ { epoch }) => this.x(epoch),
      ({ norm }) => this.y(norm),
    );
    const pixels = APART.pixels / (this.x(1) - this.x(0));
    const parts = lines.map((line) => parted(line, Math.max(APART.epochs, pixels)));
    this.lines
      .selectAll("path")
      .data(parts)
      .join("path")
      .attr("class", "layer-line")
      .attr("data-layer", (_, layer) => layer + 1)
      .attr("stroke-opacity", (_, layer) => opacity(layer))
      // A single point is drawn as the dot that a line's round cap makes.
      .attr("d", ({ known }) =>
        known.map((part) => (part.length === 1 ? `${path(part)}h0.01` : path(part))).join(""),
      );
    const gaps = parts.flatMap(({ gaps }, layer) => gaps.map((gap) => ({ gap, layer })));
    this.gaps
      .selectAll("path")
      .data(gaps)
      .join("path")
      .attr("class", "layer-gap")
      .attr("stroke-opacity", ({ layer }) => opacity(layer))
      .attr("d", ({ gap }) => path(gap));
    const dots = parts.flatMap(({ ends }, layer) => ends.map((end) => ({ end, layer })));
    this.dots
      .selectAll("circle")
      .data(dots)
      .join("circle")
      .attr("class", "layer-dot")
      .attr("r", 2.5)
      .attr("fill-opacity", ({ layer }) => opacity(layer))
      .attr("cx", ({ end }) => this.x(end.epoch))
      .attr("cy", ({ end }) => this.y(end.norm));
    const note = gaps.length > 0 ? t("layers.gaps") : "";
    this.note.text(note);
    const ends = lines.flatMap((line, at) => {
      const end = line[line.length - 1];
      return end ? [{ layer: at + 1, x: this.x(end.epoch) + 7, y: this.y(end.norm) }] : [];
    });
    const placed = spread(ends, LABEL_HEIGHT, MARGIN.top, HEIGHT - MARGIN.bottom);
    this.labels
      .selectAll("text")
      .data(placed)
      .join("text")
      .attr("class", "name")
      .attr("x", ({ x }) => x)
      .attr("y", ({ y }) => y + 4)
      .text(({ layer }) => t("layers.layer", { layer }));
    this.#describe(norms, last, note);
  }

  /** @param {boolean} drawn */
  #drawAxis(drawn) {
    const ticks = drawn ? decades(this.y.domain()) : [];
    const [left, right] = this.x.range();
    const rows = this.axis.selectAll("g.row").data(ticks).join("g").attr("class", "row");
    rows
      .selectAll("line")
      .data((tick) => [tick])
      .join("line")
      .attr("class", "grid")
      .attr("x1", left)
      .attr("x2", right)
      .attr("y1", (tick) => this.y(Number(tick)))
      .attr("y2", (tick) => this.y(Number(tick)));
    rows
      .selectAll("text")
      .data((tick) => [tick])
      .join("text")
      .attr("x", 0)
      .attr("y", (tick) => this.y(Number(tick)) + 4)
      .text((tick) => formatShort(Number(tick), 3));
    drawEpochs(this.axis, this.x, HEIGHT - 6, this.family);
  }

  /**
   * @param {(number | null)[][]} norms
   * @param {number} last
   * @param {string} note
   */
  #describe(norms, last, note) {
    const [before, now] = [norms[0], norms[norms.length - 1]];
    const layers = now.map((norm, at) =>
      t("layers.one", {
        layer: at + 1,
        before: formatPrecise(before[at] ?? Number.POSITIVE_INFINITY),
        now: formatPrecise(norm ?? Number.POSITIVE_INFINITY),
      }),
    );
    const words = {
      from: formatNumber(this.#told.epochs[0], 0),
      to: formatNumber(last, Number.isInteger(last) ? 0 : 2),
      layers: layers.join(" "),
    };
    this.svg.attr("aria-label", `${t("layers.summary", words)} ${note}`.trim());
  }
}

/**
 * A line for each layer, of the points that a logarithmic axis can show. Pure.
 *
 * @param {Norms} told
 * @returns {Point[][]}
 */
export function seriesOf({ epochs, norms }) {
  return (norms[0] ?? []).map((_, layer) =>
    epochs.flatMap((epoch, at) => {
      const norm = norms[at][layer];
      return norm !== null && norm > 0 ? [{ epoch, norm, since: epochs[at - 1] ?? epoch }] : [];
    }),
  );
}

/**
 * What is known of a line, and what merely connects it. It ends where a measured gradient is 0.
 * Pure.
 *
 * @param {Point[]} line
 * @param {number} apart epochs; points further from each other have a gap between them
 * @returns {{known: Point[][], gaps: Point[][], ends: Point[]}} ends: the points beside gaps
 */
export function parted(line, apart) {
  /** @type {Point[][]} */
  const known = [];
  /** @type {Point[][]} */
  const gaps = [];
  line.forEach((point, at) => {
    const before = line[at - 1];
    const next = before?.epoch === point.since;
    if (next && point.epoch - before.epoch <= apart) known[known.length - 1].push(point);
    else {
      if (next) gaps.push([before, point]);
      known.push([point]);
    }
  });
  return { known, gaps, ends: [...new Set(gaps.flat())] };
}

/**
 * Labels moved up and down just so far that none lies on another. Pure.
 *
 * @template {{y: number}} Label
 * @param {Label[]} labels
 * @param {number} apart
 * @param {number} top
 * @param {number} bottom
 * @returns {Label[]} in the same order; the last are left out where there is no room for all
 */
export function spread(labels, apart, top, bottom) {
  const room = Math.floor((bottom - top) / apart) + 1;
  const order = labels.slice(-room).sort((one, other) => one.y - other.y);
  /** @type {Map<Label, number>} */
  const places = new Map();
  let above = Number.NEGATIVE_INFINITY;
  for (const label of order) {
    above = Math.max(label.y, above + apart, top);
    places.set(label, above);
  }
  let below = bottom + apart;
  for (const label of order.reverse()) {
    below = Math.min(places.get(label) ?? label.y, below - apart);
    places.set(label, below);
  }
  return labels.flatMap((label) => {
    const y = places.get(label);
    return y === undefined ? [] : [{ ...label, y }];
  });
}
