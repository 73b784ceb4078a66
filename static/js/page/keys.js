/** Keys: each element with `data-key` is pressed by that key, wherever the focus is but in a field. */

const FIELDS = "input, textarea, select, [contenteditable], dialog[open]";
const PRESSED_BY_SPACE = "button, a, summary, [role=button], [tabindex='0']";
const PLAIN = "[type=radio], [type=checkbox], [type=range]";
const REPEATING = new Set(["e", "n", "Backspace", "Shift+e", "Shift+n"]);

/**
 * What a key press should press, if anything.
 *
 * @param {{key: string, repeat: boolean, shiftKey: boolean, ctrlKey: boolean, metaKey: boolean,
 * altKey: boolean}} event
 * @param {{inField: boolean, onButton: boolean}} place where the focus is
 * @returns {string | null} the value of `data-key`
 */
export function keyFor(event, place) {
  if (event.ctrlKey || event.metaKey || event.altKey || place.inField) return null;
  const key = nameOf(event);
  if (!key || (key === "Space" && place.onButton)) return null;
  if (event.repeat && !REPEATING.has(key)) return null;
  return key;
}

/**
 * @param {{key: string, shiftKey: boolean}} event
 * @returns {string} "" for a key that presses nothing
 */
function nameOf({ key, shiftKey }) {
  if (key === " ") return "Space";
  if (key === "Backspace") return key;
  if (key.length !== 1) return "";
  const letter = key.toLowerCase();
  // With other signs, Shift is a part of writing them.
  return shiftKey && letter !== key.toUpperCase() ? `Shift+${letter}` : letter;
}

export function listenToKeys() {
  document.addEventListener("keydown", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    const key = keyFor(event, {
      inField: target.closest(FIELDS) !== null && !target.matches(PLAIN),
      onButton: target.closest(PRESSED_BY_SPACE) !== null,
    });
    if (!key) return;
    for (const element of document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)) {
      // The one of Play and Pause that is not shown is not the one meant.
      if (!(element instanceof HTMLElement) || !element.checkVisibility()) continue;
      press(element, event);
      return;
    }
    pressHidden(key, event);
  });

  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("keys"));
  for (const button of document.querySelectorAll("#keys-button, [data-opens=keys]")) {
    button.addEventListener("click", () => dialog.showModal());
  }
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}

/**
 * On a phone some buttons are folded away; their keys work all the same.
 *
 * @param {string} key
 * @param {KeyboardEvent} event
 */
function pressHidden(key, event) {
  if (key === "Space") return;
  const folded = document.querySelector(`.secondary [data-key="${CSS.escape(key)}"]`);
  if (folded instanceof HTMLElement) press(folded, event);
}

/**
 * A key that is held repeats as fast as answers come, and is done with when it is let go.
 *
 * @param {HTMLElement} element
 * @param {KeyboardEvent} event
 */
function press(element, event) {
  event.preventDefault();
  if (!event.repeat || !element.closest(".htmx-request")) element.click();
}
