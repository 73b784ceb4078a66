/**
 * What a canvas draws behind the SVG: edges of large networks, heatmaps of nodes. Edges that have
 * not changed since the last frame are copied from a picture of them, so that a wave over thousands
 * of edges costs no more than a wave over none.
 */

import { drawBiasCells, drawDots, drawEdges, fade } from "./canvas_edges.js";
import { frontOf, gapOf } from "./front.js";
import { hasPassed } from "./motion.js";
import { PicturePainter } from "./pictures.js";

/**
 * @typedef {object} BackdropScene
 * @property {import("./topology.js").Topology} topology
 * @property {import("./geometry.js").Layout} layout
 * @property {import("./palette.js").Palette} palette
 * @property {import("./transition.js").Moment} moment
 * @property {Set<number> | null} lit only these parameters, when a node is pointed at
 * @property {boolean} edges are drawn here
 * @property {(import("./pictures.js").Picture | null)[][] | null} pictures
 * @property {[number, number] | null} point of the example in focus, 0 to 1 from the top left
 * @property {(direction: 1 | -1) => import("./transition.js").Signals} signals
 */

export class Backdrop {
  #canvas;
  #copy = document.createElement("canvas");
  #painter = new PicturePainter();
  /** @type {unknown[]} what the copy shows */
  #copied = [];
  /** @type {unknown[]} what the canvas shows; empty while something moves */
  #drawn = [];

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
    canvas.hidden = true;
  }

  /** @param {BackdropScene} scene */
  draw(scene) {
    const needed = scene.edges || scene.pictures !== null;
    if (this.#canvas.hidden === needed) this.#canvas.hidden = !needed;
    if (!needed) return;
    const { layout, palette, pictures, point, moment } = scene;
    const { wave } = moment.progress;
    /** @type {unknown[]} */
    const state = [layout, palette, pictures, point?.[0], point?.[1], devicePixelRatio];
    if (scene.edges) state.push(...edgeState(scene));
    const moves = scene.edges && wave !== null;
    if (!moves && sameAs(state, this.#drawn)) return;
    this.#drawn = moves ? [] : state;
    const context = resized(this.#canvas, layout);
    if (!context) return;
    if (scene.edges) this.#drawEdges(context, scene);
    if (pictures) this.#painter.paint(context, layout, pictures, palette, point);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {BackdropScene} scene
   */
  #drawEdges(context, scene) {
    const { topology, layout, palette, moment, lit, signals } = scene;
    const { wave } = moment.progress;
    const edges = { topology, layout, palette, lit, shown: moment.shown };
    if (wave?.reveals) {
      const state = [layout, palette, devicePixelRatio, ...edgeState(scene)];
      if (!sameAs(state, this.#copied)) {
        const copy = resized(this.#copy, layout);
        if (copy) drawEdges(copy, edges);
        this.#copied = state;
      }
      context.drawImage(this.#copy, 0, 0, layout.width, layout.height);
      fade(context, layout, frontOf(layout, wave));
    } else drawEdges(context, edges);
    drawBiasCells(context, edges);
    if (wave) {
      const { at, t } = gapOf(wave, topology.gaps.length);
      drawDots(context, edges, at, t, signals(wave.direction));
    }
  }
}

/**
 * All that the look of the edges depends on.
 *
 * @param {BackdropScene} scene
 * @returns {unknown[]}
 */
function edgeState({ topology, moment, lit }) {
  const { former, next, shown, progress } = moment;
  const { wave } = progress;
  if (!wave?.reveals) return [shown, lit];
  const enters = wave.direction > 0 ? 0 : 1;
  return [former, next, lit, ...topology.gaps.map((_, at) => hasPassed(wave, at + enters))];
}

/**
 * @param {unknown[]} a
 * @param {unknown[]} b
 */
function sameAs(a, b) {
  return a.length === b.length && a.every((value, at) => value === b[at]);
}

/**
 * A canvas as large as the drawing, cleared.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {import("./geometry.js").Layout} layout
 * @returns {CanvasRenderingContext2D | null} in drawing units
 */
function resized(canvas, { width, height, zoom }) {
  const ratio = Math.min(3, devicePixelRatio || 1) * zoom;
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== across) canvas.width = across;
  if (canvas.height !== down) canvas.height = down;
  canvas.style.setProperty("width", `${width * zoom}px`);
  canvas.style.setProperty("height", `${height * zoom}px`);
  const context = canvas.getContext("2d");
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  context?.clearRect(0, 0, width, height);
  return context;
}
