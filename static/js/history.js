/**
 * The history as the page keeps it: a column of numbers for each part and metric. A long run is
 * thinned evenly over its epochs, so that the page needs no more room and time the longer it plays:
 * of every stretch those entries stay in which some column is lowest or highest.
 */

/** @typedef {import("./types.js").HistoryEntry} HistoryEntry */
/** @typedef {import("./types.js").HistoryEvent} HistoryEvent */
/** @typedef {"train" | "test" | "fit"} Part */
/** @typedef {{part: Part, metric: string, values: Float64Array}} Column NaN where there is none */

const PARTS = /** @type {const} */ (["train", "test", "fit"]);

/** Entries kept at most. */
export const MOST_KEPT = 20_000;
/** The newest of them, which are never thinned. */
const WHOLE = 1000;

export class History {
  /** How many entries there are; the first is epoch 0, before any training. */
  length = 0;
  /** @type {string[]} the loss and the metrics */
  metrics = [];
  /** The epoch from which on the loss has meant what it means now. */
  lossSince = 0;
  #epochs = new Float64Array(256);
  /** @type {Column[]} */
  #columns = [];

  /** @param {HistoryEvent} event */
  add(event) {
    this.lossSince = event.loss_since ?? 0;
    if (event.since === 0) {
      this.length = 0;
      this.#columns = [];
      this.metrics = Object.keys(event.initial.train);
      this.#append({ epoch: 0, ...event.initial });
    }
    while (this.length > 0 && this.epoch(this.length - 1) > event.since) this.length -= 1;
    for (const entry of event.epochs) {
      if (this.length === MOST_KEPT) this.#thin();
      this.#append(entry);
    }
  }

  /** @param {number} at */
  epoch(at) {
    return this.#epochs[at];
  }

  /** The newest entry's epoch. */
  get last() {
    return this.length > 0 ? this.#epochs[this.length - 1] : 0;
  }

  get epochs() {
    return this.#epochs.subarray(0, this.length);
  }

  /**
   * One metric of one part, an entry each; NaN where an entry has none.
   *
   * @param {Part} part
   * @param {string} metric
   */
  column(part, metric) {
    return this.#find(part, metric)?.values.subarray(0, this.length) ?? new Float64Array(0);
  }

  /**
   * @param {Part} part
   * @param {string} metric
   */
  #find(part, metric) {
    return this.#columns.find((column) => column.part === part && column.metric === metric);
  }

  /** @param {HistoryEntry} entry */
  #append(entry) {
    const at = this.length;
    if (at === this.#epochs.length) {
      this.#epochs = grown(this.#epochs);
      for (const column of this.#columns) column.values = grown(column.values);
    }
    this.#epochs[at] = entry.epoch;
    for (const part of PARTS) {
      for (const metric of entry[part] ? this.metrics : []) {
        if (this.#find(part, metric)) continue;
        this.#columns.push({ part, metric, values: unknown(this.#epochs.length) });
      }
    }
    for (const { part, metric, values } of this.#columns) {
      values[at] = entry[part]?.[metric] ?? Number.NaN;
    }
    this.length += 1;
  }

  /** Thins all but the newest entries to what a screen could show of them. */
  #thin() {
    const newest = this.length - WHOLE;
    const stretches = Math.floor((MOST_KEPT - WHOLE) / (4 * this.#columns.length));
    const width = this.#epochs[newest] / stretches;
    const kept = [0];
    for (let start = 1; start < newest; ) {
      const end = this.#endOfStretch(start, newest, width);
      kept.push(...this.#extremes(start, end));
      start = end;
    }
    for (let at = newest; at < this.length; at += 1) kept.push(at);
    for (const values of [this.#epochs, ...this.#columns.map((column) => column.values)]) {
      kept.forEach((from, to) => {
        values[to] = values[from];
      });
    }
    this.length = kept.length;
  }

  /**
   * @param {number} start
   * @param {number} most
   * @param {number} width in epochs
   * @returns {number} the entry after the last one of a stretch
   */
  #endOfStretch(start, most, width) {
    const stretch = Math.floor(this.#epochs[start] / width);
    let end = start + 1;
    while (end < most && Math.floor(this.#epochs[end] / width) === stretch) end += 1;
    return end;
  }

  /**
   * Of some entries those in which a column is lowest or highest, in order.
   *
   * @param {number} start
   * @param {number} end
   */
  #extremes(start, end) {
    const found = new Set();
    for (const { values } of this.#columns) {
      let [low, high] = [start, start];
      for (let at = start + 1; at < end; at += 1) {
        if (values[at] < values[low]) low = at;
        if (values[at] > values[high]) high = at;
      }
      found.add(low).add(high);
    }
    return [...found].sort((one, other) => one - other);
  }
}

/** @param {Float64Array} column */
function grown(column) {
  const larger = unknown(2 * column.length);
  larger.set(column);
  return larger;
}

/** @param {number} length */
function unknown(length) {
  return new Float64Array(length).fill(Number.NaN);
}
