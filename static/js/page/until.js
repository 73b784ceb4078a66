/** Where play ends: the fields beside the speed, and the end that the session's play really has. */

import { t } from "../words.js";

/** @typedef {import("../types.js").Frame} Frame */

const FIELDS = ["until-epoch", "until-cost"];

const place = (/** @type {string} */ id) =>
  /** @type {HTMLInputElement} */ (document.getElementById(id));

export class UntilFields {
  /** The end of the play that the fields show, as JSON; "" for none. */
  #shown = "";

  /** How play ended when it was looked at last, as JSON; null before that. */
  /** @type {string | null} */
  #ended = null;

  /** Whether something was typed since Play was last pressed, or Enter in a field. */
  #typing = false;

  constructor() {
    const details = document.getElementById("until");
    if (!details) return; // somebody who only watches
    details.addEventListener("input", (event) => {
      forget(/** @type {Element} */ (event.target).id);
      this.#typing = true;
      this.#say();
    });
    details.addEventListener("change", changePlay);
    new MutationObserver((records) => {
      if (records.some(({ addedNodes }) => addedNodes.length)) showRefused();
    }).observe(/** @type {Element} */ (details.lastElementChild), {
      childList: true,
      subtree: true,
    });
    const form = document.getElementById("play-form");
    form?.addEventListener("submit", () => {
      this.#typing = false;
    });
    form?.addEventListener("htmx:after:request", (event) => {
      if (/** @type {CustomEvent} */ (event).detail.ctx.response.status >= 400) return;
      FIELDS.forEach(forget);
      this.#ended = ""; // however short it is, its end is another one
    });
    this.#say();
  }

  /**
   * Another driver or a script may have given play its end. One that was reached is done with.
   *
   * @param {Pick<Frame, "playing" | "play_end">} frame
   */
  follow({ playing, play_end }) {
    if (!document.getElementById("until")) return;
    const ended = play_end ? JSON.stringify(play_end) : "";
    const anew = this.#ended !== null && ended !== this.#ended;
    this.#ended = ended;
    if (playing) {
      const now = playing.until ? JSON.stringify(playing.until) : "";
      if (now !== this.#shown) this.#show(playing.until);
    } else if (anew && (play_end?.reason === "epoch" || play_end?.reason === "loss")) {
      if (!this.#typing) FIELDS.forEach(empty);
      this.#show(null);
    }
  }

  /** @param {import("../types.js").Playing["until"]} until */
  #show(until) {
    this.#shown = until ? JSON.stringify(until) : "";
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

/** What was refused is to be put right where it was given, wherever Play was pressed. */
function showRefused() {
  const details = /** @type {HTMLDetailsElement} */ (document.getElementById("until"));
  const refused = FIELDS.filter((id) => place(`${id}-error`).textContent !== "");
  for (const id of refused) place(id).setAttribute("aria-invalid", "true");
  if (!refused.length) return;
  if (!details.checkVisibility()) document.getElementById("more-steps")?.click();
  details.open = true;
  place(refused[0] ?? "").select();
}

/** @param {string} id of a field that is refused no more */
function forget(id) {
  place(id).removeAttribute("aria-invalid");
  place(`${id}-error`).replaceChildren();
}

/** @param {string} id of a field, also where the focus is still in it */
function empty(id) {
  place(id).value = "";
}

/**
 * @param {string} id
 * @param {number | null} value
 */
function write(id, value) {
  const field = place(id);
  if (field === document.activeElement && field.checkVisibility()) return;
  field.value = value === null ? "" : String(value);
}
