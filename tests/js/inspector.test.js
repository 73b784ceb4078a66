import assert from "node:assert/strict";
import { test } from "node:test";
import { worst } from "../../static/js/inspector/check.js";
import { barsPath, sorted } from "../../static/js/inspector/contributions.js";
import {
  costAt,
  keptCosts,
  keptRange,
  slopeAt,
  tangent,
} from "../../static/js/inspector/descent_range.js";
import { judged, Prediction } from "../../static/js/inspector/prediction.js";
import { rounded } from "../../static/js/inspector/star.js";
import { capped, levels, openLines } from "../../static/js/inspector/surface.js";
import { stretches, Trail, thinned } from "../../static/js/inspector/trail.js";
import { Latest } from "../../static/js/latest.js";

/** Values from low to high, and (value - 1)^2 as their costs. */
function bowl(low, high, points = 101) {
  const values = Array.from(
    { length: points },
    (_, at) => low + ((high - low) * at) / (points - 1),
  );
  return { values, costs: values.map((value) => (value - 1) ** 2) };
}

let updates = 0;

/** A frame with these parameters, one update after the last. */
function frame(parameters, operation = "epoch") {
  updates = operation === "reset" ? 0 : updates + 1;
  return {
    parameters: Float32Array.from(parameters),
    operation,
    metrics: { train: { loss: 1 }, test: null },
    position: { epoch: 0, batch: 0, update: updates, phase: "ready" },
  };
}

test("a view stays as it is while star and next step lie well within it", () => {
  const first = keptRange(null, [-2, 2], 0, 0.1);
  assert.deepEqual(first, [-2, 2]);
  assert.equal(keptRange(first, [-1, 3], 1.5, 1.6), first);
});

test("a view grows for a star at its edge, and begins anew rather than grow without end", () => {
  const [low, high] = keptRange([-2, 2], [0, 4], 2.1, 2.2);
  assert.equal(low, -2);
  assert.ok(high > 2.2);
  const far = keptRange([-2, 2], [98, 102], 100, 100.1);
  assert.deepEqual(far, [98, 102]);
});

test("a step that leads far away does not stretch the view without end", () => {
  const [low, high] = keptRange(null, [-2, 2], 0, 1e6);
  assert.ok(low <= -2 && high > 4 && high < 6);
});

test("the cost's view holds the curve, and is drawn closer only where the curve is flat in it", () => {
  const view = keptCosts(null, [1, 2, 3]);
  assert.ok(view[0] < 1 && view[1] > 3);
  assert.equal(keptCosts(view, [1.2, 2.9]), view);
  const closer = keptCosts(view, [1.5, 1.6]);
  assert.ok(closer[1] - closer[0] < 0.2);
  const higher = keptCosts(view, [1, 9]);
  assert.ok(higher[1] > 9);
});

test("cost and slope are read between the points of a curve", () => {
  const { values, costs } = bowl(-1, 3);
  assert.ok(Math.abs(costAt(values, costs, 2.013) - 1.013 ** 2) < 1e-3);
  assert.ok(Math.abs(slopeAt(values, costs, 2) - 2) < 1e-9);
  assert.equal(costAt(values, costs, 3), 4);
});

test("a tangent has its slope and ends in view", () => {
  const [from, to] = tangent({ value: 0, cost: 1 }, -2, [-1, 4], [0, 5], 60, 50, 40);
  for (const [value, cost] of [from, to]) {
    assert.ok(Math.abs(cost - (1 - 2 * value)) < 1e-12);
    assert.ok(value >= -1 && value <= 4 && cost >= 0 && cost <= 5);
  }
  const [left, right] = tangent({ value: 0, cost: 1 }, 0, [-1, 4], [0, 5], 60, 50, 40);
  assert.deepEqual([left[1], right[1]], [1, 1]);
});

test("a trail follows one parameter of one run and forgets it for another", () => {
  const trail = new Trail();
  for (const value of [0, 1, 1]) trail.follow("1.kernel.0.0", frame([value]));
  assert.deepEqual(
    trail.places.map(({ parameters }) => parameters[0]),
    [0, 1],
  );
  trail.follow("1.kernel.0.1", frame([1]));
  assert.equal(trail.places.length, 1);
  trail.follow("1.kernel.0.1", frame([2]));
  trail.follow("1.kernel.0.1", frame([0], "reset"));
  assert.equal(trail.places.length, 1);
  trail.follow("1.kernel.0.1", frame([3]));
  updates = -1;
  trail.follow("1.kernel.0.1", frame([4], "choose"));
  assert.equal(trail.places.length, 1);
  trail.follow(null, frame([3]));
  assert.equal(trail.places.length, 0);
});

test("a star that is dragged leaves one place, and no line leads to it", () => {
  const trail = new Trail();
  for (const value of [0, 1]) trail.follow("w", frame([value]));
  for (const value of [2, 3, 4]) trail.follow("w", frame([value], "edit"));
  trail.follow("w", frame([5]));
  const parts = stretches(trail.places).map((part) => part.map((p) => p.parameters[0]));
  assert.deepEqual(parts, [
    [0, 1],
    [4, 5],
  ]);
});

test("a long trail is thinned where it is old", () => {
  const places = Array.from({ length: 100 }, (_, at) => ({
    parameters: Float32Array.of(at),
    cost: 0,
    jump: false,
  }));
  const kept = thinned(places).map(({ parameters }) => parameters[0]);
  assert.equal(kept.length, 75);
  assert.deepEqual(
    kept.slice(-50),
    places.slice(50).map(({ parameters }) => parameters[0]),
  );
});

test("a direction is right where the weight went that way, a value where it is near", () => {
  assert.equal(judged("up", 0.6, 0.607).right, true);
  assert.equal(judged("down", 0.6, 0.607).right, false);
  assert.equal(judged("up", 0.6, 0.6).right, false);
  assert.equal(judged(0.607, 0.6, 0.60695).right, true);
  assert.equal(judged(0.61, 0.6, 0.60695).right, false);
  assert.equal(judged(0.6001, 0.6, 0.60000001).right, false);
});

test("a prediction is judged by the next update, and what was not answered counts nothing", () => {
  const prediction = new Prediction();
  prediction.follow("w", 1, 0);
  prediction.follow("w", 2, 1);
  assert.deepEqual(prediction.tally, { right: 0, of: 0 });
  prediction.say("up");
  prediction.follow("w", 2, 1);
  assert.equal(prediction.question?.answer, "up");
  prediction.follow("w", 2.5, 2);
  assert.deepEqual(prediction.tally, { right: 1, of: 1 });
  assert.equal(prediction.verdict?.right, true);
  assert.equal(prediction.question?.answer, null);
});

test("an answer is dropped where the weight is set by hand, training starts anew, or another is chosen", () => {
  const prediction = new Prediction();
  prediction.follow("w", 1, 5);
  prediction.say("down");
  prediction.follow("w", 7, 5);
  assert.equal(prediction.question?.answer, null);
  prediction.say("down");
  prediction.follow("w", 1, 0);
  assert.equal(prediction.question?.answer, null);
  prediction.say("down");
  prediction.follow("v", 1, 1);
  assert.deepEqual(prediction.tally, { right: 0, of: 0 });
  prediction.follow(null, 0, 1);
  assert.equal(prediction.question, null);
});

test("a dragged value has the digits that the view tells apart", () => {
  assert.equal(rounded(0.123456, 10), 0.12);
  assert.equal(rounded(0.123456, 0.5), 0.1235);
  assert.equal(rounded(1234.56, 5000), 1235);
});

test("bars are sorted, and each sign is one path", () => {
  const bars = sorted([
    { index: 0, contribution: 2 },
    { index: 1, contribution: -1 },
    { index: 2, contribution: 0 },
  ]);
  assert.deepEqual(
    bars.map(({ index }) => index),
    [1, 2, 0],
  );
  const path = (sign) =>
    barsPath(
      bars,
      sign,
      (at) => 10 * at,
      8,
      (value) => 50 - value,
    );
  assert.equal(path(1), "M20.00,50V48.00h8.00V50Z");
  assert.equal(path(-1), "M0.00,50V51.00h8.00V50Z");
});

test("contour lines lie within the costs, closer together near the bottom", () => {
  const found = levels(
    [
      [0, 1],
      [4, 9],
    ],
    5,
  );
  assert.equal(found.length, 5);
  assert.ok(found[0] > 0 && found[4] < 9);
  assert.ok(found[1] - found[0] < found[4] - found[3]);
  assert.deepEqual(levels([[2, 2]], 5), []);
});

test("costs that overflow leave the views and lines of the others as they are", () => {
  const view = keptCosts(null, [1, 2, Number.POSITIVE_INFINITY]);
  assert.ok(view[0] < 1 && view[1] > 2 && view[1] < 3);
  assert.deepEqual(capped([[1, null, 3]]), [[1, 3, 3]]);
});

test("a contour along the rim of the plot is no line", () => {
  const ring = [
    [0, 0],
    [2, 2],
    [3, 2],
    [4, 0],
    [0, 0],
  ];
  const path = openLines([[ring]], 4, 4, ([x, y]) => [10 * x, 10 * y]);
  assert.equal(path, "M20.0,20.0L30.0,20.0");
});

test("the worst of a check come first, and kinks are left aside", () => {
  const checked = [1e-9, 1e-3, 1e-12].map((relative_error, at) => ({
    name: String(at),
    label: String(at),
    gradient: 1,
    numeric: 1,
    relative_error,
    kink: at === 1,
  }));
  assert.deepEqual(
    worst(checked, 5).map(({ name }) => name),
    ["0", "2"],
  );
});

test("of requests that wait only the newest is made, one at a time", async () => {
  const made = [];
  /** @type {(() => void)[]} */
  const ends = [];
  const latest = new Latest((what) => {
    made.push(what);
    return new Promise((resolve) => ends.push(() => resolve(undefined)));
  });
  const all = latest.request(1);
  latest.request(2);
  latest.request(3);
  assert.deepEqual(made, [1]);
  ends[0]();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(made, [1, 3]);
  ends[1]();
  await all;
  assert.equal(latest.busy, false);
});
