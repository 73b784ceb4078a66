/** The workspace: events replace parts of one model, and the drawings are drawn from it. */

import { CostCurve } from "./cost/cost_curve.js";
import { LayersChart } from "./cost/layers_chart.js";
import { Travel } from "./cost/travel.js";
import { Inspector } from "./inspector/inspector.js";
import { Model } from "./model.js";
import { NetworkView } from "./network/network_view.js";
import { OutputView } from "./output/output_view.js";
import { chooseForAll, listenToChoices } from "./page/choice.js";
import { Commands } from "./page/commands.js";
import { chooseCurve, chooseQuantity, offerMetrics } from "./page/controls.js";
import { keepFocusAmongBranches } from "./page/deleting.js";
import { readFindings } from "./page/findings.js";
import {
  askToDrive,
  copyLinks,
  keepFocusInShare,
  lookAlone,
  sayLook,
  sayWhoAsks,
} from "./page/following.js";
import { dressForms } from "./page/forms.js";
import { listenToKeys } from "./page/keys.js";
import { stepByLayer } from "./page/layers.js";
import { readMentions } from "./page/mentions.js";
import { explainOrder } from "./page/order.js";
import { updateParameterTable } from "./page/parameter_table.js";
import { foldPopups } from "./page/popups.js";
import { renameInPlace } from "./page/rename.js";
import { sendLinks } from "./page/sending.js";
import { showStatus } from "./page/status.js";
import { keepHeight } from "./page/steady.js";
import { followStream } from "./page/stream.js";
import { nameTab } from "./page/tab_title.js";
import { switchTheme } from "./page/theme_switch.js";
import { keepToasts } from "./page/toasts.js";
import { UntilFields } from "./page/until.js";
import { Redraw } from "./redraw.js";

/** @param {string} id */
const place = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const model = new Model();
const acts = !place("workspace").hasAttribute("data-watching");
const commands = new Commands(place("stream").dataset.session ?? "", { acts });
const redraw = new Redraw(draw);
const until = new UntilFields();
const choose = acts
  ? chooseForAll(model, commands, () => redraw.request())
  : lookAlone(place("stream"), model, commands, () => redraw.request());
listenToChoices(model, choose);

const network = new NetworkView(place("network"), {
  choose,
  editParameter: acts ? (name, value) => commands.editParameter(name, value) : null,
  point: (place) => inspector.point(place),
});
const inspector = new Inspector(model, commands, {
  light: (place) => network.highlight(place),
  redraw: () => redraw.request(),
});
const output = new OutputView(
  {
    plot: place("output-plot"),
    legend: place("output-legend"),
    bars: place("output-bars"),
    unit: /** @type {HTMLSelectElement} */ (place("output-unit")),
  },
  {
    chooseExample: (example) => commands.chooseExample(example),
    redraw: () => redraw.request(),
  },
);
const stillness = matchMedia("(prefers-reduced-motion: reduce)");
const travel = new Travel(model, commands, (epoch) => curve.aim(epoch));
const curve = new CostCurve(place("cost-plot"), place("scrubber"), {
  reducedMotion: () => stillness.matches,
  go: acts ? (epoch) => travel.go(epoch) : null,
});
const layers = new LayersChart(
  /** @type {HTMLDetailsElement} */ (place("layers-more")),
  place("layers-plot"),
  commands,
  model,
);

function draw() {
  const { structure, frame } = model;
  if (!structure || !frame) return;
  showStatus(model);
  until.follow(frame);
  sayLook(model);
  const { chosen, quantity } = model;
  inspector.update();
  const shown = inspector.veil(frame);
  network.update({ structure, frame: shown, chosen, quantity });
  output.update(model);
  curve.follow(model);
  travel.follow();
  layers.follow();
  updateParameterTable({ structure, frame: shown });
}

followStream(place("stream"), place("connection"), {
  spec(event) {
    model.setStructure(event);
    redraw.request();
  },
  state(event) {
    model.setFrame(event);
    redraw.request();
  },
  history(event) {
    model.addHistory(event);
    offerMetrics(curve, model);
    curve.update(model);
  },
  branches(event) {
    model.setBranches(event);
    curve.compare(model);
  },
  explanation(event) {
    inspector.explain(event);
  },
});
chooseQuantity(model, (quantity) => {
  network.setQuantity(quantity);
  redraw.request();
});
chooseCurve(curve, model);
explainOrder();
dressForms();
renameInPlace(commands, () => model.structure?.name ?? "");
keepHeight(place("narration"));
keepToasts(place("toasts"));
foldPopups();
keepFocusAmongBranches();
askToDrive(place("stream"));
sayWhoAsks();
keepFocusInShare();
copyLinks();
sendLinks();
listenToKeys();
nameTab();
switchTheme(place("theme"), () => output.recolour());
stepByLayer();
readMentions((name) => network.mention(name));
readFindings((findings) => network.setFindings(findings));

place("parameters").addEventListener("toggle", () => redraw.request(), true);
document.getElementById("more-steps")?.addEventListener("click", () => {
  const open = place("transport").toggleAttribute("data-open");
  place("more-steps").setAttribute("aria-expanded", String(open));
});
