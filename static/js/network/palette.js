/**
 * The page's colours for what a canvas draws, read from its custom properties and kept until the
 * theme changes.
 */

import { parseColour } from "./scales.js";

/**
 * @typedef {object} Palette
 * @property {string} positive
 * @property {string} negative
 * @property {string} soft
 * @property {string} ink
 * @property {string} node
 * @property {import("./scales.js").Colour} positiveColour
 * @property {import("./scales.js").Colour} negativeColour
 * @property {import("./scales.js").Colour} neutralColour
 */

/**
 * Calls back with the colours now and whenever the theme changes.
 *
 * @param {Element} element any that inherits the page's custom properties
 * @param {(palette: Palette) => void} changed
 * @returns {() => void} ends the watch
 */
export function watchPalette(element, changed) {
  const tell = () => changed(readPalette(element));
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", tell);
  const observer = new MutationObserver(tell);
  observer.observe(document.documentElement, {
    attributes: true,
    attributeFilter: ["class", "data-theme", "style"],
  });
  tell();
  return () => {
    dark.removeEventListener("change", tell);
    observer.disconnect();
  };
}

/**
 * @param {Element} element
 * @returns {Palette}
 */
function readPalette(element) {
  const style = getComputedStyle(element);
  /** @type {(name: string) => string} */
  const property = (name) => style.getPropertyValue(name).trim();
  const [positive, negative, node] = ["--pos", "--neg", "--node"].map(property);
  return {
    positive,
    negative,
    node,
    soft: property("--soft"),
    ink: property("--ink"),
    positiveColour: parseColour(positive),
    negativeColour: parseColour(negative),
    neutralColour: parseColour(node),
  };
}
