/**
 * What stands above the drawing keeps the height it once had, so that the drawing does not jump
 * when a long sentence gives way to a short one. The formulas of a layer have a height of their
 * own, which is kept from layer to layer and goes with them.
 */

const FORMULA = ".layer-formula > ul";

/** @param {HTMLElement} element */
export function keepHeight(element) {
  let width = 0;
  let tallest = { sentence: 0, formula: 0 };
  let shown = kind();

  /** @returns {"sentence" | "formula"} what it shows now */
  function kind() {
    return element.querySelector(FORMULA) ? "formula" : "sentence";
  }

  /** @param {number} height in pixels, 0 for as much as is needed */
  function reserve(height) {
    if (height === 0) element.style.removeProperty("min-height");
    else element.style.setProperty("min-height", `${height}px`);
  }

  function measure() {
    if (element.clientWidth !== width) {
      // Lines break elsewhere now.
      width = element.clientWidth;
      tallest = { sentence: 0, formula: 0 };
      reserve(0);
    }
    // To the fraction of a pixel: rounded down, the drawing would still move a little.
    const { height } = element.getBoundingClientRect();
    if (height <= tallest[shown]) return;
    tallest[shown] = height;
    reserve(height);
  }

  new ResizeObserver(measure).observe(element);
  new MutationObserver(() => {
    if (kind() === shown) return;
    shown = kind();
    reserve(tallest[shown]);
    measure();
  }).observe(element, { childList: true, subtree: true });
  measure();
}
