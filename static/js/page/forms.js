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
    if (field.type === "file") showFile(field);
    const slider = document.getElementById(`${field.id}-slider`);
    if (slider instanceof HTMLInputElement) placeSlider(slider, field);
  });
  document.addEventListener("htmx:after:swap", followServer);
  forgetRefused();
  foldUpload();
  sendOnce();
  document.getElementById("speed")?.addEventListener("change", () => {
    if (document.getElementById("workspace")?.hasAttribute("data-playing")) {
      /** @type {HTMLFormElement} */ (document.getElementById("play-form")).requestSubmit();
    }
  });
}

/**
 * What was refused goes with its error, also from the field in use: unless somebody has typed on,
 * the field shows what counts again.
 */
function forgetRefused() {
  /** @type {HTMLInputElement | null} */
  let refused = null;
  document.addEventListener("htmx:before:swap", () => {
    const field = document.activeElement;
    const wrong = field instanceof HTMLInputElement && field.hasAttribute("aria-invalid");
    if (wrong && field.value === field.defaultValue) refused = field;
  });
  document.addEventListener("htmx:after:swap", () => {
    if (refused && !refused.hasAttribute("aria-invalid")) refused.value = refused.defaultValue;
    if (!refused?.hasAttribute("aria-invalid")) refused = null;
  });
}

/** Enter in a field that was changed is both a change and a submission: one of them is sent. */
function sendOnce() {
  /** @type {HTMLFormElement | null} */
  let changed = null;
  document.addEventListener(
    "change",
    (event) => {
      changed = /** @type {HTMLInputElement} */ (event.target).form ?? null;
      setTimeout(() => {
        changed = null;
      });
    },
    { capture: true },
  );
  document.addEventListener(
    "submit",
    (event) => {
      // A button that says something, such as one more unit, is always meant.
      const { submitter } = event;
      const says = submitter instanceof HTMLButtonElement && submitter.value !== "";
      if (says || event.target !== changed || !changed?.matches("[hx-trigger^=change]")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    { capture: true },
  );
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

/**
 * Say which file has been chosen; it goes to the server with its form.
 *
 * @param {HTMLInputElement} field
 */
function showFile(field) {
  const name = document.getElementById("csv-file-name");
  if (name) name.textContent = field.files?.[0]?.name ?? "";
}

/** Once the data are in use, their form folds up. */
function foldUpload() {
  const form = document.getElementById("upload-form");
  form?.addEventListener("htmx:after:request", (event) => {
    if (/** @type {CustomEvent} */ (event).detail.ctx.response.status >= 400) return;
    /** @type {HTMLFormElement} */ (form).reset();
    form.querySelector("details")?.removeAttribute("open");
    for (const field of form.querySelectorAll("input")) showFile(field);
  });
}
