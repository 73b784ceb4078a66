/** The parameter that the sentence names, for the drawing to let it stand out. */

/** @param {(name: string | null) => void} show called when it is another than before */
export function readMentions(show) {
  /** @type {string | null} */
  let former = null;

  function read() {
    const label = document.querySelector("#narration .say [data-choose]");
    const name = label?.getAttribute("data-choose") ?? null;
    if (name === former) return;
    former = name;
    show(name);
  }

  document.addEventListener("htmx:after:swap", read);
  read();
}
