/** Short messages at the edge of the page; those of the server arrive as partials. */

import { t } from "../words.js";

const SECONDS = 9;

/** @param {HTMLElement} region */
export function keepToasts(region) {
  new MutationObserver((records) => {
    for (const record of records) {
      for (const node of record.addedNodes) if (node instanceof HTMLElement) dress(node);
    }
  }).observe(region, { childList: true });

  // What was wrong has been put right, or is of no interest any more.
  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = /** @type {CustomEvent} */ (event).detail;
    if (ctx.request.method === "POST" && ctx.response.status < 400) region.replaceChildren();
  });
  document.addEventListener("htmx:error", (event) => {
    if (event.target instanceof Element && event.target.id === "stream") return;
    showToast(t("error.noAnswer"));
  });
}

/** @param {string} text */
export function showToast(text) {
  const toast = document.createElement("p");
  toast.className = "toast";
  toast.setAttribute("role", "alert");
  toast.textContent = text;
  document.getElementById("toasts")?.append(toast);
}

/** @param {HTMLElement} toast */
function dress(toast) {
  const region = toast.parentElement;
  for (const other of region ? [...region.children] : []) {
    if (other !== toast && other.firstChild?.textContent === toast.textContent) other.remove();
  }
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.setAttribute("aria-label", t("toast.close"));
  button.textContent = "×";
  button.addEventListener("click", () => toast.remove());
  toast.append(button);
  setTimeout(() => {
    if (!toast.matches(":hover, :focus-within")) toast.remove();
  }, SECONDS * 1000);
}
