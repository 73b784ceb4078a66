/**
 * One request at a time, and of those that wait only the newest: what a drawing asks for while
 * frames come faster than answers.
 *
 * @template T
 */
export class Latest {
  /** @type {T | undefined} */
  #waiting;
  #busy = false;

  /** @param {(what: T) => Promise<unknown>} work must not throw */
  constructor(work) {
    this.work = work;
  }

  get busy() {
    return this.#busy;
  }

  /** @param {T} what */
  async request(what) {
    this.#waiting = what;
    if (this.#busy) return;
    this.#busy = true;
    while (this.#waiting !== undefined) {
      const next = this.#waiting;
      this.#waiting = undefined;
      await this.work(next);
    }
    this.#busy = false;
  }
}
