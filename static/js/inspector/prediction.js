/**
 * Predict, then reveal: what was said before a step, and whether it came true. Pure.
 *
 * @typedef {"up" | "down" | "same" | number} Answer a direction, or the new value
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
 * @property {number} change
 */

/** A typed value is right within this share of the change. */
const NEAR = 0.1;
/** A change is none where it is smaller than this share of the value: the rounding of a double. */
const NONE = 1e-14;
/** A value that was typed names the present one within this share: that of single precision. */
const SAME = 1e-6;

/**
 * @param {Answer} answer
 * @param {number} before
 * @param {number} change
 * @returns {Verdict}
 */
export function judged(answer, before, change) {
  const way = Math.abs(change) <= NONE * Math.abs(before) ? 0 : Math.sign(change);
  return { right: cameTrue(answer, before, change, way), answer, before, change };
}

/**
 * @param {Answer} answer
 * @param {number} before
 * @param {number} change
 * @param {number} way
 */
function cameTrue(answer, before, change, way) {
  if (typeof answer === "string") return way === { up: 1, down: -1, same: 0 }[answer];
  if (way === 0) return Math.abs(answer - before) <= SAME * Math.abs(before);
  return Math.abs(answer - before - change) <= NEAR * Math.abs(change);
}

export class Prediction {
  /** @type {Question | null} */
  question = null;
  /** @type {Verdict | null} the last one */
  verdict = null;
  tally = { right: 0, of: 0 };

  /** Whether an answer is waited for. */
  get asks() {
    return this.question !== null && this.question.answer === null;
  }

  /**
   * What the page knows now. Asks anew where something else is chosen or the weights were set by
   * hand; judges where a step has been made.
   *
   * @param {string | null} name of the chosen parameter, null where there is nothing to predict
   * @param {number} value
   * @param {number} update how many updates have been made
   * @param {number | null} [last] what the last of them added, which may be less than the values,
   * in single precision, tell apart
   */
  follow(name, value, update, last = null) {
    const asked = this.question;
    if (asked && asked.name === name && asked.update === update && asked.before === value) return;
    if (asked?.answer != null && asked.name === name && update > asked.update) {
      const one = update === asked.update + 1 && last !== null;
      this.verdict = judged(asked.answer, asked.before, one ? last : value - asked.before);
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
