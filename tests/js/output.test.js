import assert from "node:assert/strict";
import test from "node:test";
import { barRange, share } from "../../static/js/output/bars.js";
import { colourTable, middleOf, parseColour, place } from "../../static/js/output/colours.js";
import { nearestPoint, pointPath, radiusFor, sideOf } from "../../static/js/output/points.js";
import { smoothed } from "../../static/js/output/smoothing.js";

const palette = {
  negative: parseColour("#d55e00"),
  paper: parseColour(" #fafaf7"),
  positive: parseColour("#0072b2"),
};

test("colours part at 0 where both signs occur, else in the middle", () => {
  assert.equal(middleOf(-1, 3), 0);
  assert.equal(middleOf(0, 1), 0.5);
  assert.equal(place(0.75, 0, 1), 0.5);
  assert.equal(place(-1, -1, 3), -1);
  assert.equal(place(9, -1, 3), 1);
  assert.equal(place(2, 2, 2), 0);
});

test("the middle of a table has the paper's colour, its ends those of the signs", () => {
  const table = colourTable(-1, 1, palette, 1);
  const at = (byte) => [...table.slice(4 * byte, 4 * byte + 3)];
  assert.deepEqual(at(0), palette.negative);
  assert.deepEqual(at(255), palette.positive);
  for (const [i, channel] of at(127).entries()) {
    assert.ok(Math.abs(channel - palette.paper[i]) <= 2);
  }
});

test("points take their side from their target", () => {
  assert.equal(sideOf(1, 0, 1), "positive");
  assert.equal(sideOf(0, 0, 1), "negative");
  assert.equal(sideOf(0, -1, 1), "neutral");
  assert.equal(sideOf(5, 5, 5), "neutral");
});

test("negative points are squares, others discs", () => {
  const path = pointPath(
    [
      { x: 10, y: 20, side: "negative" },
      { x: 30, y: 40, side: "positive" },
    ],
    4,
  );
  assert.match(path, /^M10\.0,20\.0m-3\.5,-3\.5h7\.0v7\.0h-7\.0z/);
  assert.match(path, /M30\.0,40\.0m-4\.0,0a4\.0,4\.0/);
  assert.ok(radiusFor(1000) < radiusFor(4));
});

test("the nearest point within reach is found", () => {
  const points = [
    { x: 0, y: 0 },
    { x: 10, y: 0 },
  ];
  assert.equal(nearestPoint(points, 7, 0, 5), 1);
  assert.equal(nearestPoint(points, 50, 50, 5), null);
});

test("bars lie in the activation's bounds, or around 0", () => {
  assert.deepEqual(barRange([0, 1], [0.3, 1]), [0, 1]);
  assert.deepEqual(barRange([-1, 1], [0.3]), [-1, 1]);
  assert.deepEqual(barRange([null, null], [-0.3, 2]), [-0.3, 2]);
  assert.deepEqual(barRange([0, null], [0.5, 4]), [0, 4]);
  assert.deepEqual(barRange([null, null], [0]), [0, 1]);
  assert.equal(share(0, [-1, 1]), 0.5);
  assert.equal(share(9, [0, 1]), 1);
});

test("smoothing keeps a flat field and its mean, and levels a step", () => {
  assert.deepEqual([...smoothed([7, 7, 7, 7, 7, 7], 3, 2)], [7, 7, 7, 7, 7, 7]);
  const step = smoothed([0, 0, 0, 9, 9, 9], 6, 1);
  for (let i = 1; i < 6; i += 1) assert.ok(step[i] >= step[i - 1]);
  assert.ok(step[2] > 0 && step[3] < 9);
  assert.ok(Math.abs(step.reduce((sum, value) => sum + value) - 27) < 1e-4);
});
