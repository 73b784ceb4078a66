/**
 * Predict, then reveal: what was said before a step, and whether it came true. Pure.
 *
 * @typedef {"up" | "down" | number} Answer a direction, or the new value
 *
 * @typedef {object} Question
 * @property {string} name of the parameter
 * @property {number} before its value
 * @property {number} update how many updates had been made
 * @property {Answer | null} answer
 *
 * @typedef {object} Verdict
 * @property {boolean} right
 * @property {Answer} answer
 * @property {number} before
 * @property {number} after
 */

/** A typed value is right within this share of the change. */
const NEAR = 0.1;
/** And always within what four digits cannot tell apart. */
const SAME = 0.00006;

/**
 * @param {Answer} answer
 * @param {number} before
 * @param {number} after
 * @returns {Verdict}
 */
export function judged(answer, before, after) {
  const change = after - before;
  const right =
    typeof answer === "number"
      ? Math.abs(answer - after) <= Math.max(SAME, NEAR * Math.abs(change))
      : answer === "up"
        ? change > 0
        : change < 0;
  return { right, answer, before, after };
}

export class Prediction {
  /** @type {Question | null} */
  question = null;
  /** @type {Verdict | null} the last one */
  verdict = null;
  tally = { right: 0, of: 0 };

  /**
   * What the page knows now. Asks anew where something else is chosen or the weights were set by
   * hand; judges where a step has been made.
   *
   * @param {string | null} name of the chosen parameter, null where there is nothing to predict
   * @param {number} value
   * @param {number} update how many updates have been made
   */
  follow(name, value, update) {
    const asked = this.question;
    if (asked && asked.name === name && asked.update === update && asked.before === value) return;
    if (asked?.answer != null && asked.name === name && update > asked.update) {
      this.verdict = judged(asked.answer, asked.before, value);
      this.tally.of += 1;
      if (this.verdict.right) this.tally.right += 1;
    } else if (asked && asked.name !== name) this.verdict = null;
    this.question = name === null ? null : { name, before: value, update, answer: null };
  }

  /** @param {Answer} answer */
  say(answer) {
    if (!this.question) return;
    this.question.answer = answer;
    this.verdict = null;
  }

  /** Everything from the start. */
  forget() {
    this.question = null;
    this.verdict = null;
    this.tally = { right: 0, of: 0 };
  }
}
