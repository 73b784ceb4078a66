/** What the panels' forms need beyond htmx: sliders, chosen files, and following the server. */

import { fromSlider, toSlider } from "./slider_scale.js";

export function dressForms() {
  document.addEventListener("input", (event) => {
    const slider = event.target;
    if (slider instanceof HTMLInputElement && slider.dataset.slides) writeField(slider);
  });
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement)) return;
    if (field.type === "file") readFile(field);
    const slider = document.getElementById(`${field.id}-slider`);
    if (slider instanceof HTMLInputElement) placeSlider(slider, field);
  });
  document.addEventListener("htmx:after:swap", followServer);
  document.getElementById("speed")?.addEventListener("change", () => {
    if (document.getElementById("workspace")?.hasAttribute("data-playing")) {
      /** @type {HTMLFormElement} */ (document.getElementById("play-form")).requestSubmit();
    }
  });
}

/** @param {HTMLInputElement} slider */
function writeField(slider) {
  const field = document.getElementById(slider.dataset.slides ?? "");
  if (field instanceof HTMLInputElement) {
    field.value = fromSlider(Number(slider.value), slider.hasAttribute("data-logarithmic"));
  }
}

/**
 * @param {HTMLInputElement} slider
 * @param {HTMLInputElement} field
 */
function placeSlider(slider, field) {
  const value = toSlider(Number(field.value), slider.hasAttribute("data-logarithmic"));
  if (Number.isFinite(value)) slider.value = String(value);
}

/**
 * A morph leaves alone what the visitor touched; once the server has answered, its word counts for
 * every control but the one in use and those it refused.
 */
function followServer() {
  for (const control of document.querySelectorAll(".panels form[hx-post] :is(input, select)")) {
    if (control === document.activeElement || control.hasAttribute("aria-invalid")) continue;
    if (control instanceof HTMLSelectElement) {
      const selected = control.querySelector("option[selected]");
      if (selected instanceof HTMLOptionElement) selected.selected = true;
    } else if (control instanceof HTMLInputElement && control.type === "checkbox") {
      control.checked = control.defaultChecked;
    }
  }
}

/** @param {HTMLInputElement} field */
async function readFile(field) {
  const text = field.form?.querySelector("textarea");
  const file = field.files?.[0];
  if (!file || !text) return;
  text.value = await file.text();
  field.value = "";
}
