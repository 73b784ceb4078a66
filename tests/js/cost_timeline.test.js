import assert from "node:assert/strict";
import test from "node:test";
import { ghostCurves, named, reach, together } from "../../static/js/cost/ghosts.js";
import { keyed, snapped } from "../../static/js/cost/scrubber.js";
import { Travel } from "../../static/js/cost/travel.js";
import { keyFor } from "../../static/js/page/keys.js";

const END = Number.POSITIVE_INFINITY;

/** A ghost of these costs, from epoch 0 on. */
function ghost(name, loss, more = {}) {
  const epochs = loss.map((_, at) => at);
  return { name, whole: true, loss_since: 0, epochs, train: { loss }, ...more };
}

test("keys lead from epoch to epoch, and to whole ones from within one", () => {
  assert.equal(keyed("ArrowLeft", 12, 120), 11);
  assert.equal(keyed("ArrowRight", 12, 120), 13);
  assert.equal(keyed("ArrowLeft", 12.5, 120), 12);
  assert.equal(keyed("ArrowRight", 12.5, 120), 13);
  assert.equal(keyed("PageUp", 12, 120), 24);
  assert.equal(keyed("PageDown", 12, 120), 0);
  assert.equal(keyed("Home", 12, 120), 0);
  assert.equal(keyed("ArrowLeft", 0, 120), 0);
  assert.equal(keyed("a", 12, 120), null);
});

test("the last key leads to the very end, also within an epoch or after an edit", () => {
  assert.equal(keyed("End", 12, 120), END);
  assert.equal(keyed("ArrowRight", 119, 120), END);
  assert.equal(keyed("ArrowRight", 120, 120.5), END);
  assert.equal(keyed("PageUp", 115, 120), END);
  assert.equal(keyed("PageUp", 1, 4), 2);
});

test("a place on the slider is an epoch's end, or the end of all", () => {
  assert.equal(snapped(11.7, 120), 12);
  assert.equal(snapped(119.6, 120), END);
  assert.equal(snapped(120.2, 120.5), 120);
  assert.equal(snapped(120.4, 120.5), END);
});

test("costs of two losses are not joined in a ghost, other metrics are", () => {
  const told = ghost("Run 1", [5, 4, 3, 2], { loss_since: 1 });
  told.train.mae = [1, 1, 1, 1];
  const [ofLoss] = ghostCurves([told], "loss");
  assert.deepEqual(
    ofLoss.runs.map((run) => run.map(({ epoch }) => epoch)),
    [
      [0, 1],
      [2, 3],
    ],
  );
  assert.equal(ghostCurves([told], "mae")[0].runs.length, 1);
  assert.deepEqual(ghostCurves([told], "accuracy"), []);
});

test("the axis reaches to the end of ghosts that are to be seen whole", () => {
  const curves = ghostCurves(
    [ghost("one", [1, 1, 1]), ghost("other", [1, 1, 1, 1, 1, 1], { whole: false })],
    "loss",
  );
  assert.equal(reach(curves), 2);
  assert.equal(reach([]), 0);
});

test("a ghost far above the present curve does not flatten it", () => {
  const own = { low: 0.1, high: 1, least: 0.1 };
  const curves = ghostCurves([ghost("burst", [1, 2, 1e9]), ghost("low", [0.5, 0.01])], "loss");
  assert.deepEqual(together(own, curves), { low: 0.01, high: 2, least: 0.01 });
  assert.deepEqual(together(own, []), own);
});

test("names of ghosts lie on nothing, and are left out where there is no room", () => {
  const room = { left: 40, right: 300, top: 14, bottom: 170 };
  const end = { x: 300, y: 100 };
  const placed = named(
    [
      { name: "Run 1", ...end },
      { name: "Run 2", ...end },
    ],
    [],
    room,
  );
  assert.deepEqual(
    placed.map(({ name, y }) => [name, y]),
    [
      ["Run 1", 94],
      ["Run 2", 115],
    ],
  );
  const many = ["a", "b", "c", "d", "e", "f"].map((name) => ({ name, ...end }));
  assert.equal(named(many, [], room).length, 4);
  const label = { left: 200, right: 304, top: 80, bottom: 98 };
  assert.equal(named([{ name: "Run 1", ...end }], [label], room)[0].y, 115);
  const [long] = named([{ name: "a name of far too many letters", ...end }], [], room);
  assert.equal(long.text, "a name of far too…");
});

/** A session that answers when it is told to, and a page that follows it. */
function travelling() {
  const asked = [];
  const shown = [];
  const answers = [];
  const frame = { branch: "Run 1", position: { epoch: 9 }, recorded: { ahead: false } };
  const model = { frame };
  const commands = {
    send(_method, path, body) {
      asked.push([path, body]);
      return new Promise((answer) => answers.push(answer));
    },
    complain: (detail) => shown.push(detail),
  };
  const travel = new Travel(model, commands, (epoch) => shown.push(epoch));
  /** @param {object} result */
  const answer = async (result = { ok: true }) => {
    answers.shift()(result);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  };
  return { travel, model, asked, shown, answer };
}

test("while one request is under way only the newest place waits", async () => {
  const { travel, model, asked, shown, answer } = travelling();
  for (const epoch of [8, 7, 6, 5]) travel.go(epoch);
  assert.deepEqual(asked, [["rewind", { epoch: 8 }]]);
  await answer();
  assert.deepEqual(asked.slice(1), [["rewind", { epoch: 5 }]]);
  model.frame.position.epoch = 8; // the frame of a place that was passed
  travel.follow();
  assert.deepEqual(shown, [8, 7, 6, 5]);
  model.frame.position.epoch = 5;
  await answer();
  assert.deepEqual(shown, [8, 7, 6, 5, null]);
});

test("the end is that of the branch, and a place that is refused is let go of", async () => {
  const { travel, asked, shown, answer } = travelling();
  travel.go(END);
  assert.deepEqual(asked, [["branches/Run%201/checkout", {}]]);
  await answer();
  assert.deepEqual(shown, [END, null]);
  travel.go(99);
  await answer({ ok: false, detail: "This branch has 9 epochs." });
  assert.deepEqual(shown.slice(2), [99, null, "This branch has 9 epochs."]);
});

test("Shift with a letter is a key of its own, with other signs it writes them", () => {
  const key = (name, shiftKey) =>
    keyFor({ key: name, shiftKey }, { inField: false, onButton: false });
  assert.equal(key("N", true), "Shift+n");
  assert.equal(key("N", false), "n"); // caps lock
  assert.equal(key("?", true), "?");
  assert.equal(key("Backspace", false), "Backspace");
  assert.equal(key("ArrowLeft", false), null);
});
