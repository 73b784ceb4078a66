import assert from "node:assert/strict";
import test from "node:test";
import { nearest, range, series, thinned, upTo } from "../../static/js/cost/series.js";

const history = [
  { epoch: 0, train: { loss: 1 }, test: null },
  { epoch: 1, fit: { loss: 0.9 }, train: { loss: 0.8 }, test: null },
  { epoch: 2, fit: { loss: 0.7 }, train: { loss: 0.6 }, test: null },
];

test("a series holds what the history has and nothing else", () => {
  assert.deepEqual(
    series(history, "train", "loss").map(({ value }) => value),
    [1, 0.8, 0.6],
  );
  assert.deepEqual(
    series(history, "fit", "loss").map(({ epoch }) => epoch),
    [1, 2],
  );
  assert.deepEqual(series(history, "test", "loss"), []);
  assert.deepEqual(series(history, "train", "mae"), []);
});

test("thinning keeps spikes, both ends and the order", () => {
  const points = Array.from({ length: 10_001 }, (_, epoch) => ({ epoch, value: 1 / (epoch + 1) }));
  points[7321].value = 50;
  points[2222].value = -50;
  const kept = thinned(points, 100);
  assert.ok(kept.length <= 202);
  assert.ok(kept.some(({ value }) => value === 50));
  assert.ok(kept.some(({ value }) => value === -50));
  assert.equal(kept[0].epoch, 0);
  assert.equal(kept.at(-1)?.epoch, 10_000);
  const epochs = kept.map(({ epoch }) => epoch);
  assert.deepEqual(
    epochs,
    [...epochs].sort((a, b) => a - b),
  );
  assert.equal(new Set(epochs).size, epochs.length);
});

test("few points are all kept", () => {
  const points = series(history, "train", "loss");
  assert.deepEqual(thinned(points, 100), points);
});

test("the linear range starts at 0 unless values are negative", () => {
  const [low, high] = range([0.25, 0.2], false);
  assert.equal(low, 0);
  assert.ok(high > 0.25 && high < 0.3);
  assert.ok(range([-1, 0.5], false)[0] < -1);
  assert.deepEqual(range([0, 0], false), [0, 1]);
});

test("the logarithmic range leaves out what has no logarithm", () => {
  const [low, high] = range([0, 1e-6, 1], true);
  assert.ok(low > 0 && low < 1e-6);
  assert.ok(high > 1);
  assert.deepEqual(range([0], true), [0.1, 1]);
});

test("a curve that grows ends between two epochs", () => {
  const points = series(history, "train", "loss");
  const shown = upTo(points, 1.5);
  assert.equal(shown.length, 3);
  assert.equal(shown[2].epoch, 1.5);
  assert.ok(Math.abs(shown[2].value - 0.7) < 1e-12);
  assert.deepEqual(upTo(points, 2), points);
});

test("the nearest entry is found where the history is thinned", () => {
  const thin = [0, 10, 30, 31].map((epoch) => ({ epoch, train: {}, test: null }));
  assert.deepEqual(
    [-5, 4, 6, 20, 21, 99].map((epoch) => thin[nearest(thin, epoch)].epoch),
    [0, 0, 10, 10, 30, 31],
  );
});
