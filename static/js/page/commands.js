/** What drawings ask of the session. The new state arrives by the event stream. */

import { isUnit } from "../model.js";
import { t } from "../words.js";
import { showToast } from "./toasts.js";

/** @typedef {{ok: true} | {ok: false, detail: string}} EditResult */

export class Commands {
  /**
   * @param {string} session its id
   * @param {{acts: boolean}} may whether the id is for more than watching
   */
  constructor(session, { acts }) {
    this.address = `/api/sessions/${session}`;
    this.acts = acts;
  }

  /**
   * @param {string} name of the parameter
   * @param {number} value
   * @returns {Promise<EditResult>}
   */
  editParameter(name, value) {
    return this.send("PATCH", "parameters", { [name]: value });
  }

  /**
   * @param {string | null} name of a parameter or a unit, null to let go
   * @returns {Promise<EditResult>}
   */
  choose(name) {
    return this.send("POST", "choose", isUnit(name) ? { unit: name } : { parameter: name });
  }

  /**
   * @param {string} follower the id that the stream of this page was told
   * @param {string | null} name of what it alone explains; null for what the class looks at
   * @returns {Promise<EditResult>}
   */
  look(follower, name) {
    const what = isUnit(name) ? { unit: name } : { parameter: name };
    return this.send("POST", "look", { follower, ...what });
  }

  /**
   * @param {string} name of the session
   * @returns {Promise<EditResult>}
   */
  rename(name) {
    return this.send("PATCH", "spec", { name });
  }

  /** @param {number} example counted from 0 */
  async chooseExample(example) {
    if (!this.acts) {
      showToast(t("watch.example"));
      return;
    }
    const result = await this.send("POST", "focus", { example });
    if (!result.ok) showToast(result.detail);
  }

  /** @param {string} detail why something was refused */
  complain(detail) {
    showToast(detail);
  }

  /**
   * Numbers that are not part of the stream.
   *
   * @param {string} path
   * @param {string} [complaint] shown where they cannot be had
   * @returns {Promise<any>} null where they cannot be had
   */
  async read(path, complaint = "") {
    try {
      const response = await fetch(`${this.address}/${path}`);
      if (response.ok) return await response.json();
    } catch {
      // No answer; the page says elsewhere that the connection is lost.
    }
    if (complaint) showToast(complaint);
    return null;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} body
   * @returns {Promise<EditResult>}
   */
  async send(method, path, body) {
    try {
      const response = await fetch(`${this.address}/${path}`, {
        method,
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      if (response.ok) return { ok: true };
      const problem = await response.json();
      const details = (problem.errors ?? []).map((/** @type {{detail: string}} */ e) => e.detail);
      return { ok: false, detail: details.join(" ") || problem.detail };
    } catch {
      return { ok: false, detail: t("error.noAnswer") };
    }
  }
}
