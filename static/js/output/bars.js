/** The outputs for the example in focus, a bar each, with a tick at the target. */

import { formatNumber, formatShort } from "../format.js";
import { splitLabel } from "../network/text.js";
import { t } from "../words.js";
import { middleOf } from "./colours.js";

/** @typedef {import("../types.js").Structure} Structure */
/** @typedef {import("../types.js").Frame} Frame */

const MOST = 12;

/**
 * The range that bars lie in: the activation's own where it is bounded, else wide enough for the
 * values; 0 is always within.
 *
 * @param {[number | null, number | null]} bounds
 * @param {number[]} values
 * @returns {[number, number]}
 */
export function barRange([low, high], values) {
  const least = low ?? Math.min(0, ...values);
  const most = high ?? Math.max(0, ...values);
  return most > least ? [Math.min(0, least, ...values), Math.max(0, most, ...values)] : [0, 1];
}

/**
 * A share of the range, in [0, 1].
 *
 * @param {number} value
 * @param {[number, number]} range
 */
export function share(value, [low, high]) {
  return Math.max(0, Math.min(1, (value - low) / (high - low)));
}

export class Bars {
  /** @param {HTMLElement} container */
  constructor(container) {
    this.list = document.createElement("div");
    this.list.className = "bars";
    this.list.setAttribute("role", "img");
    container.replaceChildren(this.list);
    /** @type {{bar: HTMLElement, tick: HTMLElement, value: HTMLElement, target: HTMLElement}[]} */
    this.rows = [];
  }

  /** @param {Structure} structure */
  lay({ network }) {
    this.rows = [];
    const nodes = network.output_names.slice(0, MOST).flatMap((name) => {
      const { base, index } = splitLabel(name);
      const label = element("span", "", base);
      if (index) label.append(element("sub", "", index));
      const track = element("span", "bar");
      const bar = element("i");
      const tick = element("u");
      track.append(bar, tick);
      const value = element("span");
      const target = element("span", "target");
      this.rows.push({ bar, tick, value, target });
      return [label, track, value, target];
    });
    this.list.replaceChildren(...nodes);
  }

  /**
   * @param {Structure} structure
   * @param {Frame} frame
   */
  draw({ network }, { focus }) {
    const values = focus.activations[focus.activations.length - 1];
    const last = network.layers[network.layers.length - 1];
    const range = barRange(last.bounds, [...values, ...focus.targets]);
    const zero = share(0, range);
    const [low, high] = last.bounds;
    const middle = low === null || high === null ? 0 : middleOf(low, high);
    const marked = zero > 0 && zero < 1;
    this.list.style.setProperty("--zero", percent(zero));
    this.list.toggleAttribute("data-zero", marked);
    const words = this.rows.map(({ bar, tick, value, target }, i) => {
      const end = share(values[i], range);
      // The same side of the middle has the same colour as in the plot.
      bar.className = values[i] < middle ? "negative" : "";
      bar.style.left = percent(Math.min(zero, end));
      bar.style.width = percent(Math.abs(end - zero));
      tick.style.left = percent(share(focus.targets[i], range));
      const shown = formatNumber(values[i]);
      const wanted = formatShort(focus.targets[i], 3);
      write(value, shown);
      write(target, t("output.target", { target: wanted }));
      return t("output.bar", { unit: network.output_names[i], value: shown, target: wanted });
    });
    const name = t("output.bars", { example: focus.example + 1, values: words.join("; ") });
    this.list.setAttribute("aria-label", name);
  }
}

/** @param {number} part */
function percent(part) {
  return `${(100 * part).toFixed(2)}%`;
}

/**
 * @param {HTMLElement} node
 * @param {string} text
 */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * @param {string} tag
 * @param {string} [className]
 * @param {string} [text]
 */
function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}
