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
    const reply = await fetch("/api/sessions/open", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ link: hash }),
    });
    const answer = await reply.json();
    if (reply.ok) {
      // In place of this page: one who goes back wants no second copy.
      location.replace(`/sessions/${answer.id}`);
      return;
    }
    const details = (answer.errors ?? []).map((/** @type {{detail: string}} */ e) => e.detail);
    refuse(details.join(" ") || answer.detail);
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
