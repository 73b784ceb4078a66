/**
 * Going to another moment of what was recorded. The page is there at once; the server is asked for
 * the newest place only, one request at a time, and its frames show the numbers.
 */

import { Latest } from "../latest.js";

/** After the answer a frame follows soon; where none does, the page shows what it knows. */
const PATIENCE = 1000;

export class Travel {
  #model;
  #commands;
  #show;
  #requests;
  /** @type {number | null} */
  #aim = null;
  #timer = 0;

  /**
   * @param {import("../model.js").Model} model
   * @param {import("../page/commands.js").Commands} commands
   * @param {(epoch: number | null) => void} show where one is going; null once one is there
   */
  constructor(model, commands, show) {
    this.#model = model;
    this.#commands = commands;
    this.#show = show;
    this.#requests = new Latest((/** @type {number} */ epoch) => this.#ask(epoch));
  }

  /** @param {number} epoch Infinity for the end of what was recorded */
  go(epoch) {
    clearTimeout(this.#timer);
    this.#aim = epoch;
    this.#show(epoch);
    this.#requests.request(epoch);
  }

  /** A frame has come. */
  follow() {
    if (this.#aim !== null && !this.#requests.busy && this.#isThere()) this.#arrive();
  }

  #isThere() {
    const { frame } = this.#model;
    if (this.#aim === Number.POSITIVE_INFINITY) return frame?.recorded.ahead === false;
    return frame?.position.epoch === this.#aim;
  }

  #arrive() {
    clearTimeout(this.#timer);
    this.#aim = null;
    this.#show(null);
  }

  /** @param {number} epoch */
  async #ask(epoch) {
    const branch = encodeURIComponent(this.#model.frame?.branch ?? "");
    const result =
      epoch === Number.POSITIVE_INFINITY
        ? await this.#commands.send("POST", `branches/${branch}/checkout`, {})
        : await this.#commands.send("POST", "rewind", { epoch });
    if (this.#aim !== epoch) return;
    if (!result.ok) {
      this.#arrive();
      this.#commands.complain(result.detail);
      return;
    }
    if (this.#isThere()) this.#arrive();
    else this.#timer = setTimeout(() => this.#arrive(), PATIENCE);
  }
}
