/**
 * How the drawing gets from one frame to the next, as a function of time alone: a wave that sweeps
 * across the columns, or numbers that glide. Pure: it reads no clock and touches no document.
 */

/** Milliseconds. */
const GAP_AT_MOST = 560;
const GAP_AT_LEAST = 150;
const SWEEP_AT_MOST = 1900;
const PULSE = 420;
const DIMMING = 140;
const GLIDE = { update: 650, batch: 640, epoch: 640 };
const GLIDE_OTHERWISE = 320;

/**
 * `still`: at once. `glide`: numbers move to their new values. `forward` and `backward`: a wave,
 * values switch as it passes. `round`: numbers glide while a quick wave runs there and back.
 *
 * @typedef {"still" | "glide" | "forward" | "backward" | "round"} MotionKind
 *
 * @typedef {object} Wave
 * @property {1 | -1} direction 1 from the inputs to the outputs
 * @property {number} place in columns: 1.5 is midway between the columns 1 and 2
 * @property {boolean} reveals what it has not reached yet shows its former state, dimmed
 * @property {number} dimming 0 to 1 how far that dimming has come
 * @property {boolean} [rests] it stays where it is: the phase is stepped layer by layer
 *
 * @typedef {object} Span the part of the drawing that a wave crosses
 * @property {number} from in columns
 * @property {number} to
 * @property {boolean} rests it stays there
 *
 * @typedef {object} Progress
 * @property {boolean} done
 * @property {number} share 0 to 1, eased: how far numbers have glided
 * @property {Wave | null} wave
 * @property {number[]} pulses of each column, 0 to 1
 */

/**
 * The phase that an operation is, or is a part of.
 *
 * @param {string | null} operation
 * @returns {"forward" | "backward" | null}
 */
export function phaseOf(operation) {
  if (operation === "forward" || operation === "forward_layers") return "forward";
  return operation === "backward" || operation === "backward_layers" ? "backward" : null;
}

/**
 * @param {string | null} operation what just happened
 * @param {{playing: boolean, still: boolean}} circumstances still: the reader wants no motion
 * @returns {MotionKind}
 */
export function kindOf(operation, { playing, still }) {
  if (still || operation === null) return "still";
  if (playing) return "glide";
  const phase = phaseOf(operation);
  if (phase) return phase;
  return operation === "batch" || operation === "epoch" ? "round" : "glide";
}

/** @param {number} share */
export function ease(share) {
  return share < 0.5 ? 4 * share ** 3 : 1 - (2 - 2 * share) ** 3 / 2;
}

export class Motion {
  #columns;
  /** @type {MotionKind} */
  #kind = "still";
  #begun = 0;
  #duration = 0;
  #gap = 0;
  #steady = false;
  /** @type {Span} */
  #span;
  /** @type {1 | -1} */
  #direction = 1;

  /** @param {number} columns of the network, inputs included */
  constructor(columns) {
    this.#columns = columns;
    this.#span = { from: 0, to: columns - 1, rests: false };
  }

  /** A wave is under way whose values switch one by one. */
  get sweeping() {
    return this.#kind === "forward" || this.#kind === "backward";
  }

  /**
   * @param {string | null} operation
   * @param {{playing: boolean, still: boolean, interval: number}} circumstances interval: since
   * the frame before, in milliseconds; while playing, numbers glide about as long
   * @param {number} now milliseconds
   * @param {Span & {direction: 1 | -1}} [part] of the drawing, where a phase is not gone through
   * in one go
   */
  begin(operation, circumstances, now, part) {
    this.#kind = kindOf(operation, circumstances);
    const last = this.#columns - 1;
    this.#direction = part?.direction ?? (this.#kind === "backward" ? -1 : 1);
    const whole = this.#direction > 0 ? { from: 0, to: last } : { from: last, to: 0 };
    this.#span = part ?? { ...whole, rests: false };
    const gaps = Math.max(1, this.sweeping ? Math.abs(this.#span.to - this.#span.from) : last);
    this.#begun = now;
    this.#steady = circumstances.playing;
    this.#gap = Math.max(GAP_AT_LEAST, Math.min(GAP_AT_MOST, SWEEP_AT_MOST / gaps));
    if (this.#kind === "still") this.#duration = 0;
    else if (this.sweeping) this.#duration = DIMMING + gaps * this.#gap + PULSE;
    else if (this.#steady) this.#duration = Math.max(40, Math.min(250, circumstances.interval));
    else {
      this.#duration = GLIDE[/** @type {keyof typeof GLIDE} */ (operation)] ?? GLIDE_OTHERWISE;
    }
  }

  /** Ends at once. */
  finish() {
    this.#kind = "still";
    this.#duration = 0;
  }

  /**
   * @param {number} now milliseconds
   * @returns {Progress}
   */
  at(now) {
    const passed = Math.max(0, now - this.#begun);
    if (passed >= this.#duration) {
      return { done: true, share: 1, wave: this.#resting, pulses: [] };
    }
    const share = passed / this.#duration;
    if (this.sweeping) return this.#sweepAt(passed);
    return {
      done: false,
      share: this.#steady ? share : ease(share),
      wave: this.#kind === "round" ? this.#roundAt(share) : this.#resting,
      pulses: [],
    };
  }

  /** @returns {Wave | null} */
  get #resting() {
    const { to: place, rests } = this.#span;
    if (!rests) return null;
    return { direction: this.#direction, place, reveals: true, dimming: 1, rests };
  }

  /**
   * @param {number} passed
   * @returns {Progress}
   */
  #sweepAt(passed) {
    const direction = this.#direction;
    const { from, to } = this.#span;
    const run = Math.max(0, passed - DIMMING) / this.#gap;
    const place = direction > 0 ? Math.min(to, from + run) : Math.max(to, from - run);
    const pulses = Array.from({ length: this.#columns }, (_, column) => {
      const way = direction * (column - from);
      // What an earlier press has reached has had its pulse.
      if (way < 0 || way > Math.abs(to - from) || (way === 0 && this.#goesOn)) return 0;
      const since = (passed - DIMMING - way * this.#gap) / PULSE;
      return since > 0 && since < 1 ? Math.sin(Math.PI * Math.sqrt(since)) : 0;
    });
    const dimming = Math.min(1, passed / DIMMING);
    return { done: false, share: 1, wave: { direction, place, reveals: true, dimming }, pulses };
  }

  /** Whether the wave sets out from where an earlier one came to rest. */
  get #goesOn() {
    return this.#span.from !== (this.#direction > 0 ? 0 : this.#columns - 1);
  }

  /**
   * @param {number} share
   * @returns {Wave}
   */
  #roundAt(share) {
    const last = this.#columns - 1;
    const direction = share < 0.5 ? 1 : -1;
    const place = last * (share < 0.5 ? share * 2 : 2 - share * 2);
    return { direction, place, reveals: false, dimming: 0 };
  }
}

/**
 * Whether a wave has passed a place; without a wave everything is passed.
 *
 * @param {Wave | null} wave
 * @param {number} place in columns
 */
export function hasPassed(wave, place) {
  if (!wave?.reveals) return true;
  return wave.direction > 0 ? wave.place >= place : wave.place <= place;
}
