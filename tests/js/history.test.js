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

test("however long a run, its curve has a point wherever a screen could show one", () => {
  const history = new History();
  const total = 20 * MOST_KEPT;
  history.add({ since: 0, initial, epochs: [] });
  for (let epoch = 1; epoch <= total; epoch += 1) {
    history.add({ since: epoch - 1, initial, epochs: [entry(epoch, 1 / epoch)] });
  }
  const gaps = [...history.epochs].map((epoch, at, epochs) => epoch - (epochs[at - 1] ?? 0));
  assert.ok(Math.max(...gaps) <= total / 1000);
  assert.ok(gaps.slice(-500).every((gap) => gap === 1));
});

test("every curve of a long run keeps its spikes, whichever of them they are in", () => {
  const history = new History();
  const metrics = { loss: 1, mae: 1 };
  const tested = { train: metrics, test: metrics };
  history.add({ since: 0, initial: tested, epochs: [] });
  const spikes = { fit: 5001, train: 5003, test: 5005 };
  for (let epoch = 1; epoch <= 3 * MOST_KEPT; epoch += 1) {
    const added = { epoch, fit: metrics, train: metrics, test: metrics };
    for (const [part, at] of Object.entries(spikes)) {
      if (epoch === at) added[part] = { loss: 9, mae: -9 };
    }
    history.add({ since: epoch - 1, initial: tested, epochs: [added] });
  }
  for (const [part, at] of Object.entries(spikes)) {
    assert.equal(history.epoch([...history.column(part, "loss")].indexOf(9)), at);
    assert.equal(history.epoch([...history.column(part, "mae")].indexOf(-9)), at);
  }
});
