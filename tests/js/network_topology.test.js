import assert from "node:assert/strict";
import { test } from "node:test";
import { move } from "../../static/js/network/keyboard.js";
import { itemAt, itemNamed, nameOf, placeOf } from "../../static/js/network/places.js";
import { parametersAt } from "../../static/js/network/topology.js";
import { structureOf, topologyOf } from "./network_fixtures.js";

test("parameters stand in the order of the flat vector, under its names", () => {
  const units = [2, 3, 1];
  const topology = topologyOf(units);
  assert.deepEqual(
    topology.parameters.map(({ name }) => name),
    structureOf(units).network.parameter_names,
  );
  assert.equal(topology.edges, 9);
  assert.equal(topology.nodes, 6);
  const second = topology.gaps[1];
  assert.deepEqual([second.first, second.bias, second.end], [9, 12, 13]);
});

test("a network without biases has none, and a frozen layer's edges are frozen", () => {
  const topology = topologyOf([2, 2, 2], { bias: false, frozen: [2] });
  assert.equal(topology.gaps[0].bias, -1);
  assert.deepEqual(
    topology.parameters.map(({ frozen }) => frozen),
    [false, false, false, false, true, true, true, true],
  );
});

test("a node touches what comes in, its bias and what goes out", () => {
  const topology = topologyOf([2, 3, 1]);
  const names = parametersAt(topology, 1, 2).map((index) => topology.parameters[index].name);
  assert.deepEqual(names, ["1.kernel.0.2", "1.kernel.1.2", "1.bias.2", "2.kernel.2.0"]);
});

test("right arrows follow the signal from an input to an output", () => {
  const topology = topologyOf([2, 3, 1]);
  /** @type {import("../../static/js/network/types.js").Item} */
  let item = { kind: "node", column: 0, unit: 0 };
  const way = [];
  for (let step = 0; step < 5; step += 1) {
    item = move(topology, item, "ArrowRight") ?? item;
    way.push(
      item.kind === "node" ? `${item.column}.${item.unit}` : topology.parameters[item.index].name,
    );
  }
  assert.deepEqual(way, ["1.kernel.0.0", "1.0", "2.kernel.0.0", "2.0", "2.0"]);
});

test("left of a node stands its bias, then an edge that comes in", () => {
  const topology = topologyOf([2, 3, 1]);
  const bias = move(topology, { kind: "node", column: 1, unit: 2 }, "ArrowLeft");
  assert.deepEqual(bias, { kind: "parameter", index: topology.indices.get("1.bias.2") });
  const edge = move(topology, /** @type {NonNullable<typeof bias>} */ (bias), "ArrowLeft");
  assert.deepEqual(edge, { kind: "parameter", index: topology.indices.get("1.kernel.1.2") });
});

test("up and down stay within the gap, and other keys do not move", () => {
  const topology = topologyOf([2, 3, 1]);
  const first = { kind: /** @type {const} */ ("parameter"), index: 0 };
  assert.deepEqual(move(topology, first, "ArrowUp"), first);
  const last = { kind: /** @type {const} */ ("parameter"), index: 8 };
  assert.deepEqual(move(topology, last, "ArrowDown"), last);
  assert.equal(move(topology, first, "a"), null);
});

test("places have names, and names have places", () => {
  const topology = topologyOf([2, 3, 1]);
  for (const place of ["edge:1.kernel.1.2", "edge:2.bias.0", "node:0.1", "node:2.0"]) {
    const item = itemAt(topology, place);
    assert.ok(item);
    assert.equal(placeOf(topology, item), place);
  }
  for (const place of ["edge:3.kernel.0.0", "node:2.1", "node:5.0", "E"]) {
    assert.equal(itemAt(topology, place), null);
  }
});

test("parameters and units have names, inputs have none", () => {
  const topology = topologyOf([2, 3, 1]);
  for (const name of ["1.kernel.1.2", "1.bias.0", "1.unit.2", "2.unit.0"]) {
    const item = itemNamed(topology, name);
    assert.ok(item);
    assert.equal(nameOf(topology, item), name);
  }
  assert.equal(nameOf(topology, { kind: "node", column: 0, unit: 1 }), null);
  for (const name of ["1.unit.3", "3.unit.0", "1.bias.9", "", null, undefined]) {
    assert.equal(itemNamed(topology, name), null);
  }
});
