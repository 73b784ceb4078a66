/**
 * The network as a drawing: values on nodes, a quantity on edges, waves that sweep through. It
 * reads frames and never asks for any; what a reader does goes out through `actions`.
 */

import { t } from "../words.js";
import { textZoom } from "../zoom.js";
import { inSvg, litBy, raised, readingOf } from "./attention.js";
import { Backdrop } from "./backdrop.js";
import { write } from "./dom.js";
import { Dots } from "./dots.js";
import { Editor } from "./editor.js";
import { drawFindings } from "./finding_marks.js";
import { gapOf } from "./front.js";
import { layOut } from "./geometry.js";
import { makeMarks } from "./marks.js";
import { drawingName, parameterName } from "./names.js";
import { Naming } from "./naming.js";
import { watchPalette } from "./palette.js";
import { focusPoint, hasPictures, readPictures } from "./pictures.js";
import { itemAt, itemNamed, nameOf, placeOf } from "./places.js";
import { Readout } from "./readout.js";
import { Stage } from "./stage.js";

/** Frames that come faster than this are drawn as they are on a canvas, without gliding. */
const TOO_FAST_TO_GLIDE = 60;

/**
 * @typedef {import("./types.js").Model} Model
 * @typedef {import("./types.js").Item} Item
 * @typedef {import("./marks.js").Marks} Marks
 */

export class NetworkView {
  /** Script time of the last drawn frame, in milliseconds. */
  drawTime = 0;

  #container;
  #actions;
  #stage;
  #backdrop;
  #editor;
  #dots;
  #readout;
  #family = "sans-serif";
  #stopPalette;
  #resize;
  #stillness = matchMedia("(prefers-reduced-motion: reduce)");
  /** @type {import("./palette.js").Palette | null} */
  #palette = null;
  /** @type {Model | null} */
  #model = null;
  /** @type {Marks | null} */
  #marks = null;
  /** @type {import("./geometry.js").Layout | null} */
  #layout = null;
  /** @type {ReturnType<typeof readPictures> | null} */
  #pictures = null;
  /** @type {Item | null} what is lit from outside the drawing */
  #highlighted = null;
  /** @type {string | null} the parameter that the page's sentence names */
  #mentioned = null;
  /** @type {string | null} the place last reported as pointed at */
  #pointedAt = null;
  /** @type {import("./types.js").Finding[]} */
  #findings = [];
  #request = 0;
  #naming = new Naming(() => this.#schedule());

  /**
   * @param {HTMLElement} container
   * @param {import("./types.js").Actions} actions
   */
  constructor(container, actions) {
    this.#container = container;
    this.#actions = actions;
    this.#stage = new Stage(
      container,
      t(actions.editParameter ? "network.help" : "network.help.watching"),
    );
    this.#backdrop = new Backdrop(this.#stage.canvas);
    this.#dots = new Dots(this.#stage.dots);
    this.#readout = new Readout(this.#stage.readings);
    this.#editor = new Editor(this.#stage.element);
    this.#stopPalette = watchPalette(this.#stage.element, (palette) => {
      this.#palette = palette;
      this.#schedule();
    });
    this.#resize = new ResizeObserver(() => this.#fit());
    this.#resize.observe(container);
  }

  /**
   * Shows a model; the same one again costs nothing.
   *
   * @param {Model} model
   */
  update(model) {
    const former = this.#model;
    if (
      former?.structure === model.structure &&
      former.frame === model.frame &&
      former.quantity === model.quantity &&
      former.chosen === model.chosen
    ) {
      return;
    }
    this.#model = model;
    const fresh = former?.structure !== model.structure;
    if (fresh || !this.#marks) this.#marks = this.#build(model.structure);
    if (fresh || former?.frame !== model.frame) {
      const newer = !fresh && former?.frame.version !== model.frame.version;
      this.#readPictures(model, this.#marks);
      this.#aim(model, this.#marks, fresh ? null : newer ? model.frame.operation : "quantity");
    } else if (former?.quantity !== model.quantity) {
      this.#aim(model, this.#marks, "quantity");
    }
    if (!this.#layout) this.#fit();
    this.#schedule();
  }

  /** @param {import("./types.js").Quantity} quantity */
  setQuantity(quantity) {
    if (this.#model) this.update({ ...this.#model, quantity });
  }

  /**
   * Lights a place: `edge:2.kernel.0.0`, `node:2.0`; null lights none.
   *
   * @param {string | null} place
   */
  highlight(place) {
    this.#highlighted = this.#marks && place ? itemAt(this.#marks.topology, place) : null;
    this.#schedule();
  }

  /**
   * Lets a parameter stand out that is spoken of.
   *
   * @param {string | null} name null for none
   */
  mention(name) {
    this.#mentioned = name;
    this.#schedule();
  }

  /**
   * Marks what a diagnosis found.
   *
   * @param {import("./types.js").Finding[]} findings
   */
  setFindings(findings) {
    this.#findings = findings;
    this.#markFindings();
  }

  #markFindings() {
    const [marks, layout] = [this.#marks, this.#layout];
    if (!marks || !layout) return;
    drawFindings(this.#stage.findings, layout, marks.nodes.captions, this.#findings);
  }

  /**
   * @param {import("./types.js").Structure} structure
   * @returns {Marks}
   */
  #build(structure) {
    this.#marks?.interaction.destroy();
    this.#editor.close(false);
    this.#dots.clear();
    this.#stage.clear();
    this.#layout = null;
    this.#highlighted = null;
    const marks = makeMarks(this.#stage, structure, {
      layout: () => this.#layout,
      element: (item) => this.#elementOf(item),
      changed: () => this.#schedule(),
      choose: (item) => this.#choose(item),
      edit: (index) => this.#edit(index),
      chosen: () => this.#chosen,
    });
    write(this.#stage.svg, "aria-label", drawingName(marks.topology));
    return marks;
  }

  /**
   * @param {Model} model
   * @param {Marks} marks
   */
  #readPictures({ frame, structure }, { topology }) {
    const had = this.#pictures !== null;
    const heatmaps = hasPictures(frame, topology) ? frame.heatmaps : null;
    this.#pictures = heatmaps ? readPictures(topology, structure, heatmaps) : null;
    if (had !== (heatmaps !== null)) this.#layout = null;
  }

  /**
   * Sets out for a model from what stands on the drawing.
   *
   * @param {Model} model
   * @param {Marks} marks
   * @param {string | null} operation
   */
  #aim({ frame, quantity }, { transition, onCanvas }, operation) {
    const now = performance.now();
    const hurried = onCanvas && Boolean(frame.playing) && transition.since(now) < TOO_FAST_TO_GLIDE;
    const still = hurried || this.#stillness.matches;
    transition.aim({ frame, quantity, operation, still }, now);
    this.#naming.outdate();
  }

  /** Lays the drawing out for the width there is. */
  #fit() {
    const marks = this.#marks;
    const zoom = textZoom();
    const width = Math.floor(this.#container.clientWidth / zoom);
    if (!marks || width === 0) return;
    if (this.#layout?.width === width && this.#layout.zoom === zoom) return;
    const { topology, nodes, labels, parameters, interaction } = marks;
    const layout = layOut({
      units: topology.columns.map((column) => column.units),
      biases: topology.gaps.map((gap) => gap.bias >= 0),
      pictures: this.#pictures !== null,
      width,
      zoom,
    });
    const focused = interaction.focused;
    this.#family = getComputedStyle(this.#stage.element).fontFamily;
    this.#editor.close(false);
    this.#layout = layout;
    this.#stage.resize(layout);
    nodes.place(layout, this.#family);
    labels.place(layout, this.#family);
    parameters.keep(inSvg(topology, layout, marks.onCanvas, this.#attentionTo(marks)));
    parameters.place(layout);
    this.#markFindings();
    if (focused) interaction.focus(focused);
    this.#naming.outdate();
    this.#schedule();
  }

  /** @returns {Item | null} */
  get #chosen() {
    return this.#marks ? itemNamed(this.#marks.topology, this.#model?.chosen) : null;
  }

  /**
   * @param {Marks} marks
   * @returns {import("./attention.js").Attention}
   */
  #attentionTo({ interaction }) {
    const { pointed, focused, current } = interaction;
    return { chosen: this.#chosen, pointed, focused, current, mentioned: this.#mentioned };
  }

  #schedule() {
    if (this.#request === 0) this.#request = requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#request = 0;
    const begun = performance.now();
    const [model, marks, layout, palette] = [this.#model, this.#marks, this.#layout, this.#palette];
    const moment = marks?.transition.at(begun);
    if (!model || !marks || !layout || !palette || !moment) return;
    const { topology, parameters, nodes, interaction, transition } = marks;
    const { shown, progress } = moment;
    const attention = this.#attentionTo(marks);
    const lit = litBy(topology, attention);
    parameters.keep(inSvg(topology, layout, marks.onCanvas, attention));
    parameters.draw(shown, progress.wave);
    parameters.spotlight(lit);
    parameters.mention(topology.indices.get(this.#mentioned ?? "") ?? -1);
    parameters.record(model.frame);
    nodes.draw(moment, model.frame, palette);
    this.#stage.drawGlow(topology, layout, shown, attention.chosen);
    this.#stage.drawHalo(topology, layout, this.#highlighted);
    this.#stage.drawFront(layout, progress.wave);
    this.#drawDots(marks, layout, progress.wave);
    this.#backdrop.draw({
      topology,
      layout,
      palette,
      moment,
      lit,
      edges: marks.onCanvas,
      pictures: this.#pictures,
      point: focusPoint(model),
      signals: (direction) => transition.signals(direction),
    });
    this.#drawLabels(marks, moment, attention, lit);
    const reading = readingOf(attention);
    this.#readout.draw(topology, layout, model.frame, reading, this.#family);
    this.#report(topology, reading);
    interaction.mark();
    this.#naming.renew(marks, model.frame, attention.chosen, progress.done, begun);
    this.drawTime = performance.now() - begun;
    if (!progress.done) this.#schedule();
  }

  /**
   * Says what is pointed at or focused, where that has changed.
   *
   * @param {import("./topology.js").Topology} topology
   * @param {Item | null} item
   */
  #report(topology, item) {
    const place = item && placeOf(topology, item);
    if (place === this.#pointedAt) return;
    this.#pointedAt = place;
    this.#actions.point?.(place);
  }

  /**
   * @param {Marks} marks
   * @param {import("./geometry.js").Layout} layout
   * @param {import("./motion.js").Wave | null} wave
   */
  #drawDots({ topology, onCanvas, transition }, layout, wave) {
    if (!wave || wave.rests || onCanvas) {
      this.#dots.clear();
      return;
    }
    const { at, t: along } = gapOf(wave, topology.gaps.length);
    const widest = Math.max(3, Math.min(7, layout.widest * 0.75));
    const signals = transition.signals(wave.direction);
    this.#dots.draw(topology.gaps[at], layout.gaps[at], along, signals, widest);
  }

  /**
   * @param {Marks} marks
   * @param {import("./transition.js").Moment} moment
   * @param {import("./attention.js").Attention} attention
   * @param {Set<number> | null} lit
   */
  #drawLabels({ labels, topology }, moment, attention, lit) {
    const wanted = raised(topology, attention);
    for (const index of labels.always) wanted.add(index);
    labels.draw(wanted, moment, this.#model?.quantity === "gradients" && comesBackward(moment));
    const { chosen, pointed } = attention;
    const index = chosen?.kind === "parameter" ? chosen.index : -1;
    labels.mark(index, pointed?.kind === "parameter" ? pointed.index : -1, lit);
  }

  /** @param {Item} item @returns {SVGGElement | undefined} drawn first if it is not yet */
  #elementOf(item) {
    const [marks, layout, model] = [this.#marks, this.#layout, this.#model];
    if (!marks || !layout || !model) return undefined;
    const { topology, parameters, nodes, onCanvas } = marks;
    if (item.kind === "node") return nodes.element(item.column, item.unit);
    if (!parameters.element(item.index)) {
      const wanted = inSvg(topology, layout, onCanvas, this.#attentionTo(marks));
      parameters.keep(wanted.add(item.index));
      const element = parameters.element(item.index);
      if (element) write(element, "aria-label", parameterName(topology, model.frame, item.index));
    }
    return parameters.element(item.index);
  }

  /** @param {Item | null} item */
  #choose(item) {
    this.#actions.choose(item && this.#marks ? nameOf(this.#marks.topology, item) : null);
  }

  /** @param {number} index */
  #edit(index) {
    const [model, marks, layout] = [this.#model, this.#marks, this.#layout];
    const { editParameter } = this.#actions;
    if (!model || !marks || !layout || !editParameter) return;
    const { name, label } = marks.topology.parameters[index];
    this.#editor.show({
      label,
      value: model.frame.parameters[index],
      box: marks.labels.box(index),
      zoom: layout.zoom,
      width: layout.width,
      save: (value) => editParameter(name, value),
      closed: () => this.#marks?.interaction.focus({ kind: "parameter", index }),
    });
  }

  /** Takes the drawing away. */
  destroy() {
    cancelAnimationFrame(this.#request);
    this.#naming.destroy();
    this.#resize.disconnect();
    this.#stopPalette();
    this.#marks?.interaction.destroy();
    this.#editor.close(false);
    this.#stage.element.remove();
    this.#marks = null;
    this.#model = null;
  }
}

/** @param {import("./transition.js").Moment} moment */
function comesBackward({ progress }) {
  return progress.wave?.direction === -1;
}
