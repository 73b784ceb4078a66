import assert from "node:assert/strict";
import { test } from "node:test";
import { parseNumber, shortestDecimal } from "../../static/js/network/editor.js";
import {
  dashes,
  diverging,
  HAIRLINE,
  largestSize,
  levelOf,
  parseColour,
  position,
  signOf,
  strokeWidth,
} from "../../static/js/network/scales.js";
import { splitLabel } from "../../static/js/network/text.js";

test("width grows with size, whatever the sign, up to the widest", () => {
  assert.equal(strokeWidth(0, 2, 9), HAIRLINE);
  assert.equal(strokeWidth(-2, 2, 9), 9);
  assert.equal(strokeWidth(1, 2, 9), strokeWidth(-1, 2, 9));
  assert.ok(strokeWidth(1e-9, 2, 9) > HAIRLINE);
  const widths = [0.1, 0.5, 1, 1.5, 2].map((value) => strokeWidth(value, 2, 9));
  assert.deepEqual(
    widths,
    widths.toSorted((a, b) => a - b),
  );
});

test("nothing is drawn wide when all is zero", () => {
  assert.equal(largestSize(new Float64Array(4)), 0);
  assert.equal(strokeWidth(0, 0, 9), HAIRLINE);
  assert.equal(levelOf(0, 0, 7), 0);
});

test("positive is solid, negative dashed, zero dotted", () => {
  assert.deepEqual(dashes(signOf(0.2), 4), []);
  assert.equal(dashes(signOf(-0.2), 4).length, 2);
  assert.deepEqual(dashes(signOf(-0), 1), [1, 4]);
  assert.equal(signOf(Number.NaN), 0);
});

test("the largest value has the last level", () => {
  assert.equal(levelOf(-3, 3, 7), 6);
  assert.equal(levelOf(0.1, 3, 7), 0);
});

test("a bounded activation is neutral midway, any other at zero", () => {
  assert.equal(position(0.5, 0, 1, true), 0);
  assert.equal(position(1, 0, 1, true), 1);
  assert.equal(position(0, 0, 4, false), 0);
  assert.equal(position(-1, -2, 4, false), -0.25);
  assert.equal(position(3, 0, 0, false), 0);
});

test("diverging colours run from one end through neutral to the other", () => {
  /** @type {[number, number, number][]} */
  const [negative, neutral, positive] = [
    [213, 94, 0],
    [255, 255, 255],
    [0, 114, 178],
  ];
  assert.deepEqual(diverging(-1, negative, neutral, positive), negative);
  assert.deepEqual(diverging(0, negative, neutral, positive), neutral);
  assert.deepEqual(diverging(2, negative, neutral, positive), positive);
});

test("colours are read as a style sheet writes them", () => {
  assert.deepEqual(parseColour(" #0072b2"), [0, 114, 178]);
  assert.deepEqual(parseColour("#fff"), [255, 255, 255]);
  assert.deepEqual(parseColour("rgb(90, 180, 234)"), [90, 180, 234]);
  assert.deepEqual(parseColour("rgba(1 2 3 / 50%)"), [1, 2, 3]);
});

test("indices of labels are set low", () => {
  assert.deepEqual(splitLabel("W12"), { base: "W", index: "12" });
  assert.deepEqual(splitLabel("w2,1,3"), { base: "w", index: "2,1,3" });
  assert.deepEqual(splitLabel("bH2,1"), { base: "b", index: "H2,1" });
  assert.deepEqual(splitLabel("sepal length"), { base: "sepal length", index: "" });
});

test("a float32 is offered for editing as the shortest decimal that gives it back", () => {
  assert.equal(shortestDecimal(Math.fround(0.3)), "0.3");
  assert.equal(shortestDecimal(0), "0");
  for (const value of [Math.PI, -1e-7 / 3, 12345.678]) {
    const float = Math.fround(value);
    assert.equal(Math.fround(Number(shortestDecimal(float))), float);
  }
});

test("numbers are understood as people type them", () => {
  assert.equal(parseNumber(" \u22120.5 "), -0.5);
  assert.equal(parseNumber("0,25"), 0.25);
  assert.equal(parseNumber("1e-3"), 0.001);
  for (const text of ["", "one", "1,000.5", "Infinity", "NaN", "1e999", "0x10"]) {
    assert.equal(parseNumber(text), null, text);
  }
});
