/** Small steps on the document that several drawing modules share. */

const SVG = "http://www.w3.org/2000/svg";

/** @type {WeakMap<Element, Map<string, string | null>>} */
const written = new WeakMap();

/**
 * A new SVG element, appended.
 *
 * @template {keyof SVGElementTagNameMap} T
 * @param {Element} parent
 * @param {T} name
 * @param {Record<string, string | number>} [attributes]
 * @returns {SVGElementTagNameMap[T]}
 */
export function append(parent, name, attributes = {}) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) write(element, key, value);
  parent.append(element);
  return element;
}

/**
 * Sets an attribute unless it already has that value; null removes it.
 *
 * @param {Element} element
 * @param {string} name
 * @param {string | number | null} value
 */
export function write(element, name, value) {
  let known = written.get(element);
  if (!known) {
    known = new Map();
    written.set(element, known);
  }
  const text = value === null ? null : String(value);
  if (known.get(name) === text) return;
  known.set(name, text);
  if (text === null) element.removeAttribute(name);
  else element.setAttribute(name, text);
}

/**
 * Sets an element's text unless it already has it.
 *
 * @param {Element} element
 * @param {string} text
 */
export function writeText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {number} value @returns {number} to a hundredth of a pixel */
export function pixel(value) {
  return Math.round(value * 100) / 100;
}
