/**
 * Every sentence the browser says, in one catalog. A text may hold `{name}`; one that depends on a
 * number has a form for each plural category of its language, chosen by the parameter `count`.
 */

import { formatCount, language } from "./format.js";

/** @typedef {string | Partial<Record<Intl.LDMLPluralRule, string>> & {other: string}} Text */

/** @type {Record<string, Text>} */
const ENGLISH = {
  // The network drawing
  "network.summary":
    "Network drawing: {inputs} inputs and layers of {layers} units. Tab reaches its edges.",
  "network.help":
    "Arrow keys move between nodes, edges and biases. Enter chooses; Enter again edits a chosen weight or bias.",
  "network.help.watching":
    "Arrow keys move between nodes, edges and biases. Enter looks at one by yourself, Escape goes back to what the class looks at.",
  "network.edge": "{label}, from {from} to {to}, weight {weight}, gradient {gradient}",
  "network.bias": "{label}, bias of {to}, value {weight}, gradient {gradient}",
  "network.lastUpdate": ", last update {update}",
  "network.frozen": ", frozen",
  "network.node": "{label}, value {value}",
  "network.delta": ", delta {delta}",
  "network.withTarget": ", target {target}",
  "network.target": "target",
  "network.targetShort": "t",
  "network.edit": "New value for {label}",
  "network.save": "Save",
  "network.notANumber": "Type a number, such as 0.5 or −1.25.",
  "network.inputs": "inputs",
  "network.layer": "{role} · {activation}",
  "network.hidden": "hidden",
  "network.hiddenNumber": "hidden {number}",
  "network.output": "output",

  // What the drawing's edges show
  "quantity.weights": "Weights: what each signal is multiplied by.",
  "quantity.gradients.batch": {
    one: "Gradients of the example at hand: how the cost changes with each weight.",
    other: "Gradients of the {count} examples at hand: how the cost changes with each weight.",
  },
  "quantity.gradients.train": {
    one: "Gradients of the one training example: how the cost changes with each weight.",
    other: "Gradients over all {count} training examples: how the cost changes with each weight.",
  },
  "quantity.updates": "Updates: the change that was last made.",
  "quantity.updates.none": "Updates: none has been made yet.",

  // A phase whose turn it is not
  "order.beginning": "This is where training begins: there is nothing to undo.",
  "order.ready": "The next batch begins with Forward: press that first.",
  "order.ready.begun":
    "Forward has done {done} of {every} layers: press it again to finish it first.",
  "order.forward.begun":
    "Backward has done {done} of {every} layers: press it again to finish it first.",
  "order.forward": "This batch has gone forward: press Backward next.",
  "order.backward": "The gradients of this batch are there: press Update next.",

  // Names
  "name.blank": "Give a name that is more than spaces.",

  // Where play ends
  "until.epoch": "until epoch {epoch}",
  "until.cost": "until cost < {cost}",
  "until.both": "until {epoch} or < {cost}",

  // The stream
  "stream.connecting": "Connecting …",
  "stream.live": "Live",
  "stream.reconnecting": "Connection lost. Trying again …",
  "stream.offline": "The server does not answer. Trying again …",
  "stream.ended": "Ended",
  "stream.gone": "The server keeps this session no longer. What you see is its last state.",
  "stream.deleted": "This session has been deleted. If it is brought back, it goes on here.",
  "stream.shutdown": "The server is shutting down. What you see is the last state.",
  "stream.following": { one: "{count} person follows", other: "{count} people follow" },
  "error.noAnswer": "The server did not answer. Try again in a moment.",
  "toast.close": "Dismiss",

  // Following
  "watch.example": "You are watching: the one who drives chooses the example.",
  "watch.looking": "Looking at {label} by yourself.",
  "watch.again": "Driving was taken back. You are watching again.",
  "share.asks": "{name} asks to drive.",
  "share.asksToo": {
    one: "{name} asks to drive, and {count} more.",
    other: "{name} asks to drive, and {count} more.",
  },
  "share.answer": "Answer",
  "share.copy": "Copy",
  "share.copied": "Copied",
  "share.selected": "Selected: press Ctrl+C",

  // A session as a link or a file
  "send.copied": "Copied, {size} characters. It opens on any server of this program.",
  "send.selected": "Selected: press Ctrl+C.",
  "open.link": "Opening the session in this link …",
  "open.file": "Opening the file …",
  "open.tooLarge": "This file is too large: no session is.",

  // The cost curve
  "cost.loss": "cost",
  "cost.train": "training",
  "cost.test": "test",
  "cost.none": "No epochs yet. {quantity} at the start: training {train}.",
  "cost.name": {
    one: "{quantity} over {count} epoch: training {train}.",
    other: "{quantity} over {count} epochs: training {train}.",
  },
  "cost.nameWithTest": {
    one: "{quantity} over {count} epoch: training {train}, test {test}.",
    other: "{quantity} over {count} epochs: training {train}, test {test}.",
  },
  "cost.ahead": "What was recorded goes on to epoch {last}.",
  "cost.hint": "Arrow keys read along the curve.",
  "cost.hintToGo": "Arrow keys read along the curve, Enter goes to the epoch.",
  "cost.readout": "epoch {epoch}, {quantity} {train}",
  "cost.readoutWithTest": "epoch {epoch}, {quantity} {train}, test {test}",

  "scrub.value": "epoch {epoch} of {last}, {quantity} {value}",

  // The gradient by layer
  "layers.layer": "layer {layer}",
  "layers.none": "The gradient is 0 in every layer.",
  "layers.summary": "Size of the gradient by layer, from epoch {from} to {to}. {layers}",
  "layers.gaps": "Dashed: not measured in between.",
  "layers.one": "Layer {layer}: {before}, now {now}.",

  // The output
  "output.boundary": "Output {unit} over {x} and {y}, with the examples as points.",
  "output.curve": "Fitted curve: {unit} over {x}, with the examples as points.",
  "output.scale": "Colours from {least} by way of {middle}, the line, to {most}",
  "output.away": "The curve is far off this plot.",
  "output.bars": "Outputs for example {example}: {values}.",
  "output.bar": "{unit} {value}, target {target}",
  "output.target": "t {target}",
  "output.point": "Example {example}: {x}, target {target}",

  // The inspector: gradient descent
  "descent.slope": "slope {slope}",
  "descent.next": "next {value}",
  "descent.star": "{label}: drag, or move with the arrow keys",
  "descent.place": "{label} {value}, cost {cost}, slope {slope}; the next step leads to {next}",
  "descent.placeOnly": "{label} {value}, cost {cost}",
  "descent.summary": "The cost along {label}, with a star at its present value.",
  "descent.over.train": {
    one: "cost of the one example",
    other: "cost over all {count} examples",
  },
  "descent.over.batch": {
    one: "cost of this batch of one",
    other: "cost of this batch of {count}",
  },
  "descent.penalised": ", with penalty",
  "descent.penalty": "slope {slope} = gradient {gradient} {sign} penalty {penalty}",
  "descent.tooLarge": "{label} is so large that no curve can be drawn around it.",
  "descent.overflows": "The numbers overflow here: no curve can be drawn.",
  "descent.short": "The step is too short to be seen here: Close-up shows it.",
  "descent.trail": "Dots: where it was, at the cost of that time.",
  "descent.trailBelow": "Dots: where it was. Their costs were of other examples.",
  "descent.bounces":
    "At a learning rate above about {rate}, steps jump over this valley and cannot come to rest in it. Try it.",
  "descent.bouncing":
    "The learning rate {present} is above {rate}: steps jump over this valley and cannot come to rest in it.",
  "descent.endless":
    "Along {label} there is no bottom to jump over, however large the step. To see one, open the preset “XOR, the article's Keras model”, choose bY1, and take a learning rate of 20.",
  "surface.summary":
    "The cost over {x} and {y} as contour lines. At {x} {atX} and {y} {atY} it is {cost}.",

  // The inspector: what each example adds
  "contributions.summary": "What each example adds to the gradient. Arrow keys choose an example.",
  "contributions.reading": "example {number}: {contribution}",
  "contributions.elsewhere": {
    one: "The example in focus is not the one here.",
    other: "The example in focus is not among these {count}.",
  },

  // The inspector: the numeric check of every parameter
  "check.failed": "The gradients could not be checked. Try again in a moment.",
  "check.said": {
    one: "The gradient of the one parameter and its numeric value agree to {digits} digits.",
    other:
      "The gradients of all {count} parameters agree with their numeric values, to {digits} digits or more.",
  },
  "check.kinks": {
    one: "At {count} parameter there is a kink, where the check says nothing.",
    other: "At {count} parameters there is a kink, where the check says nothing.",
  },
  "check.name": "Name",
  "check.gradient": "Gradient",
  "check.numeric": "Numeric",
  "check.digits": "Digits alike",

  // The inspector: predict, then reveal
  "predict.question": "{label} is {value}. Will the next step raise or lower it?",
  "predict.said": "You said {answer}. Compare with what is shown now, then let it step.",
  "predict.up": "up",
  "predict.down": "down",
  "predict.same": "no change",
  "predict.playing": "Pause to predict the next step.",
  "predict.frozen":
    "{label} is frozen: no update moves it, so there is nothing to predict. Choose another weight.",
  "predict.stopped": "Training has stopped: there is no next step to predict.",
  "predict.nothing": "Choose a weight or a bias to predict what becomes of it.",
  "predict.notANumber": "Type a number, such as 0.5 or −1.25.",
  "predict.right": "Right:",
  "predict.wrong": "Not this time:",
  "predict.rose": "{label} rose by {by}, from {before} to {after}.",
  "predict.fell": "{label} fell by {by}, from {before} to {after}.",
  "predict.roseBy": "{label} rose by {by}.",
  "predict.fellBy": "{label} fell by {by}.",
  "predict.stayed": "{label} stayed at {after}.",
  "predict.tally": "{right} of {of} right",

  // The theme
  "theme.name": "Colours: {theme}",
  "theme.light": "light",
  "theme.dark": "dark",
  "theme.system": "as the system",
};

/** @type {Record<string, Record<string, Text>>} */
const CATALOGS = { en: ENGLISH };

/** @param {string} key */
function find(key) {
  return CATALOGS[language()]?.[key] ?? ENGLISH[key];
}

/**
 * The text under `key`, its gaps filled. A whole-number `count` is grouped and chooses the plural.
 *
 * @param {string} key
 * @param {Record<string, string | number>} [params]
 * @returns {string}
 * @throws {RangeError} for a key the catalog does not hold
 */
export function t(key, params = {}) {
  const found = find(key);
  if (found === undefined) throw new RangeError(`no words for "${key}"`);
  const text = typeof found === "string" ? found : plural(found, Number(params.count));
  return text.replace(/\{(\w+)\}/g, (gap, name) => {
    const value = params[name];
    if (value === undefined) return gap;
    return name === "count" ? formatCount(Number(value)) : String(value);
  });
}

/**
 * @param {Partial<Record<Intl.LDMLPluralRule, string>> & {other: string}} forms
 * @param {number} count
 */
function plural(forms, count) {
  return forms[new Intl.PluralRules(language()).select(count)] ?? forms.other;
}
