import assert from "node:assert/strict";
import test from "node:test";
import { extent, nearest, range, thinned, upTo } from "../../static/js/cost/series.js";

const losses = [1, 0.8, 0.6];
const points = losses.map((value, epoch) => ({ epoch, value }));

/** Epochs 0, 1, 2, .. and as many values. */
function longRun(length) {
  const epochs = Float64Array.from({ length }, (_, epoch) => epoch);
  return { epochs, values: epochs.map((epoch) => 1 / (epoch + 1)) };
}

test("few points are all kept, and entries without a value are left out", () => {
  assert.deepEqual(thinned([0, 1, 2], losses, 100), points);
  assert.deepEqual(thinned([0, 1, 2], [Number.NaN, 0.8, 0.6], 100), points.slice(1));
  assert.deepEqual(thinned([0, 1], [Number.NaN, Number.NaN], 100), []);
  assert.deepEqual(thinned([], [], 100), []);
});

test("thinning keeps spikes, both ends and the order", () => {
  const { epochs, values } = longRun(10_001);
  values[7321] = 50;
  values[2222] = -50;
  const kept = thinned(epochs, values, 100);
  assert.ok(kept.length <= 202);
  assert.ok(kept.some(({ value }) => value === 50));
  assert.ok(kept.some(({ value }) => value === -50));
  assert.equal(kept[0].epoch, 0);
  assert.equal(kept.at(-1)?.epoch, 10_000);
  const shown = kept.map(({ epoch }) => epoch);
  assert.deepEqual(
    shown,
    [...shown].sort((a, b) => a - b),
  );
  assert.equal(new Set(shown).size, shown.length);
});

test("a run of half a million epochs has its extent", () => {
  const { values } = longRun(500_000);
  values[123_456] = -3;
  const found = extent([values, []]);
  assert.deepEqual([found.low, found.high, found.least], [-3, 1, 1 / 500_000]);
  assert.ok(range(found, false)[0] < -3);
});

test("the linear range starts at 0 unless values are negative", () => {
  const [low, high] = range(extent([[0.25, 0.2]]), false);
  assert.equal(low, 0);
  assert.ok(high > 0.25 && high < 0.3);
  assert.ok(range(extent([[-1, 0.5]]), false)[0] < -1);
  assert.deepEqual(range(extent([[0, 0]]), false), [0, 1]);
  assert.deepEqual(range(extent([[]]), false), [0, 1]);
});

test("the logarithmic range leaves out what has no logarithm", () => {
  const [low, high] = range(extent([[0, 1e-6, 1]]), true);
  assert.ok(low > 0 && low < 1e-6);
  assert.ok(high > 1);
  assert.deepEqual(range(extent([[0]]), true), [0.1, 1]);
});

test("a curve that grows ends between two epochs", () => {
  const shown = upTo(points, 1.5);
  assert.equal(shown.length, 3);
  assert.equal(shown[2].epoch, 1.5);
  assert.ok(Math.abs(shown[2].value - 0.7) < 1e-12);
  assert.deepEqual(upTo(points, 2), points);
});

test("the nearest entry is found where the history is thinned", () => {
  const thin = [0, 10, 30, 31];
  assert.deepEqual(
    [-5, 4, 6, 20, 21, 99].map((epoch) => thin[nearest(thin, epoch)]),
    [0, 0, 10, 10, 30, 31],
  );
});
