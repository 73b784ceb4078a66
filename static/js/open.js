/**
 * The page that opens what was sent. A link carries its session in the fragment of this page's
 * address, which browsers keep to themselves: the script posts it to the server it came from.
 */

import { t } from "./words.js";

const main = /** @type {HTMLElement} */ (document.querySelector("main"));
const said = /** @type {HTMLElement} */ (document.getElementById("opening"));
const refused = /** @type {HTMLElement} */ (document.getElementById("refused"));
const link = /** @type {HTMLTextAreaElement} */ (document.getElementById("link"));
const file = /** @type {HTMLInputElement} */ (document.getElementById("file"));

/** @param {string} text what is being done; "" for nothing */
function say(text) {
  main.toggleAttribute("data-opening", text !== "");
  said.textContent = text;
}

/** @param {string} text */
function refuse(text) {
  say("");
  refused.replaceChildren(text);
  refused.hidden = text === "";
}

/** Open the session in the page's own address, if there is one. */
async function openAddress() {
  const { hash } = location;
  if (hash.length < 2) return;
  refuse("");
  say(t("open.link"));
  try {
    // As the form does, for only what a page makes is the browser's own.
    const body = new FormData();
    body.set("link", hash);
    const reply = await fetch("/open", { method: "POST", body });
    if (reply.ok) {
      // In place of this page: one who goes back wants no second copy.
      location.replace(reply.url);
      return;
    }
    const answer = new DOMParser().parseFromString(await reply.text(), "text/html");
    const why = answer.querySelector("#refused, .problem .say")?.textContent?.trim();
    refuse(why || t("error.noAnswer"));
  } catch {
    refuse(t("error.noAnswer"));
  }
}

file.addEventListener("change", () => {
  const chosen = file.files?.[0];
  if (!chosen) return;
  if (chosen.size > Number(file.dataset.most)) refuse(t("open.tooLarge"));
  else file.form?.requestSubmit();
});
for (const form of document.forms) {
  form.addEventListener("submit", () => say(t(form.contains(link) ? "open.link" : "open.file")));
}
addEventListener("pageshow", () => say(main.hasAttribute("data-opening") ? said.textContent : ""));
addEventListener("hashchange", openAddress);
openAddress();
