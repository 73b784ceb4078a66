/**
 * The chosen parameter or unit: chosen here at once, and by way of the server for everybody who
 * follows.
 */

/** Where Escape has a meaning of its own. */
const BUSY = "dialog[open], .network-editor, input, select, textarea";

/** @typedef {(name: string | null) => void} Choose a parameter or unit; null lets go */

/**
 * @param {import("../model.js").Model} model
 * @param {import("./commands.js").Commands} commands
 * @param {() => void} changed called when something else is chosen
 * @returns {Choose}
 */
export function chooseForAll(model, commands, changed) {
  return async (name) => {
    if (name === model.chosen) return;
    model.chosen = name;
    model.choosing += 1;
    changed();
    const result = await commands.choose(name);
    model.choosing -= 1;
    if (!result.ok) {
      model.chosen = model.frame?.chosen ?? null;
      changed();
      commands.complain(result.detail);
    }
  };
}

/**
 * @param {import("../model.js").Model} model
 * @param {Choose} choose
 */
export function listenToChoices(model, choose) {
  // Labels in the text are plain buttons of a form; with scripts they choose without a detour.
  document.addEventListener("click", (event) => {
    const label = event.target instanceof Element ? event.target.closest("[data-choose]") : null;
    if (!(label instanceof HTMLElement)) return;
    event.preventDefault();
    choose(label.dataset.choose ?? null);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !model.chosen) return;
    if (event.target instanceof Element && event.target.closest(BUSY)) return;
    choose(null);
  });
}
