/**
 * The inspector of the chosen parameter: its HTML comes by the stream, its drawings are made here.
 * Curves are asked for as frames come, one request at a time.
 */

import { Latest } from "../latest.js";
import { t } from "../words.js";
import { offerCheck } from "./check.js";
import { Contributions } from "./contributions.js";
import { Descent } from "./descent.js";
import { Guess } from "./guess.js";
import { lightFactors, listenToPlaces } from "./places.js";
import { Surface } from "./surface.js";
import { Trail } from "./trail.js";

/** @typedef {import("../model.js").Model} Model */

const CURVE_POINTS = 101;
const SURFACE_POINTS = 41;
/** While it plays, a surface is drawn coarser and once in so many milliseconds. */
const SURFACE_POINTS_PLAYING = 25;
const SURFACE_EVERY = 1000;
/** Of more parameters than this, only those of the chosen one's layer are offered beside it. */
const MOST_OFFERED = 400;

/** @param {string} id */
const place = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

export class Inspector {
  #model;
  #commands;
  #panel = place("inspector");
  #trail = new Trail();
  #curves;
  #surfaces;
  #edits;
  /** @type {string | null} */
  #name = null;
  #offered = "";
  #surfaceAt = Number.NEGATIVE_INFINITY;
  /** @type {import("../types.js").Explanation | null} */
  #explanation = null;
  /** @type {string | null} what is pointed at in the drawing */
  #pointed = null;
  #surfaceMore = /** @type {HTMLDetailsElement} */ (place("surface-more"));
  #second = /** @type {HTMLSelectElement} */ (place("surface-second"));

  /**
   * @param {Model} model
   * @param {import("../page/commands.js").Commands} commands
   * @param {(place: string | null) => void} light a place in the network drawing
   */
  constructor(model, commands, light) {
    this.#model = model;
    this.#commands = commands;
    this.#edits = new Latest((/** @type {[string, number]} */ edit) => this.#edit(...edit));
    this.#curves = new Latest((/** @type {string} */ name) => this.#draw(name));
    this.#surfaces = new Latest((/** @type {[string, string]} */ names) =>
      this.#drawSurface(...names),
    );
    this.descent = new Descent(place("descent-plot"), {
      edit: (value) => {
        if (this.#name) this.#edits.request([this.#name, value]);
      },
    });
    this.surface = new Surface(place("surface-plot"));
    this.contributions = new Contributions(place("contributions"), {
      chooseExample: (example) => commands.chooseExample(example),
    });
    this.guess = new Guess((on) => {
      this.#panel.toggleAttribute("data-predicting", on);
      place("workspace").toggleAttribute("data-predicting", on);
      this.descent.foretell(!on);
      this.#requestSurface();
    });
    listenToPlaces(this.#panel, light);
    this.#surfaceMore.addEventListener("toggle", () => this.#requestSurface());
    this.#second.addEventListener("change", () => this.#requestSurface());
    offerCheck(place("check-all"), place("check-answer"), () => this.#checkAll());
    document.addEventListener("htmx:after:swap", () => lightFactors(this.#panel, this.#pointed));
  }

  /** @param {string | null} pointed at in the drawing */
  point(pointed) {
    this.#pointed = pointed;
    lightFactors(this.#panel, pointed);
  }

  /** A frame has come, or something else is chosen. */
  update() {
    const { frame, structure, chosen } = this.#model;
    if (!frame || !structure) return;
    this.#trail.follow(chosen, frame);
    if (chosen !== this.#name) this.#begin(chosen);
    this.guess.update(this.#model);
  }

  /** @param {string | null} chosen */
  #begin(chosen) {
    this.#name = chosen;
    this.#explanation = null;
    this.#panel.toggleAttribute("data-chosen", chosen !== null);
    this.descent.begin();
    place("check-answer").replaceChildren();
    place("descent-name").textContent = this.#model.chosenLabel;
    place("contributions-part").hidden = true;
    if (chosen) this.#curves.request(chosen);
    this.#offerSecond();
  }

  /** @param {import("../types.js").Explanation} event the `explanation` event */
  explain(event) {
    const { chosen, frame } = this.#model;
    if (event.name !== chosen) return;
    // What was checked was checked at other values.
    if (this.#explanation?.version !== event.version) place("check-answer").replaceChildren();
    this.#explanation = event;
    // The curve asked for below may be here before the frame is drawn.
    if (frame) this.#trail.follow(chosen, frame);
    const several = event.examples.length > 1;
    place("contributions-part").hidden = !several;
    if (several) this.contributions.update(event.examples, event.example);
    if (this.#name === event.name) this.#curves.request(event.name);
    this.#requestSurface();
  }

  /** @param {string} name */
  async #draw(name) {
    const range = this.descent.wanted;
    const query = new URLSearchParams({ points: String(CURVE_POINTS) });
    if (range) {
      query.set("low", String(range[0]));
      query.set("high", String(range[1]));
    }
    const curve = await this.#commands.read(`parameters/${name}/cost-curve?${query}`);
    if (!curve || name !== this.#name) return;
    // A curve asked for before the last edit must not throw the star back.
    const present = this.#model.frame?.parameters[this.#model.chosenIndex];
    if (this.#settled && Math.fround(curve.value) === present) this.descent.held = null;
    this.descent.update(curve, {
      label: this.#model.chosenLabel,
      index: this.#model.chosenIndex,
      trail: this.#trail.places,
    });
  }

  /** Nothing is on its way to the server, and the star is not held. */
  get #settled() {
    return !this.#edits.busy && !this.descent.star.classed("held");
  }

  /**
   * @param {string} name
   * @param {number} value
   */
  async #edit(name, value) {
    const result = await this.#commands.editParameter(name, value);
    if (result.ok) return;
    this.descent.held = null;
    this.descent.draw();
    this.#commands.complain(result.detail);
  }

  /** Lets the second weight be any other parameter; the next one after the chosen to begin with. */
  #offerSecond() {
    const { structure, chosen } = this.#model;
    if (!structure || !chosen) return;
    const { parameter_names: names, parameter_labels: labels } = structure.network;
    const layer = `${chosen.split(".")[0]}.`;
    const offered = names
      .map((name, at) => ({ name, label: labels[at] }))
      .filter(({ name }) => name !== chosen)
      .filter(({ name }) => names.length <= MOST_OFFERED || name.startsWith(layer));
    const key = offered.map(({ name }) => name).join();
    if (key === this.#offered) return;
    this.#offered = key;
    const former = this.#second.value;
    this.#second.replaceChildren(...offered.map(({ name, label }) => new Option(label, name)));
    const at = names.indexOf(chosen);
    const kept = offered.some(({ name }) => name === former) ? former : names[at + 1];
    this.#second.value = kept ?? offered[0]?.name ?? "";
    this.#requestSurface();
  }

  #requestSurface() {
    const second = this.#second.value;
    if (!this.#name || !second || !this.#surfaceMore.open) return;
    const now = performance.now();
    if (this.#model.frame?.playing && now - this.#surfaceAt < SURFACE_EVERY) return;
    this.#surfaceAt = now;
    this.#surfaces.request([this.#name, second]);
  }

  /**
   * @param {string} first
   * @param {string} second
   */
  async #drawSurface(first, second) {
    const points = this.#model.frame?.playing ? SURFACE_POINTS_PLAYING : SURFACE_POINTS;
    const query = new URLSearchParams({ x: first, y: second, points: String(points) });
    const [landscape, up] = await Promise.all([
      this.#commands.read(`cost-surface?${query}`),
      this.#commands.read(`parameters/${second}/cost-curve?points=2`),
    ]);
    const across = this.descent.curve;
    if (!landscape || first !== this.#name || second !== this.#second.value) return;
    const { structure } = this.#model;
    const names = structure?.network.parameter_names ?? [];
    const foretold = this.guess.foretells && across && up;
    this.surface.update(landscape, {
      trail: this.#trail.places,
      indices: [names.indexOf(first), names.indexOf(second)],
      next: foretold ? [across.next_value, up.next_value] : null,
    });
  }

  async #checkAll() {
    const over = this.#explanation?.over ?? "train";
    return this.#commands.read(`gradient-check?over=${over}`, t("check.failed"));
  }
}
