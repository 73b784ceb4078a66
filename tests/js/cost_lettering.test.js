import assert from "node:assert/strict";
import test from "node:test";
import { axisNumbers, besideDot, clearest, crossings } from "../../static/js/cost/lettering.js";

const BOX = { left: 10, right: 20, top: 10, bottom: 20 };
const ROOM = { left: 0, right: 100, top: 0, bottom: 100 };

/** An axis of so many epochs over so many pixels, with the ticks of d3: steps of 1, 2 and 5. */
function axis(epochs, pixels) {
  const x = (/** @type {number} */ epoch) => (epoch / epochs) * pixels;
  const ticks = (/** @type {number} */ count) => {
    const power = 10 ** Math.floor(Math.log10(epochs / count));
    const error = epochs / count / power;
    const step =
      power * (error >= 50 ** 0.5 ? 10 : error >= 10 ** 0.5 ? 5 : error >= 2 ** 0.5 ? 2 : 1);
    return Array.from({ length: Math.floor(epochs / step) + 1 }, (_, at) => at * step);
  };
  return Object.assign(x, { ticks, range: () => [0, pixels] });
}

const widthOf = (/** @type {number} */ epoch) => 7 * epoch.toLocaleString("en").length;

test("a line through a box is counted by its pieces, one beside it is not", () => {
  assert.equal(
    crossings(
      [
        [
          [0, 15],
          [30, 15],
        ],
      ],
      BOX,
    ),
    1,
  );
  assert.equal(
    crossings(
      [
        [
          [15, 0],
          [15, 30],
        ],
      ],
      BOX,
    ),
    1,
  );
  assert.equal(
    crossings(
      [
        [
          [0, 15],
          [15, 15],
          [30, 15],
        ],
      ],
      BOX,
    ),
    2,
  );
  assert.equal(
    crossings(
      [
        [
          [0, 5],
          [30, 5],
        ],
        [
          [5, 0],
          [5, 30],
        ],
        [
          [0, 35],
          [35, 0],
        ],
      ],
      BOX,
    ),
    1,
  );
  assert.equal(
    crossings(
      [
        [
          [0, 10],
          [30, 10],
        ],
        [
          [0, 12],
          [9, 30],
        ],
        [],
      ],
      BOX,
    ),
    0,
  );
});

test("the first place that is clear is taken, else the one with the fewest lines", () => {
  const other = { left: 50, right: 60, top: 10, bottom: 20 };
  const across = /** @type {[number, number][]} */ ([
    [0, 15],
    [30, 15],
  ]);
  assert.equal(clearest([BOX, other], []), BOX);
  assert.equal(clearest([BOX, other], [across]), other);
  const all = /** @type {[number, number][]} */ ([
    [0, 15],
    [15, 15],
    [70, 15],
  ]);
  assert.equal(clearest([BOX, other], [all]), other);
  assert.equal(clearest([], []), undefined);
});

test("the present cost goes under its dot where the curve falls on it, and stays there", () => {
  const fall = /** @type {[number, number][]} */ ([
    [0, 50],
    [88, 5],
    [88, 50],
  ]);
  assert.ok(besideDot(88, 50, ROOM, [], 0).bottom < 50);
  const under = besideDot(88, 50, ROOM, [fall], 0);
  assert.ok(under.top > 50);
  assert.equal(besideDot(88, 50, ROOM, [], under.side).side, under.side);
  const low = besideDot(
    88,
    90,
    ROOM,
    [
      [
        [88, 5],
        [88, 90],
      ],
    ],
    0,
  );
  assert.ok(low.right < 88 && low.bottom <= 100);
});

test("numbers under an axis stand apart, from ten epochs to a million", () => {
  for (const epochs of [10, 100, 9000, 80_000, 100_000, 1_000_000]) {
    for (const pixels of [200, 280, 300, 600]) {
      const placed = axisNumbers(axis(epochs, pixels), widthOf);
      assert.ok(placed.length >= 2, `${epochs} in ${pixels}`);
      placed.slice(1).forEach(({ left }, at) => {
        assert.ok(
          left - placed[at].left - widthOf(placed[at].tick) >= 12,
          `${epochs} in ${pixels}`,
        );
      });
      const last = placed[placed.length - 1];
      assert.ok(last.left + widthOf(last.tick) <= pixels + 10);
    }
  }
});
