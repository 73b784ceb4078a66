/**
 * The inspector of the chosen parameter or unit: its HTML comes by the stream, its drawings are
 * made here.
 */

import { t } from "../words.js";
import { offerCheck } from "./check.js";
import { Contributions } from "./contributions.js";
import { DescentPanel } from "./descent_panel.js";
import { lightFactors, listenToPlaces } from "./places.js";

/** @typedef {import("../model.js").Model} Model */

/** @param {string} id */
const place = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

export class Inspector {
  #model;
  #commands;
  #panel = place("inspector");
  /** @type {string | null} what is shown: the name of a parameter or a unit */
  #chosen = null;
  /** @type {import("../types.js").Explanation | null} */
  #explanation = null;
  /** @type {string | null} what is pointed at in the drawing */
  #pointed = null;

  /**
   * @param {Model} model
   * @param {import("../page/commands.js").Commands} commands
   * @param {{light: (place: string | null) => void, redraw: () => void}} drawing of the network:
   * to light a place in it, and to draw it anew
   */
  constructor(model, commands, { light, redraw }) {
    this.#model = model;
    this.#commands = commands;
    this.descent = new DescentPanel(model, commands, redraw);
    this.contributions = new Contributions(place("contributions"), {
      chooseExample: (example) => commands.chooseExample(example),
    });
    listenToPlaces(this.#panel, light);
    offerCheck(place("check-all"), place("check-answer"), () => this.#checkAll());
    document.addEventListener("htmx:after:swap", () => lightFactors(this.#panel, this.#pointed));
  }

  /** @param {string | null} pointed at in the drawing */
  point(pointed) {
    this.#pointed = pointed;
    lightFactors(this.#panel, pointed);
  }

  /**
   * What the network's drawing may show of a frame: not the number that is to be predicted.
   *
   * @param {import("../types.js").Frame} frame
   */
  veil(frame) {
    return this.descent.guess.veil(frame);
  }

  /** A frame has come, or something else is chosen. */
  update() {
    const { frame, structure, chosen, chosenParameter } = this.#model;
    if (!frame || !structure) return;
    if (chosen !== this.#chosen) this.#begin(chosen, chosenParameter);
    this.descent.update();
  }

  /**
   * @param {string | null} chosen
   * @param {string | null} parameter
   */
  #begin(chosen, parameter) {
    this.#chosen = chosen;
    this.#explanation = null;
    this.#panel.toggleAttribute("data-chosen", chosen !== null);
    this.#panel.toggleAttribute("data-unit", chosen !== parameter);
    place("check-answer").replaceChildren();
    place("contributions-part").hidden = true;
  }

  /** @param {import("../types.js").Explanation} event the `explanation` event */
  explain(event) {
    const { chosen, chosenParameter } = this.#model;
    if (event.name !== chosen) return;
    // What was checked was checked at other values.
    if (this.#explanation?.version !== event.version) place("check-answer").replaceChildren();
    this.#explanation = event;
    const examples = event.examples ?? [];
    place("contributions-part").hidden = examples.length < 2;
    if (examples.length > 1) this.contributions.update(examples, event.example);
    if (chosenParameter) this.descent.refresh(chosenParameter);
  }

  async #checkAll() {
    const over = this.#explanation?.over ?? "train";
    return this.#commands.read(`gradient-check?over=${over}`, t("check.failed"));
  }
}
