/**
 * Where the network has been since a parameter was chosen. Kept in this browser only.
 *
 * @typedef {object} Place
 * @property {Float32Array} parameters
 * @property {number} cost
 * @property {boolean} jump not reached by a step but by hand: no line leads there
 */

const MOST = 240;

export class Trail {
  /** @type {Place[]} */
  places = [];
  /** @type {string | null} */
  #name = null;
  #updates = 0;

  /**
   * Adds where a frame stands; another parameter, another cost, training begun anew or another
   * branch begins a new trail.
   *
   * @param {string | null} name of the chosen parameter
   * @param {import("../types.js").Frame} frame
   */
  follow(name, frame) {
    const { parameters, metrics, operation, position } = frame;
    const cost = metrics.train.loss;
    const elsewhere = operation === "reset" || operation === "checkout";
    const anew = position.update < this.#updates || elsewhere;
    if (name !== this.#name || anew || (operation === "spec" && position.update === 0)) {
      this.places = [];
    }
    this.#name = name;
    this.#updates = position.update;
    if (name === null) return;
    const last = this.places[this.places.length - 1];
    if (last && same(last.parameters, parameters)) {
      // The loss or a penalty has changed, so that former costs mean something else.
      if (last.cost !== cost) this.places = [{ ...last, cost }];
      return;
    }
    const jump = operation === "edit" || operation === "rewind";
    // A star that is dragged leaves no trail, nor does the way through the epochs.
    if (jump && last?.jump) this.places.pop();
    this.places.push({ parameters, cost, jump });
    if (this.places.length > MOST) this.places = thinned(this.places);
  }
}

/**
 * @param {Float32Array} a
 * @param {Float32Array} b
 */
function same(a, b) {
  return a.length === b.length && a.every((value, at) => value === b[at]);
}

/**
 * Every other place of the older half.
 *
 * @param {Place[]} places
 * @returns {Place[]}
 */
export function thinned(places) {
  const half = places.length / 2;
  return places.filter((place, at) => at >= half || at % 2 === 0 || place.jump);
}
