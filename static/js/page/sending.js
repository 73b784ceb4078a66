/** The link that carries the whole session: made when it is asked for, since the session moves. */

import { formatCount } from "../format.js";
import { t } from "../words.js";
import { copied } from "./following.js";

/** A click copies the link; without this script the same button leads to a page that shows it. */
export function sendLinks() {
  const button = document.querySelector("[data-carries]");
  const field = document.getElementById("carrying-link");
  const said = document.getElementById("carrying");
  if (!(button instanceof HTMLAnchorElement) || !said) return;
  if (!(field instanceof HTMLInputElement)) return;
  field.addEventListener("focus", () => field.select());
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    const { link, detail } = await carrying(button.dataset.carries ?? "");
    field.hidden = link === "";
    field.value = link;
    if (link === "") {
      said.textContent = detail;
      return;
    }
    const done = await copied(field);
    said.textContent = done
      ? t("send.copied", { size: formatCount(link.length) })
      : t("send.selected");
  });
}

/**
 * @param {string} address
 * @returns {Promise<{link: string, detail: string}>} no link, and why, where it cannot be had
 */
async function carrying(address) {
  try {
    const reply = await fetch(address);
    const { link = "", detail = "" } = await reply.json();
    return { link, detail };
  } catch {
    return { link: "", detail: t("error.noAnswer") };
  }
}
