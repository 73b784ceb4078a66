import assert from "node:assert/strict";
import { test } from "node:test";
import { placeFindings } from "../../static/js/network/finding_marks.js";
import { curveAt, curveX, curveY, layOut } from "../../static/js/network/geometry.js";
import { boxAround, intersects, placeLabels } from "../../static/js/network/labels.js";
import { pick } from "../../static/js/network/picking.js";
import { topologyOf } from "./network_fixtures.js";

/**
 * @param {number[]} units
 * @param {number} width
 * @param {boolean} [pictures]
 */
function layoutOf(units, width, pictures = false) {
  return layOut({ units, biases: units.slice(1).map(() => true), pictures, width });
}

const SHAPES = [
  [1, 1],
  [2, 2, 2],
  [2, 3, 1],
  [2, 4, 2, 1],
  [2, 8, 8, 8, 8, 8, 8, 1],
  [64, 32, 10],
];

for (const units of SHAPES) {
  for (const width of [328, 480, 760, 1400]) {
    test(`${units.join("-")} in ${width} pixels: all inside, none upon another`, () => {
      const layout = layoutOf(units, width);
      assert.equal(layout.width, width);
      layout.columns.forEach((column, at) => {
        assert.ok(column.x - column.halfWidth >= 0);
        assert.ok(column.x + column.halfWidth <= width);
        assert.ok(column.y[0] - column.halfHeight >= 0);
        assert.ok((column.y.at(-1) ?? 0) + column.halfHeight < layout.captionY);
        if (column.y.length > 1) assert.ok(column.pitch >= 2 * column.halfHeight - 1e-9);
        const next = layout.columns[at + 1];
        if (next) assert.ok(next.x - next.halfWidth - column.x - column.halfWidth > 10);
      });
      assert.ok(layout.height < 640);
    });
  }
}

test("layers of many units become strips, others do not", () => {
  const kinds = layoutOf([64, 32, 10], 760).columns.map(({ kind }) => kind);
  assert.deepEqual(kinds.slice(0, 2), ["strip", "strip"]);
  assert.notEqual(kinds[2], "strip");
});

test("nodes carry pictures where there are some", () => {
  const kinds = layoutOf([2, 4, 2, 1], 760, true).columns.map(({ kind }) => kind);
  assert.deepEqual(kinds, ["picture", "picture", "picture", "picture"]);
});

test("a curve begins and ends where its gap says, and x tells t", () => {
  const [gap] = layoutOf([2, 3, 1], 760).gaps;
  assert.deepEqual([curveX(gap, 0), curveX(gap, 1)], [gap.left, gap.right]);
  assert.deepEqual([curveY(gap, 4, 0), curveY(gap, 4, 1)], [gap.starts[4], gap.ends[4]]);
  for (const t of [0.1, 0.37, 0.5, 0.9])
    assert.ok(Math.abs(curveAt(gap, curveX(gap, t)) - t) < 1e-6);
});

for (const units of SHAPES) {
  test(`${units.join("-")}: a pointer on an edge, a bias or a node finds it`, () => {
    const [layout, topology] = [layoutOf(units, 760), topologyOf(units)];
    layout.gaps.forEach((gap, at) => {
      const step = Math.ceil(gap.starts.length / 40);
      for (let edge = 0; edge < gap.starts.length; edge += step) {
        const [x, y] = [curveX(gap, 0.31), curveY(gap, edge, 0.31)];
        const found = pick(topology, layout, x, y, 9);
        assert.equal(found?.kind, "parameter");
        const index = found?.kind === "parameter" ? found.index - topology.gaps[at].first : -1;
        // Another edge may pass through the very same point.
        assert.ok(Math.abs(curveY(gap, index, 0.31) - y) < 1e-6);
      }
      const mark = layout.biases[at][0];
      const bias = pick(topology, layout, mark.x, (mark.top + mark.bottom) / 2 + 0.5, 9);
      assert.deepEqual(bias, { kind: "parameter", index: topology.gaps[at].bias });
    });
    const last = layout.columns.length - 1;
    const column = layout.columns[last];
    const node = pick(topology, layout, column.x + 1, column.y[0], 9);
    assert.deepEqual(node, { kind: "node", column: last, unit: 0 });
    assert.equal(pick(topology, layout, 1, layout.height - 1, 9), null);
  });
}

for (const units of [
  [2, 2, 2],
  [2, 3, 1],
  [2, 4, 2, 1],
]) {
  test(`labels of ${units.join("-")} hide neither each other nor a node`, () => {
    const layout = layoutOf(units, 760);
    const size = { width: 92, height: 20 };
    const nodes = layout.columns.flatMap(({ x, y, halfWidth, halfHeight }) => {
      return y.map((centre) =>
        boxAround(x, centre, { width: 2 * halfWidth, height: 2 * halfHeight }),
      );
    });
    const boxes = layout.gaps.flatMap((gap) => {
      const places = placeLabels(gap, Array(gap.starts.length).fill(size), nodes);
      assert.ok(places);
      places.forEach(({ t, x, y }, edge) => {
        assert.ok(Math.abs(x - curveX(gap, t)) < 1e-9 && Math.abs(y - curveY(gap, edge, t)) < 1e-9);
      });
      return places.map(({ x, y }) => boxAround(x, y, size));
    });
    boxes.forEach((box, at) => {
      assert.ok(!nodes.some((node) => intersects(node, box)));
      assert.ok(!boxes.some((other, index) => index > at && intersects(other, box)));
    });
  });
}

test("no labels where there is no room, rather than some upon others", () => {
  const [gap] = layoutOf([2, 3, 1], 328).gaps;
  assert.equal(placeLabels(gap, Array(6).fill({ width: 120, height: 24 }), []), null);
  const [, wide] = layoutOf([2, 8, 8, 1], 760).gaps;
  assert.equal(placeLabels(wide, Array(64).fill({ width: 20, height: 8 }), []), null);
});

test("findings are marked at their units, or where those are many at their layer", () => {
  const layout = layOut({
    units: [2, 8, 1],
    biases: [true, true],
    pictures: false,
    width: 760,
  });
  const captions = layout.columns.map(({ x }) => ({ left: x - 30, y: layout.captionY }));
  const found = placeFindings(layout, captions, [
    { kind: "dead", layer: 1, units: [0, 3], words: "two" },
    { kind: "saturated", layer: 1, units: [0, 1, 2, 3, 4, 5, 6], words: "many" },
    { kind: "vanishing", layer: 2, units: null, words: "layer" },
    { kind: "vanishing", layer: 9, units: null, words: "gone" },
  ]);
  assert.deepEqual(
    found.map(({ words }) => words),
    ["two", "two", "many", "layer"],
  );
  // Those of a layer stand before its caption, off the figures below its last unit.
  for (const { x, y } of found.slice(2)) {
    assert.ok(captions.some(({ left }) => x < left && x > left - 20));
    assert.ok(Math.abs(y - layout.captionY) < 8);
  }
  for (const { x, y } of found) {
    assert.ok(x > 0 && x < layout.width && y > 0 && y < layout.height);
  }
});
