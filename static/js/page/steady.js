/**
 * What stands above the drawing keeps the height it once had, so that the drawing does not jump
 * when a long sentence gives way to a short one.
 */

/** @param {HTMLElement} element */
export function keepHeight(element) {
  let width = 0;
  let tallest = 0;

  function measure() {
    if (element.clientWidth !== width) {
      // Lines break elsewhere now.
      width = element.clientWidth;
      tallest = 0;
      element.style.removeProperty("min-height");
    }
    const height = element.offsetHeight;
    if (height <= tallest) return;
    tallest = height;
    element.style.setProperty("min-height", `${height}px`);
  }

  new ResizeObserver(measure).observe(element);
  measure();
}
