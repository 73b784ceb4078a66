import assert from "node:assert/strict";
import { test } from "node:test";
import { arrowPath, isShort, tipOf } from "../../static/js/inspector/arrow.js";
import { stepTexts, tickTexts } from "../../static/js/inspector/axis.js";
import { bouncingRate, hasBottom } from "../../static/js/inspector/bottom.js";
import { digitsOf, worst } from "../../static/js/inspector/check.js";
import { barsPath, sorted } from "../../static/js/inspector/contributions.js";
import {
  closeUpRange,
  costAt,
  keptCosts,
  merged,
  onTheWay,
  slopeAt,
  tangent,
  undrawable,
  valleyRange,
  widened,
} from "../../static/js/inspector/descent_range.js";
import { meets } from "../../static/js/inspector/lettering.js";
import { inReach, nearestOf, Room } from "../../static/js/inspector/placing.js";
import { judged, Prediction } from "../../static/js/inspector/prediction.js";
import { rounded } from "../../static/js/inspector/star.js";
import { capped, levels, openLines } from "../../static/js/inspector/surface.js";
import { Trail, thinned } from "../../static/js/inspector/trail.js";
import { marksOf, strength } from "../../static/js/inspector/trail_marks.js";
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

/** Where a weight stands, without a past. */
const at = (value, next, past = []) => ({ value, next, past });

test("a view stays as it is while star and next step lie well within it", () => {
  const first = valleyRange(null, [-2, 2], at(0, 0.1));
  assert.deepEqual(first, [-2, 2]);
  assert.equal(valleyRange(first, [-1, 3], at(1.5, 1.6)), first);
});

test("a view grows for a star at its edge, and begins anew rather than grow without end", () => {
  const [low, high] = valleyRange([-2, 2], [0, 4], at(2.1, 2.2));
  assert.equal(low, -2);
  assert.ok(high > 2.2);
  const far = valleyRange([-2, 2], [98, 102], at(100, 100.1));
  assert.deepEqual(far, [98, 102]);
});

test("a view begins anew where the valley has become much wider or narrower than it", () => {
  assert.deepEqual(valleyRange([-2, 2], [-16, 16], at(0, 0.1)), [-16, 16]);
  assert.deepEqual(valleyRange([-16, 16], [-2, 2], at(0, 0.1)), [-2, 2]);
  assert.deepEqual(valleyRange([-4, 4], [-2, 2], at(0, 0.1)), [-4, 4]);
});

test("a step that leads far away does not stretch the view without end", () => {
  const [low, high] = valleyRange(null, [-2, 2], at(0, 1e6));
  assert.ok(low <= -2 && high > 4 && high < 6);
});

test("a view holds the walls that a weight bounces between, and then stays", () => {
  const usual = /** @type {[number, number]} */ ([-1, 1]);
  const path = [0.5, -1.2, 1.6, -1.8, 1.7, -1.75, 1.72, -1.77];
  let view = null;
  const views = path.slice(1).map((value, step) => {
    view = valleyRange(view, usual, at(value, path[step + 2] ?? 1.7, path.slice(0, step + 1)));
    return view;
  });
  for (const [low, high] of views.slice(2)) assert.ok(low < -1.8 && high > 1.7);
  assert.deepEqual(views[views.length - 1], views[3]);
});

test("a close-up holds the step, clearly seen, and the last ones before it", () => {
  const [low, high] = closeUpRange(null, [-8, 8], at(0.6, 0.607, [0.58, 0.586, 0.593]));
  assert.ok(low < 0.58 && high > 0.607);
  assert.ok(0.007 / (high - low) > 0.08);
});

test("a close-up does not hold a past that is many steps away", () => {
  const [low, high] = closeUpRange(null, [-8, 8], at(0.6, 0.607, [0.1]));
  assert.ok(low > 0.5 && high < 0.7);
});

test("a close-up stands still for some steps before it follows", () => {
  const step = 0.007;
  let view = null;
  let moves = 0;
  const past = [];
  for (let value = 0.6; value < 0.6 + 40 * step; value += step) {
    const next = closeUpRange(view, [-8, 8], at(value, value + step, past));
    if (next !== view) moves += 1;
    view = next;
    past.push(value);
  }
  assert.ok(moves < 20, `${moves}`);
});

test("a close-up of no step, or of one beyond single precision, has a width", () => {
  const [low, high] = closeUpRange(null, [-2, 2], at(0.5, 0.5));
  assert.ok(low < 0.5 && high > 0.5);
  const [left, right] = closeUpRange(null, [-2, 2], at(0.5, 0.5 + 1e-15));
  assert.ok(right - left > 1e-7);
});

test("a close-up of an enormous step has an end that may be asked for", () => {
  const [low, high] = closeUpRange(null, [-2, 2], at(0.5, -1e250));
  assert.ok(low < -1e37 && low > -1e40 && high > 0.5 && high < 1e40);
});

test("no curve can be drawn around a weight beyond single precision, nor of numbers too large", () => {
  const curve = {
    usual_range: [-2, 2],
    costs: [null, 1, 2],
    value: 0,
    cost: 1,
    slope: -1,
    next_value: 0.1,
  };
  assert.equal(undrawable(curve), null);
  const large = [
    [-6e200, 6e200],
    [-2e300, 6e299],
    [1e17, 1e17],
    [null, null],
  ];
  for (const range of large) {
    assert.equal(undrawable({ ...curve, usual_range: range }), "tooLarge");
  }
  const others = [
    { cost: null },
    { cost: 1e305 },
    { slope: null },
    { next_value: null },
    { costs: [null, null] },
  ];
  for (const other of others) assert.equal(undrawable({ ...curve, ...other }), "overflows");
});

test("what lies far outside a drawing is drawn within single precision", () => {
  assert.deepEqual([-1e200, -3, 1e39, Infinity].map(inReach), [-1e6, -3, 1e6, 1e6]);
});

test("on the way from view to view a point glides, and the last is the goal", () => {
  const [from, to] = [
    [-8, 8],
    [0.59, 0.63],
  ];
  const shares = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const [low, high] = onTheWay(from, to, 0.6, share);
    return (0.6 - low) / (high - low);
  });
  for (let step = 1; step < 5; step += 1) assert.ok(shares[step] < shares[step - 1]);
  assert.equal(onTheWay(from, to, 0.6, 1), to);
  const [low, high] = onTheWay(from, to, 0.6, 0.5);
  assert.ok(Math.abs(high - low - Math.sqrt(16 * 0.04)) < 1e-9);
});

test("a close line takes the place of the wide one where it is known", () => {
  const wide = { values: [0, 1, 2, 3, 4], costs: [0, 1, 2, 3, 4] };
  const close = { values: [1.5, 2, 2.5], costs: [15, 20, 25] };
  assert.deepEqual(merged(wide, close).values, [0, 1, 1.5, 2, 2.5, 3, 4]);
  assert.deepEqual(merged(wide, close).costs, [0, 1, 15, 20, 25, 3, 4]);
  const beyond = { values: [5, 6], costs: [50, 60] };
  assert.deepEqual(merged(wide, beyond).values, [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(widened([1, 3]), [0, 4]);
});

test("ticks have the digits that tell them apart, all alike", () => {
  assert.deepEqual(tickTexts([-2, 0, 2]), ["−2", "0", "2"]);
  assert.deepEqual(tickTexts([0.2, 0.25, 0.3]), ["0.20", "0.25", "0.30"]);
  assert.deepEqual(tickTexts([-1e-17, 0.0002]), ["0.0000", "0.0002"]);
  assert.deepEqual(tickTexts([0.265869, 0.26587]), ["0.265869", "0.265870"]);
  assert.deepEqual(tickTexts([0, 1e8, 2e8]), ["0", "1e8", "2e8"]);
  assert.equal(new Set(tickTexts([2e185, 2.5e185, 3e185])).size, 3);
});

test("a step's numbers add up as they are shown", () => {
  assert.deepEqual(stepTexts(0.6, 0.006951), {
    before: "0.60000",
    after: "0.60695",
    change: "+0.00695",
    by: "0.00695",
    told: true,
  });
  const small = stepTexts(0.5, -3.2e-9);
  assert.equal(small.told, false);
  assert.equal(small.change, "−3.200e−9");
  const { before, after, change } = stepTexts(-8.9, -0.00002);
  const number = (text) => Number(text.replace("−", "-"));
  assert.ok(Math.abs(number(before) + number(change) - number(after)) < 1e-9);
  assert.notEqual(before, after);
});

test("a label finds the free place nearest to what it names", () => {
  const room = new Room({ left: 40, right: 240, top: 20, bottom: 220 });
  room.takeLine(
    [
      [40, 20],
      [240, 220],
    ],
    4,
  );
  const size = { width: 60, height: 15 };
  const box = room.find(size, [[140, 120]]);
  assert.ok(box);
  // On one side of the line, within the bounds, and near.
  const corners = [
    [box.x, box.y],
    [box.x + 60, box.y],
    [box.x, box.y + 15],
    [box.x + 60, box.y + 15],
  ];
  const sides = corners.map(([x, y]) => Math.sign(x - 40 - (y - 20)));
  assert.equal(new Set(sides).size, 1);
  assert.ok(nearestOf(box, [[140, 120]]).distance < 25);
  room.takeBox(box, 2);
  const second = room.find(size, [[140, 120]]);
  assert.ok(second && (second.x !== box.x || second.y !== box.y));
});

test("a line to a label meets the boxes that it passes through", () => {
  const box = { x: 40, y: 40, width: 30, height: 15 };
  assert.equal(meets(box, [0, 47], [100, 47]), true);
  assert.equal(meets(box, [0, 30], [100, 30]), false);
});

test("a label stays where it was while that is free, and goes where there is no room at all", () => {
  const room = new Room({ left: 0, right: 200, top: 0, bottom: 100 });
  const size = { width: 50, height: 15 };
  const former = { x: 60, y: 48, ...size };
  assert.deepEqual(room.find(size, [[50, 50]], former), former);
  assert.notDeepEqual(room.find(size, [[190, 50]], former), former);
  room.takeBox({ x: 0, y: 0, width: 200, height: 100 });
  assert.equal(room.find(size, [[50, 50]], former), null);
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

test("costs off the curve are held as far as they leave the curve room", () => {
  const view = keptCosts(null, [1, 2], [2.5]);
  assert.ok(view[0] < 1 && view[1] > 2.5);
  const far = keptCosts(null, [1, 2], [100]);
  assert.ok(far[1] < 5);
});

test("cost and slope are read between the points of a curve", () => {
  const line = bowl(-1, 3);
  assert.ok(Math.abs(costAt(line, 2.013) - 1.013 ** 2) < 1e-3);
  assert.ok(Math.abs(slopeAt(line, 2) - 2) < 1e-9);
  assert.equal(costAt(line, 3), 4);
  const uneven = merged(line, bowl(0.9, 1.1));
  assert.ok(Math.abs(costAt(uneven, 1.0503) - 0.0503 ** 2) < 1e-5);
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
  const marks = marksOf(trail.places, ({ parameters, cost }) => [parameters[0], cost]);
  assert.deepEqual(
    marks.map(({ at, jump }) => [at[0], jump]),
    [
      [0, false],
      [1, false],
      [4, true],
      [5, false],
    ],
  );
  assert.ok(strength(0, 4) > 0 && strength(0, 4) < strength(3, 4));
  assert.equal(strength(3, 4), 1);
});

test("a cost that means something else begins a new trail", () => {
  const trail = new Trail();
  for (const value of [0, 1]) trail.follow("w", frame([value]));
  trail.follow("w", { ...frame([1], "spec"), metrics: { train: { loss: 7 }, test: null } });
  assert.deepEqual(
    trail.places.map(({ cost }) => cost),
    [7],
  );
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
  assert.equal(judged("up", 0.6, 0.007).right, true);
  assert.equal(judged("down", 0.6, 0.007).right, false);
  assert.equal(judged("up", 0.6, 0).right, false);
  assert.equal(judged(0.607, 0.6, 0.00695).right, true);
  assert.equal(judged(0.61, 0.6, 0.00695).right, false);
  assert.equal(judged(0.6001, 0.6, 0.00000001).right, false);
});

test("a change is one however small, unless it is but the rounding of a double", () => {
  assert.equal(judged("up", 0.6, 1e-9).right, true);
  assert.equal(judged("same", 0.6, 1e-9).right, false);
  assert.equal(judged("same", 0.6, 0).right, true);
  assert.equal(judged("same", 0.6, 1e-17).right, true);
  assert.equal(judged(0.6, 0.60000002384, 0).right, true);
  assert.equal(judged(1e-12, 0, 1e-12).right, true);
});

test("what single precision cannot tell apart is judged by the update itself", () => {
  const prediction = new Prediction();
  prediction.follow("w", 0.5, 0);
  prediction.say("down");
  prediction.follow("w", 0.5, 1, -1e-12);
  assert.equal(prediction.verdict?.right, true);
  assert.equal(prediction.verdict?.change, -1e-12);
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

test("two numbers agree to as many digits as their difference leaves alike", () => {
  assert.deepEqual([0, 3e-13, 1e-6, 0.4, 7].map(digitsOf), [15, 12, 6, 0, 0]);
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

test("after a request that failed the newest waits for two seconds", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const made = [];
  const latest = new Latest(async (what) => {
    made.push(what);
    return what > 2;
  });
  const all = latest.request(1);
  latest.request(2);
  latest.request(3);
  await settle();
  context.mock.timers.tick(1999);
  await settle();
  assert.deepEqual(made, [1]);
  context.mock.timers.tick(1);
  await all;
  assert.deepEqual(made, [1, 3]);
});

test("a parabola is jumped out of with a rate above 2 / curvature", () => {
  // (value - 1)^2 has curvature 2 everywhere.
  for (const [low, high] of [
    [-3, 5],
    [-1, 20],
    [0.9, 1.2],
  ]) {
    const rate = bouncingRate(bowl(low, high));
    assert.ok(Math.abs(rate - 1) < 1e-6, String(rate));
  }
});

test("a slope without a bottom has no rate that is too large", () => {
  const values = Array.from({ length: 101 }, (_, at) => at / 10 - 5);
  const endless = { values, costs: values.map((value) => Math.exp(-value)) };
  const level = { values, costs: values.map((value) => 1 / (1 + Math.exp(value))) };
  for (const line of [endless, level, { values, costs: values.map(() => 1) }]) {
    assert.equal(hasBottom(line), false);
    assert.equal(bouncingRate(line), null);
  }
});

test("of a bottom that is no parabola, or too near the rim, no rate is told", () => {
  const kinked = bowl(-3, 5);
  kinked.costs = kinked.values.map((value) => Math.abs(value - 1));
  assert.equal(hasBottom(kinked), true);
  assert.equal(bouncingRate(kinked), null);
  assert.equal(bouncingRate(bowl(0.99, 5)), null);
});

test("an arrow is as long as its step, and a step too short has a mere head", () => {
  assert.equal(isShort([0, 0], [30, 40]), false);
  assert.deepEqual(tipOf([0, 0], [30, 40]), [30, 40]);
  assert.equal(
    arrowPath([10, 5], [60, 5], false),
    "M10.00,5.00L60.00,5.00M54.00,0.50L60.00,5.00L54.00,9.50",
  );
  assert.equal(isShort([0, 0], [3, 4]), true);
  assert.deepEqual(
    tipOf([0, 0], [3, 4]).map((x) => Number(x.toFixed(6))),
    [10.2, 13.6],
  );
  assert.deepEqual(tipOf([5, 5], [5, 5], [-1, 0]), [-12, 5]);
  assert.match(arrowPath([5, 5], [-12, 5], true), /^M-6.00,/);
  assert.equal(arrowPath([5, 5], [5, 5], false), "");
});
