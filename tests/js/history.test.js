import assert from "node:assert/strict";
import test from "node:test";
import { History, MOST_KEPT } from "../../static/js/history.js";

const initial = { train: { loss: 1, mae: 2 }, test: null };
const entry = (epoch, loss = 1 / epoch) => ({
  epoch,
  fit: { loss: 2 * loss, mae: 1 },
  train: { loss, mae: 1 },
  test: null,
});

test("the history grows, is replaced from its start, and never holds an epoch twice", () => {
  const history = new History();
  history.add({ since: 0, initial, epochs: [entry(1), entry(2)] });
  assert.deepEqual([...history.epochs], [0, 1, 2]);
  history.add({ since: 2, initial, epochs: [entry(3)] });
  history.add({ since: 2, initial, epochs: [entry(3), entry(4)] });
  assert.deepEqual([...history.epochs], [0, 1, 2, 3, 4]);
  assert.equal(history.last, 4);
  assert.deepEqual(history.metrics, ["loss", "mae"]);
  history.add({ since: 0, initial, epochs: [] });
  assert.deepEqual([...history.epochs], [0]);
});

test("a column holds what the entries have and nothing else", () => {
  const history = new History();
  history.add({ since: 0, initial, epochs: [entry(1), entry(2)] });
  assert.deepEqual([...history.column("train", "loss")], [1, 1, 0.5]);
  assert.deepEqual([...history.column("fit", "loss")], [Number.NaN, 2, 1]);
  assert.deepEqual([...history.column("test", "loss")], []);
  assert.deepEqual([...history.column("train", "accuracy")], []);
});

test("a long run is thinned where it is old, and its spikes stay", () => {
  const history = new History();
  history.add({ since: 0, initial, epochs: [] });
  for (let epoch = 1; epoch <= 10 * MOST_KEPT; epoch += 1) {
    const loss = epoch === 777 ? 99 : epoch === 778 ? -99 : 1 / epoch;
    history.add({ since: epoch - 1, initial, epochs: [entry(epoch, loss)] });
  }
  assert.ok(history.length <= MOST_KEPT);
  const losses = [...history.column("train", "loss")];
  assert.equal(history.epoch(losses.indexOf(99)), 777);
  assert.equal(history.epoch(losses.indexOf(-99)), 778);
  assert.equal(history.epoch(0), 0);
  assert.equal(history.last, 10 * MOST_KEPT);
  const epochs = [...history.epochs];
  assert.ok(epochs.every((epoch, at) => at === 0 || epoch > epochs[at - 1]));
});
