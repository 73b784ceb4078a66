import assert from "node:assert/strict";
import { test } from "node:test";
import { inSvg, litBy, raised, readingOf } from "../../static/js/network/attention.js";
import { layOut } from "../../static/js/network/geometry.js";
import { topologyOf } from "./network_fixtures.js";

/**
 * @typedef {import("../../static/js/network/types.js").Item} Item
 * @typedef {import("../../static/js/network/attention.js").Attention} Attention
 */

/** @param {Partial<Attention>} [attention] @returns {Attention} */
function attending(attention) {
  const current = parameter(0);
  return { chosen: null, pointed: null, focused: null, mentioned: null, current, ...attention };
}

/** @param {number} index @returns {Item} */
function parameter(index) {
  return { kind: "parameter", index };
}

/** @param {number[]} units */
function laidOut(units) {
  const biases = units.slice(1).map(() => true);
  return layOut({ units, biases, pictures: false, width: 700 });
}

/** @param {Set<number>} indices */
function sorted(indices) {
  return [...indices].sort((a, b) => a - b);
}

test("what is chosen, spoken of, focused or pointed at is raised, and nodes are not", () => {
  const topology = topologyOf([2, 3, 1]);
  const attention = attending({
    chosen: parameter(4),
    focused: parameter(7),
    pointed: { kind: "node", column: 1, unit: 0 },
    mentioned: "1.bias.2",
  });
  assert.deepEqual(sorted(raised(topology, attention)), [4, 7, 8]);
  assert.equal(raised(topology, attending()).size, 0);
  assert.equal(raised(topology, attending({ mentioned: "9.bias.0" })).size, 0);
});

test("a small network is drawn in SVG whole", () => {
  const topology = topologyOf([2, 3, 1]);
  const drawn = inSvg(topology, laidOut([2, 3, 1]), false, attending());
  assert.equal(drawn.size, topology.parameters.length);
});

test("of edges on a canvas, the raised ones are drawn in SVG, and the one that Tab leads to", () => {
  const units = [2, 3, 1];
  const topology = topologyOf(units);
  const biases = ["1.bias.0", "1.bias.1", "1.bias.2", "2.bias.0"];
  const attention = attending({ current: parameter(1), pointed: parameter(3) });
  assert.deepEqual(
    sorted(inSvg(topology, laidOut(units), true, attention)).map(
      (index) => topology.parameters[index].name,
    ),
    ["1.kernel.0.1", "1.kernel.1.0", ...biases],
  );
});

test("the biases of a column too long for circles are not drawn until they are raised", () => {
  const units = [2, 400, 1];
  const topology = topologyOf(units);
  const layout = laidOut(units);
  assert.equal(layout.columns[1].kind, "strip");
  const names = (/** @type {Attention} */ attention) =>
    sorted(inSvg(topology, layout, true, attention)).map((at) => topology.parameters[at].name);
  assert.deepEqual(names(attending()), ["1.kernel.0.0", "2.bias.0"]);
  const chosen = parameter(topology.indices.get("1.bias.250") ?? -1);
  assert.deepEqual(names(attending({ chosen })), ["1.kernel.0.0", "1.bias.250", "2.bias.0"]);
});

test("the pointer goes before the focus", () => {
  const [pointed, focused] = [parameter(1), parameter(2)];
  assert.equal(readingOf({ pointed, focused }), pointed);
  assert.equal(readingOf({ pointed: null, focused }), focused);
  assert.equal(readingOf({ pointed: null, focused: null }), null);
});

test("a node lights the parameters that touch it, anything else lights all alike", () => {
  const topology = topologyOf([2, 3, 1]);
  const node = { kind: /** @type {const} */ ("node"), column: 1, unit: 2 };
  const touching = ["1.kernel.0.2", "1.kernel.1.2", "1.bias.2", "2.kernel.2.0"];
  const lit = litBy(topology, attending({ focused: node }));
  assert.deepEqual(
    sorted(lit ?? new Set()).map((index) => topology.parameters[index].name),
    touching,
  );
  assert.equal(litBy(topology, attending({ pointed: parameter(0), focused: node })), null);
  assert.equal(litBy(topology, attending()), null);
});
