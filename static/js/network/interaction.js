/**
 * Pointer and keyboard on the drawing: what is pointed at, what has the focus, what is chosen. One
 * tab stop; arrow keys move from there.
 */

import { write } from "./dom.js";
import { move } from "./keyboard.js";
import { pick } from "./picking.js";
import { sameItem } from "./places.js";

/** How far beside an edge still counts, in pixels. */
const NEAR = { mouse: 9, pen: 14, touch: 22 };

/**
 * @typedef {import("./types.js").Item} Item
 *
 * @typedef {object} Host
 * @property {() => import("./geometry.js").Layout | null} layout
 * @property {(item: Item) => SVGGElement | undefined} element of an item, drawn if need be
 * @property {() => void} changed something looks different now
 * @property {(item: Item | null) => void} choose a parameter or a unit
 * @property {(index: number) => void} edit a parameter
 * @property {() => Item | null} chosen
 */

export class Interaction {
  #svg;
  #topology;
  #host;
  #listening = new AbortController();
  /** @type {Item | null} */
  #pointed = null;
  /** @type {Item} where Tab leads */
  #current;
  #hasFocus = false;
  /** @type {SVGGElement | undefined} */
  #tabStop;
  /** @type {SVGGElement | undefined} */
  #marked;

  /**
   * @param {SVGSVGElement} svg
   * @param {import("./topology.js").Topology} topology
   * @param {Host} host
   */
  constructor(svg, topology, host) {
    this.#svg = svg;
    this.#topology = topology;
    this.#host = host;
    this.#current = topology.parameters.length
      ? { kind: "parameter", index: 0 }
      : { kind: "node", column: 0, unit: 0 };
    const { signal } = this.#listening;
    svg.addEventListener("pointermove", (event) => this.#point(event), { signal });
    svg.addEventListener("pointerleave", () => this.#setPointed(null), { signal });
    svg.addEventListener("click", (event) => this.#click(event), { signal });
    svg.addEventListener("dblclick", (event) => this.#doubleClick(event), { signal });
    svg.addEventListener("keydown", (event) => this.#key(event), { signal });
    // Chromium makes an SVG element that listens for the focus a tab stop of its own.
    const around = svg.parentElement ?? document.body;
    around.addEventListener("focusin", (event) => this.#focusIn(event), { signal });
    around.addEventListener("focusout", () => this.#focusOut(), { signal });
  }

  /** What the pointer is on. */
  get pointed() {
    return this.#pointed;
  }

  /** What Tab leads to, and what has the focus while anything here has. */
  get current() {
    return this.#current;
  }

  /** @returns {Item | null} */
  get focused() {
    return this.#hasFocus ? this.#current : null;
  }

  /** Keeps one tab stop, and shows what is pointed at. */
  mark() {
    const stop = this.#host.element(this.#current);
    if (stop !== this.#tabStop) {
      if (this.#tabStop) write(this.#tabStop, "tabindex", -1);
      if (stop) write(stop, "tabindex", 0);
      this.#tabStop = stop;
    }
    const marked = this.#pointed ? this.#host.element(this.#pointed) : undefined;
    if (marked !== this.#marked) {
      if (this.#marked) write(this.#marked, "data-pointed", null);
      if (marked) write(marked, "data-pointed", "");
      this.#marked = marked;
    }
    this.#svg.classList.toggle(
      "network-on-item",
      this.#pointed !== null && choosable(this.#pointed),
    );
  }

  /** @param {Item} item */
  focus(item) {
    this.#current = item;
    this.#host.element(item)?.focus({ preventScroll: true });
    this.#host.changed();
  }

  /** @param {PointerEvent | MouseEvent} event @returns {Item | null} */
  #itemAt(event) {
    const layout = this.#host.layout();
    if (!layout) return null;
    const label = /** @type {Element} */ (event.target).closest("[data-label]");
    const index = this.#topology.indices.get(label?.getAttribute("data-label") ?? "");
    if (index !== undefined) return { kind: "parameter", index };
    const box = this.#svg.getBoundingClientRect();
    const scale = box.width > 0 ? layout.width / box.width : 1;
    const type = event instanceof PointerEvent ? event.pointerType : "mouse";
    const near = NEAR[/** @type {keyof typeof NEAR} */ (type)] ?? NEAR.mouse;
    const x = (event.clientX - box.left) * scale;
    return pick(this.#topology, layout, x, (event.clientY - box.top) * scale, near);
  }

  /** @param {PointerEvent} event */
  #point(event) {
    if (event.pointerType !== "touch") this.#setPointed(this.#itemAt(event));
  }

  /** @param {Item | null} item */
  #setPointed(item) {
    if (sameItem(item, this.#pointed)) return;
    this.#pointed = item;
    this.#host.changed();
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const item = this.#itemAt(event);
    if (!item) {
      this.#host.choose(null);
      return;
    }
    const onLabel = /** @type {Element} */ (event.target).closest("[data-label]") !== null;
    this.focus(item);
    if (!choosable(item)) return;
    const chosen = sameItem(item, this.#host.chosen());
    if (!chosen) this.#host.choose(item);
    else if (onLabel && item.kind === "parameter") this.#host.edit(item.index);
  }

  /** @param {MouseEvent} event */
  #doubleClick(event) {
    const item = this.#itemAt(event);
    if (item?.kind !== "parameter") return;
    event.preventDefault();
    this.#host.edit(item.index);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const item = this.#current;
    if (event.key === "Enter" || event.key === " ") {
      this.#press(item, event.key);
    } else if (event.key === "Escape") {
      if (!this.#host.chosen()) return;
      this.#host.choose(null);
    } else {
      const next = move(this.#topology, item, event.key);
      if (!next) return;
      this.focus(next);
    }
    // The page's own shortcuts use some of these keys too.
    event.preventDefault();
    event.stopPropagation();
  }

  /**
   * Enter chooses, and then gives a parameter another value; Space chooses and lets go.
   *
   * @param {Item} item
   * @param {string} key
   */
  #press(item, key) {
    if (!choosable(item)) return;
    if (!sameItem(item, this.#host.chosen())) this.#host.choose(item);
    else if (key === " ") this.#host.choose(null);
    else if (item.kind === "parameter") this.#host.edit(item.index);
  }

  /** @param {FocusEvent} event */
  #focusIn(event) {
    const item = this.#itemOf(/** @type {Element} */ (event.target));
    if (item) this.#current = item;
    this.#hasFocus = item !== null;
    this.#host.changed();
  }

  #focusOut() {
    this.#hasFocus = false;
    this.#host.changed();
  }

  /** @param {Element} element @returns {Item | null} */
  #itemOf(element) {
    const node = element.getAttribute("data-node");
    if (node) {
      const [column, unit] = node.split(".").map(Number);
      return { kind: "node", column, unit };
    }
    const index = this.#topology.indices.get(element.getAttribute("data-parameter") ?? "");
    return index === undefined ? null : { kind: "parameter", index };
  }

  destroy() {
    this.#listening.abort();
  }
}

/**
 * Inputs can be pointed at, but they have nothing to explain.
 *
 * @param {Item} item
 */
function choosable(item) {
  return item.kind === "parameter" || item.column > 0;
}
