import assert from "node:assert/strict";
import { test } from "node:test";
import { frontOf, gapOf } from "../../static/js/network/front.js";
import { layOut } from "../../static/js/network/geometry.js";
import { hasPassed, kindOf, Motion } from "../../static/js/network/motion.js";
import { read, travelling } from "../../static/js/network/shown.js";
import { Transition } from "../../static/js/network/transition.js";
import { frameOf, topologyOf } from "./network_fixtures.js";

/** @typedef {import("../../static/js/network/types.js").Quantity} Quantity */

const UNITS = [2, 3, 1];
const TOPOLOGY = topologyOf(UNITS);
const LONG = 1e6;

/**
 * @param {Transition} transition
 * @param {number} seed
 * @param {string | null} operation
 * @param {number} now
 * @param {{still?: boolean, quantity?: Quantity, playing?: unknown}} [options]
 */
function aim(transition, seed, operation, now, options = {}) {
  const { still = false, quantity = "gradients", playing = null } = options;
  const frame = { ...frameOf(UNITS, seed, operation), playing };
  transition.aim({ frame, quantity, operation, still }, now);
  return read(TOPOLOGY, frame, quantity);
}

/** @param {Transition} transition @param {number} now */
function momentOf(transition, now) {
  const moment = transition.at(now);
  assert.ok(moment);
  return moment;
}

for (const operation of [
  "forward",
  "backward",
  "update",
  "batch",
  "epoch",
  "reset",
  "edit",
  null,
]) {
  test(`after ${operation} the drawing shows exactly the frame`, () => {
    const transition = new Transition(TOPOLOGY);
    aim(transition, 1, null, 0);
    const expected = aim(transition, 2, operation, 10);
    for (let now = 10; now < 3000; now += 70) transition.at(now);
    assert.deepEqual(momentOf(transition, LONG).shown, expected);
    assert.equal(momentOf(transition, LONG).progress.done, true);
  });

  test(`a frame that comes in the middle of ${operation} is arrived at too`, () => {
    const transition = new Transition(TOPOLOGY);
    aim(transition, 1, null, 0);
    aim(transition, 2, operation, 10);
    transition.at(10 + 333);
    aim(transition, 3, "backward", 10 + 334);
    transition.at(10 + 500);
    const expected = aim(transition, 4, "epoch", 10 + 501);
    transition.at(10 + 600);
    assert.deepEqual(momentOf(transition, LONG).shown, expected);
  });
}

test("the first frame is shown at once, and so is any where no motion is wanted", () => {
  const transition = new Transition(TOPOLOGY);
  assert.equal(transition.at(0), null);
  const first = aim(transition, 1, "epoch", 5);
  assert.deepEqual(momentOf(transition, 5).shown, first);
  const second = aim(transition, 2, "forward", 6, { still: true });
  assert.deepEqual(momentOf(transition, 6).shown, second);
});

test("a forward wave shows new values behind it and former ones ahead", () => {
  const transition = new Transition(TOPOLOGY);
  const former = aim(transition, 1, null, 0);
  const next = aim(transition, 2, "forward", 0);
  const { shown, progress } = momentOf(transition, 400);
  assert.equal(Math.floor(progress.wave?.place ?? -1), 0);
  assert.deepEqual(shown.activations.slice(0, 2), next.activations.slice(0, 2));
  assert.deepEqual(shown.activations.slice(2), former.activations.slice(2));
  const { first } = TOPOLOGY.gaps[1];
  assert.deepEqual(shown.values.slice(0, first), next.values.slice(0, first));
  assert.deepEqual(shown.values.slice(first), former.values.slice(first));
});

test("a backward wave runs from the outputs to the inputs", () => {
  const transition = new Transition(TOPOLOGY);
  const former = aim(transition, 1, null, 0);
  const next = aim(transition, 2, "backward", 0);
  const { shown, progress } = momentOf(transition, 400);
  assert.equal(Math.floor(progress.wave?.place ?? -1), 1);
  const { first } = TOPOLOGY.gaps[1];
  assert.deepEqual(shown.values.slice(first), next.values.slice(first));
  assert.deepEqual(shown.values.slice(0, first), former.values.slice(0, first));
});

test("numbers interrupted on their way go on from where they are", () => {
  const transition = new Transition(TOPOLOGY);
  aim(transition, 1, null, 0);
  aim(transition, 2, "update", 0);
  const before = momentOf(transition, 300).shown.values;
  aim(transition, 3, "update", 300);
  assert.deepEqual(momentOf(transition, 300).shown.values, before);
});

test("while playing there are no waves, and numbers arrive before the next frame is due", () => {
  assert.equal(kindOf("forward", { playing: true, still: false }), "glide");
  const transition = new Transition(TOPOLOGY);
  aim(transition, 1, null, 0);
  aim(transition, 2, "epoch", 1000, { playing: { epochs_per_second: 10 } });
  aim(transition, 3, "epoch", 1100, { playing: { epochs_per_second: 10 } });
  assert.equal(momentOf(transition, 1150).progress.wave, null);
  assert.equal(momentOf(transition, 1201).progress.done, true);
});

test("deep networks are swept in about the same time as shallow ones", () => {
  const motion = new Motion(9);
  motion.begin("forward", { playing: false, still: false, interval: 0 }, 0);
  assert.equal(motion.at(1000).done, false);
  assert.equal(motion.at(2800).done, true);
});

test("updates that have not been made yet are missing, not zero", () => {
  const frame = { ...frameOf(UNITS, 1, null), updates: null };
  assert.equal(read(TOPOLOGY, frame, "updates").missing, true);
  assert.equal(read(TOPOLOGY, frame, "weights").missing, false);
});

test("forwards a contribution travels along an edge, backwards its gradient", () => {
  const frame = frameOf(UNITS, 2, "forward");
  const index = TOPOLOGY.indices.get("2.kernel.1.0") ?? -1;
  const contribution = frame.parameters[index] * frame.focus.activations[0][1];
  assert.equal(travelling(TOPOLOGY, frame, 1)[index], contribution);
  assert.equal(travelling(TOPOLOGY, frame, -1)[index], frame.gradients[index]);
});

test("the front is where the wave's dots are, and outside at both ends", () => {
  const layout = layOut({ units: UNITS, biases: [true, true], pictures: false, width: 760 });
  /** @type {(place: number) => import("../../static/js/network/motion.js").Wave} */
  const wave = (place) => ({ direction: 1, place, reveals: true, dimming: 1 });
  assert.deepEqual(gapOf(wave(1.25), 2), { at: 1, t: 0.25 });
  assert.deepEqual(gapOf(wave(2), 2), { at: 1, t: 1 });
  assert.ok(frontOf(layout, wave(0)).x < 0);
  assert.ok(frontOf(layout, wave(2)).x > layout.width);
  const { x } = frontOf(layout, wave(1.5));
  assert.ok(x > layout.gaps[1].left && x < layout.gaps[1].right);
  assert.equal(hasPassed(wave(1.5), 1.4), true);
  assert.equal(hasPassed(wave(1.5), 1.6), false);
  assert.equal(hasPassed(null, 9), true);
});

/** A frame of a phase that is stepped layer by layer. */
function layerFrame(seed, operation, phase, layer) {
  return { ...frameOf(UNITS, seed, operation), position: { phase, layer } };
}

test("a phase stepped layer by layer rests after each, and goes on from there", () => {
  const transition = new Transition(TOPOLOGY);
  aim(transition, 1, null, 0);
  const aimAt = (frame, operation, now) => {
    transition.aim({ frame, quantity: "gradients", operation, still: false }, now);
  };
  aimAt(layerFrame(2, "forward_layers", "ready", 1), "forward_layers", 10);
  assert.ok((momentOf(transition, 400).progress.wave?.place ?? 9) < 1);
  const rest = momentOf(transition, LONG).progress;
  assert.equal(rest.done, true);
  assert.deepEqual(rest.wave, {
    direction: 1,
    place: 1,
    reveals: true,
    dimming: 1,
    rests: true,
  });
  assert.equal(hasPassed(rest.wave, 1), true);
  assert.equal(hasPassed(rest.wave, 2), false);
  aimAt(layerFrame(3, "forward_layers", "forward", null), "forward_layers", LONG + 10);
  assert.ok((momentOf(transition, LONG + 20).progress.wave?.place ?? 0) >= 1);
  assert.equal(momentOf(transition, 2 * LONG).progress.wave, null);
  aimAt(layerFrame(4, "backward_layers", "forward", 1), "backward_layers", 2 * LONG + 10);
  const back = momentOf(transition, 3 * LONG).progress.wave;
  assert.deepEqual([back?.direction, back?.place], [-1, 1]);
});

test("where no motion is wanted a phase under way rests at once", () => {
  const transition = new Transition(TOPOLOGY);
  const frame = layerFrame(1, "choose", "forward", 1);
  transition.aim({ frame, quantity: "gradients", operation: "choose", still: true }, 0);
  const { progress } = momentOf(transition, 0);
  assert.deepEqual([progress.done, progress.wave?.place, progress.wave?.rests], [true, 1, true]);
});
