/** Where play ends: the fields beside the speed, and the end that the session's play really has. */

import { t } from "../words.js";

/** @typedef {import("../types.js").Frame} Frame */

const place = (/** @type {string} */ id) =>
  /** @type {HTMLInputElement} */ (document.getElementById(id));

export class UntilFields {
  /** The end of the play that the fields show, as JSON; "" for none. */
  #shown = "";

  constructor() {
    const details = document.getElementById("until");
    if (!details) return; // somebody who only watches
    details.addEventListener("input", () => this.#say());
    details.addEventListener("change", changePlay);
    this.#say();
  }

  /**
   * Another driver or a script may have given play its end.
   *
   * @param {Pick<Frame, "playing">} frame
   */
  follow({ playing }) {
    const until = playing?.until ?? null;
    const now = until ? JSON.stringify(until) : "";
    if (!playing || now === this.#shown || !document.getElementById("until")) return;
    this.#shown = now;
    write("until-epoch", until?.epoch ?? null);
    write("until-cost", until?.loss_below ?? null);
    this.#say();
  }

  /** The end in a few words, on what opens the fields. */
  #say() {
    const said = place("until-said");
    const epoch = place("until-epoch").value.trim();
    const cost = place("until-cost").value.trim();
    const key = epoch && cost ? "until.both" : epoch ? "until.epoch" : "until.cost";
    said.textContent = epoch || cost ? t(key, { epoch, cost }) : (said.dataset.none ?? "");
  }
}

/** While it plays, another end counts at once, as another speed does. */
function changePlay() {
  if (!document.getElementById("workspace")?.hasAttribute("data-playing")) return;
  /** @type {HTMLFormElement} */ (document.getElementById("play-form")).requestSubmit();
}

/**
 * @param {string} id
 * @param {number | null} value
 */
function write(id, value) {
  const field = place(id);
  if (field !== document.activeElement) field.value = value === null ? "" : String(value);
}
