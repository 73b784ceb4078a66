/** The diagnosis, as marks for the drawing: read from the sentences that the stream brings. */

/** @typedef {import("../network/types.js").Finding} Finding */

/** @param {(findings: Finding[]) => void} show called when they are others than before */
export function readFindings(show) {
  let former = "";

  function read() {
    /** @type {Finding[]} */
    const findings = [];
    for (const element of document.querySelectorAll("[data-finding]")) {
      const { finding = "", layers, units } = /** @type {HTMLElement} */ (element).dataset;
      for (const layer of numbers(layers)) {
        findings.push({
          kind: finding,
          layer,
          units: units ? numbers(units) : null,
          words: element.textContent?.trim() ?? "",
        });
      }
    }
    const state = JSON.stringify(findings);
    if (state === former) return;
    former = state;
    show(findings);
  }

  document.addEventListener("htmx:after:swap", read);
  read();
}

/** @param {string} [text] numbers with spaces between them */
function numbers(text) {
  return text ? text.split(" ").map(Number) : [];
}
