/** Predict, then reveal: the question, the answer, and the tally, in the inspector. */

import { formatNumber, formatPrecise } from "../format.js";
import { parseNumber } from "../network/editor.js";
import { t } from "../words.js";
import { stepTexts } from "./axis.js";
import { Prediction } from "./prediction.js";

/**
 * @typedef {import("../model.js").Model} Model
 * @typedef {import("../types.js").Frame} Frame
 */

const COVERED = "data-covered";
/** Digits of a frame's numbers, which come in single precision. */
const SINGLE = 7;

/** @param {string} id */
const place = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

export class Guess {
  #prediction = new Prediction();
  #on = false;
  #covers = false;
  /** @type {Model | null} */
  #model = null;
  #changed;

  /** @param {() => void} changed called when what may be seen has changed */
  constructor(changed) {
    this.#changed = changed;
    this.button = place("predict");
    this.button.addEventListener("click", () => {
      this.#on = !this.#on;
      this.button.setAttribute("aria-pressed", String(this.#on));
      this.#prediction.forget();
      complain("");
      if (this.#model) this.update(this.#model);
      this.#draw();
    });
    for (const way of /** @type {const} */ (["up", "down", "same"])) {
      place(`predict-${way}`).addEventListener("click", () => this.#say(way));
    }
    const form = /** @type {HTMLFormElement} */ (place("predict-form"));
    const field = /** @type {HTMLInputElement} */ (place("predict-value"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const value = parseNumber(field.value);
      complain(value === null ? t("predict.notANumber") : "");
      if (value !== null) this.#say(value);
    });
    field.addEventListener("input", () => complain(""));
    document.addEventListener("htmx:after:swap", () => this.#coverTellers());
  }

  /** Whether the slope at the chosen parameter and its next change may be seen. */
  get foretells() {
    return !this.#covers;
  }

  /**
   * A frame without the number that is asked for.
   *
   * @param {Frame} frame
   * @returns {Frame}
   */
  veil(frame) {
    const at = this.#model?.chosenIndex ?? -1;
    if (!this.#covers || at < 0 || at >= frame.gradients.length) return frame;
    const gradients = frame.gradients.slice();
    gradients[at] = Number.NaN;
    return { ...frame, gradients };
  }

  /** @param {Model} model */
  update(model) {
    this.#model = model;
    if (!this.#on || !model.frame) return;
    const { frame, chosenIndex } = model;
    const idle = frame.playing || frame.stopped || model.chosenFrozen || chosenIndex < 0;
    const value = frame.parameters[chosenIndex] ?? 0;
    const last = frame.updates?.[chosenIndex] ?? null;
    this.#prediction.follow(idle ? null : model.chosen, value, frame.position.update, last);
    this.#draw();
  }

  /** @param {import("./prediction.js").Answer} answer */
  #say(answer) {
    complain("");
    /** @type {HTMLInputElement} */ (place("predict-value")).value = "";
    this.#prediction.say(answer);
    this.#draw();
  }

  #draw() {
    const { question, verdict, tally } = this.#prediction;
    place("predict-panel").hidden = !this.#on;
    this.#cover();
    if (!this.#on) return;
    const label = this.#model?.chosenLabel ?? "";
    place("predict-answers").hidden = !this.#prediction.asks;
    write("predict-question", this.#question(label));
    write("predict-verdict", verdict ? told(label, verdict) : "");
    place("predict-verdict").dataset.right = verdict ? String(verdict.right) : "";
    write("predict-tally", tally.of > 0 ? t("predict.tally", tally) : "");
    if (question === null) complain("");
  }

  /** @param {string} label */
  #question(label) {
    const { question } = this.#prediction;
    const { frame, chosenFrozen, chosenIndex } = this.#model ?? {};
    if (question?.answer != null) {
      const { answer } = question;
      const said = typeof answer === "number" ? formatNumber(answer) : t(`predict.${answer}`);
      return t("predict.said", { answer: said });
    }
    if (question) return t("predict.question", { label, value: formatPrecise(question.before) });
    if (chosenIndex === -1) return t("predict.nothing");
    if (chosenFrozen) return t("predict.frozen", { label });
    return t(frame?.stopped ? "predict.stopped" : "predict.playing");
  }

  /** While it plays, too, what is seen would give the next answer away. */
  #cover() {
    const { frame, chosenIndex = -1, chosenFrozen } = this.#model ?? {};
    const plays = Boolean(frame?.playing) && chosenIndex >= 0 && !chosenFrozen;
    const covers = this.#on && (this.#prediction.asks || plays);
    const changed = covers !== this.#covers;
    this.#covers = covers;
    for (const id of ["inspector", "workspace"]) place(id).toggleAttribute(COVERED, covers);
    this.#coverTellers();
    if (changed) this.#changed();
  }

  /**
   * The sentence that names the chosen parameter tells its gradient; so does the delta that a bias
   * leads into.
   */
  #coverTellers() {
    const name = this.#model?.chosen ?? "";
    const [layer, kind, unit] = name.split(".");
    const led = kind === "bias" ? `node:${layer}.${unit}` : "";
    const folded = document.querySelector("#chain-rule .recursion") !== null;
    for (const teller of document.querySelectorAll("#chain-rule [data-place^=node]")) {
      const tells = folded && teller.getAttribute("data-place") === led;
      teller.toggleAttribute(COVERED, this.#covers && tells);
    }
    for (const sentence of document.querySelectorAll("#narration .say")) {
      const names = sentence.querySelector(`[data-choose="${CSS.escape(name)}"]`) !== null;
      sentence.toggleAttribute(COVERED, this.#covers && names);
    }
  }
}

/**
 * @param {string} label
 * @param {import("./prediction.js").Verdict} verdict
 */
function told(label, { right, before, change }) {
  const { told: tells, ...texts } = stepTexts(before, change, SINGLE);
  const way = change > 0 ? "predict.rose" : change < 0 ? "predict.fell" : "predict.stayed";
  const key = change !== 0 && !tells ? `${way}By` : way;
  return `${t(right ? "predict.right" : "predict.wrong")} ${t(key, { label, ...texts })}`;
}

/** @param {string} message why what was typed will not do; nothing where it will */
function complain(message) {
  const field = place("predict-value");
  if (message) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
  write("predict-error", message);
}

/**
 * @param {string} id
 * @param {string} text
 */
function write(id, text) {
  const element = place(id);
  if (element.textContent !== text) element.textContent = text;
}
