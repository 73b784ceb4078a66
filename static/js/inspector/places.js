/**
 * Factors and their places in the drawing: pointing at or focusing the one lights the other. Every
 * element with `data-place` takes part: `edge:2.kernel.0.0` or `node:2.0`.
 */

/**
 * @param {HTMLElement} panel
 * @param {(place: string | null) => void} light a place in the drawing
 */
export function listenToPlaces(panel, light) {
  /** @type {string | null} */
  let lit = null;

  /** @param {EventTarget | null} target */
  function follow(target) {
    const factor = target instanceof Element ? target.closest("[data-place]") : null;
    const place = factor?.getAttribute("data-place") ?? null;
    if (place === lit) return;
    lit = place;
    light(place);
  }

  /** The pointer may lie elsewhere than the focus; what it is on counts. */
  const focused = () => (panel.contains(document.activeElement) ? document.activeElement : null);
  panel.addEventListener("pointerover", (event) => follow(event.target));
  panel.addEventListener("pointerleave", () => follow(focused()));
  panel.addEventListener("focusin", (event) => follow(event.target));
  panel.addEventListener("focusout", () => follow(null));
  panel.addEventListener("keydown", (event) => walk(panel, event));
}

/**
 * Arrow keys move between the factors of a formula.
 *
 * @param {HTMLElement} panel
 * @param {KeyboardEvent} event
 */
function walk(panel, event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const here = event.target instanceof Element ? event.target.closest("button.factor") : null;
  if (!step || !here) return;
  const factors = [...panel.querySelectorAll("button.factor")];
  const next = factors[factors.indexOf(here) + step];
  if (!(next instanceof HTMLElement)) return;
  event.preventDefault();
  next.focus();
}

/**
 * Lights the factors of a place; the panel's HTML may have come anew since.
 *
 * @param {HTMLElement} panel
 * @param {string | null} place
 */
export function lightFactors(panel, place) {
  for (const element of panel.querySelectorAll("[data-place]")) {
    element.classList.toggle("lit", element.getAttribute("data-place") === place);
  }
}
