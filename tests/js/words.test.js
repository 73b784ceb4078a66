import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import { t } from "../../static/js/words.js";

const scripts = new URL("../../static/js/", import.meta.url);

/** Keys written out in the scripts, as in t("cost.loss"). */
function keysInUse() {
  const keys = new Set();
  for (const file of readdirSync(scripts, { recursive: true })) {
    if (!String(file).endsWith(".js") || file === "words.js") continue;
    const source = readFileSync(new URL(String(file), scripts), "utf8");
    for (const match of source.matchAll(/\bt\(\s*"([\w.]+)"/g)) keys.add(match[1]);
  }
  return keys;
}

test("every key that a script uses has words", () => {
  const keys = keysInUse();
  assert.ok(keys.size > 10);
  for (const key of keys) assert.notEqual(t(key, { count: 1 }), "");
});

test("gaps are filled and counts choose their plural", () => {
  assert.equal(t("network.node", { label: "H1", value: "0.5" }), "H1, value 0.5");
  assert.equal(t("stream.following", { count: 1 }), "1 person follows");
  assert.equal(t("stream.following", { count: 1200 }), "1,200 people follow");
});

test("a key without words is an error", () => {
  assert.throws(() => t("no.such.key"), /no words for "no.such.key"/);
});

test("a text that names a preset names one that there is", () => {
  const catalog = readFileSync(new URL("words.js", scripts), "utf8");
  const presets = new URL("../../app/session/presets.py", import.meta.url);
  const titles = readFileSync(presets, "utf8").match(/(?<=_preset\(\s*"\w+",\s*N_\(")[^"]+/g);
  const named = [...catalog.matchAll(/\bpreset (?:“([^”]*)”|(\w+))/g)];
  assert.ok(titles && titles.length > 5 && named.length > 0);
  for (const [text, title] of named) assert.ok(titles.includes(title), text);
});
