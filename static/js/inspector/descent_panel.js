/**
 * Gradient descent in the inspector: the cost along the chosen parameter and over two of them, and
 * what is to be predicted. Curves are asked for as frames come, one request at a time.
 */

import { formatAlike, formatShort } from "../format.js";
import { Latest } from "../latest.js";
import { t } from "../words.js";
import { bouncingRate, hasBottom } from "./bottom.js";
import { Descent } from "./descent.js";
import { undrawable, widened } from "./descent_range.js";
import { Guess } from "./guess.js";
import { Surface } from "./surface.js";
import { Trail } from "./trail.js";

/**
 * @typedef {import("../model.js").Model} Model
 * @typedef {import("./descent.js").Curve} Curve
 * @typedef {import("./descent.js").View} View
 * @typedef {import("./descent_range.js").Range} Range
 */

const CURVE_POINTS = 101;
/** Of the valley, where only its ends are seen for a moment. */
const ROUGH_POINTS = 41;
const SURFACE_POINTS = 41;
/** While it plays, a surface is drawn coarser and once in so many milliseconds. */
const SURFACE_POINTS_PLAYING = 25;
const SURFACE_EVERY = 1000;
/** Of more parameters than this, only those of the chosen one's layer are offered beside it. */
const MOST_OFFERED = 400;
/** A learning rate is above one that is known to two digits where it is so many times that. */
const CLEARLY = 1.05;
/** Where the browser keeps the view that was chosen last. */
const KEPT = "descent-view";

/** @param {string} id */
const place = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

export class DescentPanel {
  #model;
  #commands;
  #trail = new Trail();
  #curves;
  #surfaces;
  #edits;
  /** @type {string | null} the chosen parameter's name */
  #name = null;
  #offered = "";
  /** @type {ReturnType<typeof undrawable>} why there is no curve */
  #undrawable = null;
  #surfaceAt = Number.NEGATIVE_INFINITY;
  #surfaceMore = /** @type {HTMLDetailsElement} */ (place("surface-more"));
  #second = /** @type {HTMLSelectElement} */ (place("surface-second"));

  /**
   * @param {Model} model
   * @param {import("../page/commands.js").Commands} commands
   * @param {() => void} changed called when other numbers of the network may be seen than before
   */
  constructor(model, commands, changed) {
    this.#model = model;
    this.#commands = commands;
    this.#edits = new Latest((/** @type {[string, number]} */ edit) => this.#edit(...edit));
    this.#curves = new Latest((/** @type {string} */ name) => this.#draw(name));
    this.#surfaces = new Latest((/** @type {[string, string]} */ names) =>
      this.#drawSurface(...names),
    );
    const stillness = matchMedia("(prefers-reduced-motion: reduce)");
    /** @param {number} value */
    const edit = (value) => {
      if (this.#name) this.#edits.request([this.#name, value]);
    };
    this.descent = new Descent(place("descent-plot"), {
      edit: commands.acts ? edit : null,
      still: () => stillness.matches || Boolean(model.frame?.playing),
    });
    this.surface = new Surface(place("surface-plot"));
    this.guess = new Guess(() => {
      this.descent.foretell(this.guess.foretells);
      this.surface.foretell(this.guess.foretells);
      this.#describe();
      changed();
    });
    this.#surfaceMore.addEventListener("toggle", () => this.#requestSurface());
    this.#second.addEventListener("change", () => this.#requestSurface());
    this.#offerViews();
  }

  /** A frame has come, or something else is chosen. */
  update() {
    const { frame, structure, chosen, chosenIndex } = this.#model;
    if (!frame || !structure) return;
    const name = chosenIndex >= 0 ? chosen : null;
    this.#trail.follow(name, frame);
    if (name !== this.#name) this.#begin(name);
    this.guess.update(this.#model);
  }

  /**
   * Its numbers are others now.
   *
   * @param {string} name of the parameter
   */
  refresh(name) {
    const { frame } = this.#model;
    // The curve asked for below may be here before the frame is drawn.
    if (frame) this.#trail.follow(name, frame);
    if (this.#name === name) this.#curves.request(name);
    this.#requestSurface();
  }

  /** @param {string | null} name */
  #begin(name) {
    this.#name = name;
    this.#undrawable = null;
    this.descent.begin();
    place("descent-name").textContent = this.#model.chosenLabel;
    this.#describe();
    if (name) this.#curves.request(name);
    this.#offerSecond();
  }

  /** Valley and close-up, as they were left the last time. */
  #offerViews() {
    const radios = place("descent-view").querySelectorAll("input");
    /** @param {View} view */
    const look = (view) => {
      for (const radio of radios) radio.checked = radio.value === view;
      this.descent.look(view);
      this.#describe();
      if (this.#name) this.#curves.request(this.#name);
    };
    for (const radio of radios) {
      radio.addEventListener("change", () => {
        look(/** @type {View} */ (radio.value));
        try {
          localStorage.setItem(KEPT, radio.value);
        } catch {
          // Without storage the choice lasts as long as the page.
        }
      });
    }
    try {
      if (localStorage.getItem(KEPT) === "close-up") look("close-up");
    } catch {
      // The valley, then.
    }
  }

  /**
   * @param {string} name
   * @returns {Promise<boolean>} whether there was an answer
   */
  async #draw(name) {
    const { descent } = this;
    const close = descent.view === "close-up";
    const points = close ? ROUGH_POINTS : CURVE_POINTS;
    let valley = await this.#read(name, points, descent.ranges.valley);
    if (!valley || name !== this.#name) return valley !== null;
    this.#undrawable = undrawable(valley);
    if (this.#undrawable) {
      descent.begin();
      this.#describe();
      return true;
    }
    const { structure, frame, chosenIndex, chosenLabel } = this.#model;
    const count = structure?.examples.count ?? 0;
    // A curve asked for before the last edit must not throw the star back.
    const present = frame?.parameters[chosenIndex];
    if (this.#settled && Math.fround(valley.value) === present) descent.held = null;
    descent.survey(valley, {
      label: chosenLabel,
      index: chosenIndex,
      trail: this.#trail.places,
      count,
      comparable: valley.over === "train" || valley.examples === count,
    });
    const { ranges } = descent;
    if (!covers(valley, ranges.valley)) {
      valley = (await this.#read(name, points, ranges.valley)) ?? valley;
    }
    const near = close && ranges["close-up"];
    const detail = near ? await this.#read(name, CURVE_POINTS, widened(near)) : null;
    // What has been read since may be of other numbers: another request is on its way then.
    if (name !== this.#name || undrawable(valley)) return true;
    descent.update(valley, detail && undrawable(detail) ? null : detail);
    this.#describe();
    return true;
  }

  /**
   * @param {string} name
   * @param {number} points
   * @param {Range | null} range null for one that the server thinks good
   * @returns {Promise<Curve | null>}
   */
  #read(name, points, range) {
    const query = new URLSearchParams({ points: String(points) });
    if (range) {
      query.set("low", String(range[0]));
      query.set("high", String(range[1]));
    }
    return this.#commands.read(`parameters/${name}/cost-curve?${query}`);
  }

  /** What is to be known about the picture. */
  #describe() {
    const { curve, about, short, view } = this.descent;
    let said = "";
    if (curve && about.trail.length > 1) {
      said = t(about.comparable ? "descent.trail" : "descent.trailBelow");
    }
    if (short && view === "valley") said = t("descent.short");
    if (this.#undrawable) {
      said = t(`descent.${this.#undrawable}`, { label: this.#model.chosenLabel });
    }
    write("descent-said", said);
    write("descent-rate", this.#aboutRate());
    const penalised = curve?.penalty && this.guess.foretells;
    write("descent-penalty", penalised ? penaltyOf(curve) : "");
  }

  /** From which learning rate on plain gradient descent jumps out of this valley. */
  #aboutRate() {
    const { frame, structure, chosenFrozen, chosenLabel: label } = this.#model;
    const { wide, view } = this.descent;
    const { name, learning_rate: rate, momentum } = structure?.spec.optimizer ?? {};
    const plain = name === "sgd" && !momentum && !chosenFrozen;
    if (!wide || !plain || view !== "valley" || frame?.playing || !this.guess.foretells) return "";
    if (!hasBottom(wide)) return t("descent.endless", { label });
    const largest = bouncingRate(wide);
    if (largest === null) return "";
    const words = { rate: formatShort(Number(largest.toPrecision(2))), present: formatShort(rate) };
    return t(rate > CLEARLY * largest ? "descent.bouncing" : "descent.bounces", words);
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
    const { structure } = this.#model;
    const chosen = this.#name;
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
   * @returns {Promise<boolean>} whether there was an answer
   */
  async #drawSurface(first, second) {
    const points = this.#model.frame?.playing ? SURFACE_POINTS_PLAYING : SURFACE_POINTS;
    const query = new URLSearchParams({ x: first, y: second, points: String(points) });
    const landscape = await this.#commands.read(`cost-surface?${query}`);
    if (!landscape) return false;
    if (first !== this.#name || second !== this.#second.value) return true;
    const names = this.#model.structure?.network.parameter_names ?? [];
    this.surface.update(landscape, {
      trail: this.#trail.places,
      indices: [names.indexOf(first), names.indexOf(second)],
    });
    return true;
  }
}

/**
 * @param {Curve} curve
 * @param {Range | null} range
 */
function covers({ values }, range) {
  return range !== null && values[0] <= range[0] && values[values.length - 1] >= range[1];
}

/** @param {Curve} curve */
function penaltyOf({ slope, gradient, penalty }) {
  const [all, own, more] = formatAlike([slope, gradient, Math.abs(penalty ?? 0)]);
  const sign = Number(penalty) < 0 ? "\u2212" : "+";
  return t("descent.penalty", { slope: all, gradient: own, sign, penalty: more });
}

/**
 * @param {string} id
 * @param {string} text
 */
function write(id, text) {
  const element = place(id);
  if (element.textContent !== text) element.textContent = text;
}
