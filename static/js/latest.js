/** After a request that failed the next one waits so long, in milliseconds. */
const PAUSE = 2000;

/**
 * One request at a time, and of those that wait only the newest: what a drawing asks for while
 * frames come faster than answers. Where there is no answer, it is asked less often.
 *
 * @template T
 */
export class Latest {
  /** @type {T | undefined} */
  #waiting;
  #busy = false;

  /** @param {(what: T) => Promise<unknown>} work must not throw; gives false where it failed */
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
      const failed = (await this.work(next)) === false;
      if (failed) await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    this.#busy = false;
  }
}
