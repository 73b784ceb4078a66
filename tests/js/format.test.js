import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import {
  formatAlike,
  formatCount,
  formatNumber,
  formatPrecise,
  formatRound,
  formatShort,
} from "../../static/js/format.js";

const figures = JSON.parse(readFileSync(new URL("figures.json", import.meta.url), "utf8"));

test("numbers are written as the server writes them", () => {
  for (const [value, digits, text] of figures) assert.equal(formatNumber(value, digits), text);
});

const sums = JSON.parse(readFileSync(new URL("sums.json", import.meta.url), "utf8"));

test("numbers of a sum are written as the server writes them", () => {
  for (const [values, digits, texts] of sums) assert.deepEqual(formatAlike(values, digits), texts);
  assert.equal(formatPrecise(-0.0695362), "−0.06954");
  assert.equal(formatPrecise(Number.POSITIVE_INFINITY), "∞");
});

test("what is no number is said without NaN", () => {
  assert.equal(formatNumber(Number.NaN), "–");
  assert.equal(formatNumber(undefined), "–");
  assert.equal(formatNumber(Number.POSITIVE_INFINITY), "∞");
  assert.equal(formatNumber(Number.NEGATIVE_INFINITY), "−∞");
});

test("negative zero has no sign", () => {
  assert.equal(formatNumber(-0), "0.0000");
  assert.equal(formatShort(-0), "0");
});

test("short numbers drop what is not needed", () => {
  assert.deepEqual(
    [0.5, 12, -3, 1e-7, 2e6, 0.25].map((x) => formatShort(x)),
    ["0.5", "12", "−3", "1e−7", "2e6", "0.25"],
  );
});

test("counts are grouped", () => {
  assert.equal(formatCount(21385), "21,385");
});

test("what float32 cannot hold is said to be larger", () => {
  const largest = Math.fround(3.4028234e38);
  assert.equal(formatNumber(largest), "> 3.4e38");
  assert.equal(formatNumber(-largest), "< −3.4e38");
  assert.equal(formatNumber(5.2e149), "5.2e149");
});

test("where there is little room a large number has one digit", () => {
  assert.equal(formatRound(-2.7e149), "−3e149");
  assert.equal(formatRound(Number.POSITIVE_INFINITY), "∞");
});
