import assert from "node:assert/strict";
import test from "node:test";
import { bytes, floats } from "../../static/js/decode.js";
import { Model } from "../../static/js/model.js";
import { keyFor } from "../../static/js/page/keys.js";
import { fromSlider, toSlider } from "../../static/js/page/slider_scale.js";

const base64 = (array) => Buffer.from(array.buffer).toString("base64");

/** A `state` event with two parameters. */
function stateEvent() {
  return {
    version: 1,
    parameters: base64(Float32Array.of(0.5, -2)),
    gradients: base64(Float32Array.of(1, 2)),
    updates: null,
  };
}

/** A `spec` event of a network with parameters of these names, which are their labels too. */
function specEvent(...names) {
  const units = names.filter((name) => name.includes("bias")).map((_, unit) => `Y${unit + 1}`);
  return {
    network: {
      parameter_names: names,
      parameter_labels: names,
      node_labels: [["I1"], units],
    },
  };
}

test("vectors and bytes are decoded", () => {
  assert.deepEqual([...floats(base64(Float32Array.of(1.5, -0.25)))], [1.5, -0.25]);
  assert.deepEqual([...bytes(Buffer.from([0, 127, 255]).toString("base64"))], [0, 127, 255]);
});

test("a frame of another network is not kept, nor a parameter that is gone", () => {
  const model = new Model();
  model.setStructure(specEvent("1.kernel.0.0", "1.bias.0"));
  model.setFrame(stateEvent());
  model.chosen = "1.bias.0";
  assert.deepEqual([...(model.frame?.parameters ?? [])], [0.5, -2]);
  model.setStructure(specEvent("1.kernel.0.0"));
  assert.equal(model.frame, null);
  assert.equal(model.chosen, null);
});

test("a unit is chosen by its name as a parameter is, and goes with its network", () => {
  const model = new Model();
  model.setStructure(specEvent("1.kernel.0.0", "1.bias.0"));
  model.chosen = "1.unit.0";
  assert.equal(model.chosenLabel, "Y1");
  assert.equal(model.chosenParameter, null);
  assert.equal(model.chosenIndex, -1);
  model.chosen = "1.bias.0";
  assert.equal(model.chosenLabel, "1.bias.0");
  assert.equal(model.chosenParameter, "1.bias.0");
  model.chosen = "1.unit.0";
  model.setStructure(specEvent("1.kernel.0.0", "1.bias.0"));
  assert.equal(model.chosen, "1.unit.0");
  model.setStructure(specEvent("1.kernel.0.0"));
  assert.equal(model.chosen, null);
});

test("a history that begins anew is counted", () => {
  const model = new Model();
  const initial = { train: { loss: 1 }, test: null };
  model.addHistory({ since: 0, initial, epochs: [] });
  const begun = model.histories;
  model.addHistory({ since: 0, initial, epochs: [] });
  assert.equal(model.histories, begun + 1);
});

test("keys press buttons, but not while somebody types", () => {
  const press = (key, more = {}) => ({
    key,
    repeat: false,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    ...more,
  });
  const nowhere = { inField: false, onButton: false };
  assert.equal(keyFor(press("E"), nowhere), "e");
  assert.equal(keyFor(press(" "), nowhere), "Space");
  assert.equal(keyFor(press("?"), nowhere), "?");
  assert.equal(keyFor(press("e"), { inField: true, onButton: false }), null);
  assert.equal(keyFor(press(" "), { inField: false, onButton: true }), null);
  assert.equal(keyFor(press("f"), { inField: false, onButton: true }), "f");
  assert.equal(keyFor(press("r", { ctrlKey: true }), nowhere), null);
  assert.equal(keyFor(press("ArrowLeft"), nowhere), null);
  assert.equal(keyFor(press("r", { repeat: true }), nowhere), null);
  assert.equal(keyFor(press("e", { repeat: true }), nowhere), "e");
});

test("logarithmic sliders stop at 1, 2 and 5", () => {
  assert.equal(fromSlider(-2, true), "0.01");
  assert.equal(fromSlider(-1.7, true), "0.02");
  assert.equal(fromSlider(-1.35, true), "0.05");
  assert.equal(fromSlider(-1.02, true), "0.1");
  assert.equal(fromSlider(-5, true), "1e-5");
  assert.equal(fromSlider(0.30000000000000004, false), "0.3");
  assert.equal(toSlider(0.01, true), -2);
  assert.equal(toSlider(0.25, false), 0.25);
  assert.ok(Number.isNaN(toSlider(-1, true)));
});
