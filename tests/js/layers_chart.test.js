import assert from "node:assert/strict";
import test from "node:test";
import { parted, seriesOf, spread } from "../../static/js/cost/layers_chart.js";

test("each layer has a line of what a logarithmic axis can show", () => {
  const told = {
    epochs: [0, 0.5, 1],
    norms: [
      [1, 0],
      [0.1, 0.2],
      [null, 0.3],
    ],
  };
  assert.deepEqual(seriesOf(told), [
    [
      { epoch: 0, norm: 1, since: 0 },
      { epoch: 0.5, norm: 0.1, since: 0 },
    ],
    [
      { epoch: 0.5, norm: 0.2, since: 0 },
      { epoch: 1, norm: 0.3, since: 0.5 },
    ],
  ]);
  assert.deepEqual(seriesOf({ epochs: [], norms: [] }), []);
});

test("a line is known where its points lie close, and a mere connection elsewhere", () => {
  const measured = [0, 1, 2, 52, 53, 103];
  const line = measured.map((epoch, at) => ({ epoch, norm: 1, since: measured[at - 1] ?? epoch }));
  const { known, gaps, ends } = parted(line, 1.5);
  const epochs = (parts) => parts.map((part) => part.map(({ epoch }) => epoch));
  assert.deepEqual(epochs(known), [[0, 1, 2], [52, 53], [103]]);
  assert.deepEqual(epochs(gaps), [
    [2, 52],
    [53, 103],
  ]);
  assert.deepEqual(epochs([ends]), [[2, 52, 53, 103]]);
  // Far apart, and evenly so in a chart too narrow to show it.
  assert.deepEqual(parted(line, 60), { known: [line], gaps: [], ends: [] });
  assert.deepEqual(parted([], 1.5), { known: [], gaps: [], ends: [] });
  // A gradient of 0 has been measured: there is no line, and no gap either.
  const norms = [1, 0, 0, 1, 1].map((norm) => [norm]);
  const [dead] = seriesOf({ epochs: [0, 1, 2, 3, 4], norms });
  const parts = parted(dead, 1.5);
  assert.deepEqual(epochs(parts.known), [[0], [3, 4]]);
  assert.deepEqual([parts.gaps, parts.ends], [[], []]);
});

test("labels keep their distance, their order and the frame", () => {
  const labels = [50, 52, 20, 98, 99].map((y, layer) => ({ y, layer }));
  const placed = spread(labels, 10, 0, 100);
  assert.deepEqual(
    placed.map(({ layer }) => layer),
    [0, 1, 2, 3, 4],
  );
  const heights = placed.map(({ y }) => y);
  assert.deepEqual(heights, [50, 60, 20, 90, 100]);
  const many = Array.from({ length: 30 }, (_, layer) => ({ y: 50, layer }));
  const kept = spread(many, 10, 0, 100);
  assert.equal(kept.length, 11);
  assert.equal(kept[10].layer, 29);
  assert.ok(kept.every(({ y }) => y >= 0 && y <= 100));
});
