/** A small field over the drawing in which a weight is given a new value. */

import { t } from "../words.js";

/** Between the label and the field, in pixels. */
const BESIDE = 8;

let editors = 0;

/**
 * The shortest decimal that a float32 is the nearest to.
 *
 * @param {number} value
 * @returns {string}
 */
export function shortestDecimal(value) {
  for (let digits = 1; digits <= 9; digits += 1) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === Math.fround(value)) return text;
  }
  return String(value);
}

/**
 * @param {string} text as typed: a true minus sign or a decimal comma will do
 * @returns {number | null} null for what is not a finite number
 */
export function parseNumber(text) {
  const plain = text
    .trim()
    .replaceAll("\u2212", "-")
    .replace(/^([^.,]*),([^.,]*)$/, "$1.$2");
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return null;
  const value = Number(plain);
  return Number.isFinite(value) ? value : null;
}

/**
 * @typedef {object} Edit
 * @property {string} label of the parameter
 * @property {number} value
 * @property {import("./types.js").Box} box of the label it stands beside, in the drawing
 * @property {number} width of the drawing
 * @property {number} zoom pixels of the screen for each of the drawing
 * @property {(value: number) => Promise<import("./types.js").EditResult>} save
 * @property {() => void} closed called when the field has gone, to give back the focus
 */

export class Editor {
  #form = document.createElement("form");
  #name = document.createElement("label");
  #input = document.createElement("input");
  #button = document.createElement("button");
  #error = document.createElement("p");
  /** @type {Edit | null} */
  #edit = null;
  #saving = false;
  /** Whether anything was typed. It shows fewer digits than the value has, so else it must stay. */
  #touched = false;

  /** @param {HTMLElement} parent positioned, as large as the drawing */
  constructor(parent) {
    editors += 1;
    const id = `network-editor-${editors}`;
    this.#form.className = "network-editor";
    this.#form.noValidate = true;
    this.#form.hidden = true;
    this.#name.htmlFor = id;
    Object.assign(this.#input, {
      id,
      type: "text",
      inputMode: "decimal",
      autocomplete: "off",
      spellcheck: false,
    });
    this.#input.setAttribute("aria-describedby", `${id}-error`);
    this.#button.type = "submit";
    this.#error.id = `${id}-error`;
    this.#error.className = "network-editor-error";
    this.#error.setAttribute("role", "alert");
    this.#form.append(this.#name, this.#input, this.#button, this.#error);
    parent.append(this.#form);
    this.#input.addEventListener("input", () => {
      this.#touched = true;
    });
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#save();
    });
    this.#form.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key !== "Escape") return;
      event.preventDefault();
      this.close();
    });
    this.#form.addEventListener("focusout", (event) => {
      const to = /** @type {Node | null} */ (event.relatedTarget);
      if (!this.#saving && document.hasFocus() && !this.#form.contains(to)) this.close(false);
    });
  }

  get open() {
    return this.#edit !== null;
  }

  /** @param {Edit} edit */
  show(edit) {
    this.#edit = edit;
    this.#name.textContent = t("network.edit", { label: edit.label });
    this.#button.textContent = t("network.save");
    this.#input.value = shortestDecimal(edit.value);
    this.#touched = false;
    this.#say("");
    this.#form.hidden = false;
    const { box, width, zoom } = edit;
    const half = this.#form.offsetWidth / 2;
    const middle = (zoom * (box.left + box.right)) / 2;
    const x = Math.max(half + 2, Math.min(zoom * width - half - 2, middle));
    this.#form.style.setProperty("left", `${Math.round(x - half)}px`);
    // Beside the label, so that the edge and its number stay in sight; and never above the drawing,
    // where the sentence stands.
    const below = zoom * box.bottom + BESIDE;
    const above = zoom * box.top - BESIDE - this.#form.offsetHeight;
    this.#form.style.setProperty("top", `${Math.round(above >= 0 ? above : below)}px`);
    this.#input.focus();
    // Backward, so that of a long number the sign is in sight.
    this.#input.setSelectionRange(0, this.#input.value.length, "backward");
  }

  /** @param {boolean} [giveBack] the focus, to where it was */
  close(giveBack = true) {
    const edit = this.#edit;
    if (!edit) return;
    this.#edit = null;
    if (giveBack) edit.closed();
    this.#form.hidden = true;
  }

  /** @param {string} text */
  #say(text) {
    this.#error.textContent = text;
    if (text) this.#input.setAttribute("aria-invalid", "true");
    else this.#input.removeAttribute("aria-invalid");
  }

  async #save() {
    const edit = this.#edit;
    if (!edit || this.#saving) return;
    if (!this.#touched) {
      this.close();
      return;
    }
    const value = parseNumber(this.#input.value);
    if (value === null) {
      this.#say(t("network.notANumber"));
      this.#input.select();
      return;
    }
    this.#saving = true;
    this.#form.setAttribute("aria-busy", "true");
    const result = await edit.save(value).finally(() => {
      this.#saving = false;
      this.#form.removeAttribute("aria-busy");
    });
    if (this.#edit !== edit) return;
    if (result.ok) this.close();
    else {
      this.#say(result.detail);
      this.#input.focus();
      this.#input.select();
    }
  }
}
