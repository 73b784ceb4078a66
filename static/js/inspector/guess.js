/** Predict, then reveal: the question, the answer, and the tally, in the inspector. */

import { formatNumber } from "../format.js";
import { parseNumber } from "../network/editor.js";
import { t } from "../words.js";
import { Prediction } from "./prediction.js";

/** @typedef {import("../model.js").Model} Model */

/** @param {string} id */
const place = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

export class Guess {
  #prediction = new Prediction();
  #on = false;
  /** @type {Model | null} */
  #model = null;

  /** @param {(on: boolean) => void} changed called when the mode is switched on or off */
  constructor(changed) {
    this.button = place("predict");
    this.button.addEventListener("click", () => {
      this.#on = !this.#on;
      this.button.setAttribute("aria-pressed", String(this.#on));
      this.#prediction.forget();
      if (this.#model) this.update(this.#model);
      changed(this.#on);
      this.#draw();
    });
    for (const way of /** @type {const} */ (["up", "down"])) {
      place(`predict-${way}`).addEventListener("click", () => this.#say(way));
    }
    const form = /** @type {HTMLFormElement} */ (place("predict-form"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const field = /** @type {HTMLInputElement} */ (place("predict-value"));
      const value = parseNumber(field.value);
      if (value === null) {
        field.setAttribute("aria-invalid", "true");
        return;
      }
      field.removeAttribute("aria-invalid");
      field.value = "";
      this.#say(value);
    });
  }

  get on() {
    return this.#on;
  }

  /** Whether the next change may be shown. */
  get foretells() {
    return !this.#on;
  }

  /** @param {Model} model */
  update(model) {
    this.#model = model;
    if (!this.#on) return;
    const { frame, chosenIndex } = model;
    if (!frame) return;
    const name = frame.playing || model.chosenFrozen ? null : model.chosen;
    const value = frame.parameters[chosenIndex] ?? 0;
    this.#prediction.follow(name, value, frame.position.update);
    this.#draw();
  }

  /** @param {import("./prediction.js").Answer} answer */
  #say(answer) {
    this.#prediction.say(answer);
    this.#draw();
  }

  #draw() {
    const { question, verdict, tally } = this.#prediction;
    place("predict-panel").hidden = !this.#on;
    if (!this.#on) return;
    const label = this.#model?.chosenLabel ?? "";
    const asks = question !== null && question.answer === null;
    place("predict-answers").hidden = !asks;
    write("predict-question", this.#question(label));
    place("predict-question").hidden = question === null && !this.#model?.frame?.playing;
    const shown = verdict ? this.#verdict(label, verdict) : "";
    write("predict-verdict", shown);
    place("predict-verdict").dataset.right = verdict ? String(verdict.right) : "";
    write("predict-tally", tally.of > 0 ? t("predict.tally", tally) : "");
  }

  /** @param {string} label */
  #question(label) {
    const { question } = this.#prediction;
    if (!question) return t("predict.playing");
    const { answer, before } = question;
    if (answer === null) return t("predict.question", { label, value: formatNumber(before) });
    const said = typeof answer === "number" ? formatNumber(answer) : t(`predict.${answer}`);
    return t("predict.said", { answer: said });
  }

  /**
   * @param {string} label
   * @param {import("./prediction.js").Verdict} verdict
   */
  #verdict(label, { right, before, after }) {
    const change = after - before;
    const way = change > 0 ? "predict.rose" : change < 0 ? "predict.fell" : "predict.stayed";
    const told = t(way, {
      label,
      by: formatNumber(Math.abs(change)),
      before: formatNumber(before),
      after: formatNumber(after),
    });
    return `${t(right ? "predict.right" : "predict.wrong")} ${told}`;
  }
}

/**
 * @param {string} id
 * @param {string} text
 */
function write(id, text) {
  const element = place(id);
  if (element.textContent !== text) element.textContent = text;
}
