/** Short messages at the edge of the page; those of the server arrive as partials. */

import { t } from "../words.js";

const SECONDS = 9;
/** Where a page leaves what the next one is to say. */
const LEFT = "word-left";
/** When each toast came, as `performance.now` tells time. */
const SHOWN = /** @type {WeakMap<Element, number>} */ (new WeakMap());

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
    if (ctx.request.method !== "POST" || ctx.response.status >= 400) return;
    // What was pressed before it went wrong puts nothing right.
    const pressed = ctx.sourceEvent?.timeStamp ?? performance.now();
    for (const toast of [...region.children]) {
      if (!waits(toast) && (SHOWN.get(toast) ?? 0) < pressed) toast.remove();
    }
  });
  // It answers again.
  document.addEventListener("htmx:sse:after:connection", () => {
    for (const toast of sayingLike(region, t("error.noAnswer"))) toast.remove();
  });
  document.addEventListener("htmx:error", (event) => {
    if (event.target instanceof Element && event.target.id === "stream") return;
    showToast(t("error.noAnswer"));
  });
  sayWordLeft();
}

/** @param {string} text what the page that comes after this one says when it is there */
export function leaveWord(text) {
  try {
    sessionStorage.setItem(LEFT, text);
  } catch {
    // Without storage the next page says what it always does.
  }
}

function sayWordLeft() {
  try {
    const text = sessionStorage.getItem(LEFT);
    sessionStorage.removeItem(LEFT);
    if (text) showToast(text, "status");
  } catch {
    // As above.
  }
}

/**
 * @param {string} text
 * @param {"alert" | "status"} [role] a status waits until a screen reader has finished
 * @param {{label: string, act: () => void, close: () => void}} [answer] a button in it, and what
 * that does; such a toast waits until it is answered or closed
 * @returns {HTMLElement}
 */
export function showToast(text, role = "alert", answer) {
  const toast = document.createElement("p");
  toast.className = "toast";
  toast.setAttribute("role", role);
  toast.textContent = text;
  if (answer) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = answer.label;
    button.addEventListener("click", answer.act);
    toast.dataset.waits = "";
    toast.append(button, closing(answer.close));
  }
  document.getElementById("toasts")?.append(toast);
  return toast;
}

/** @param {Element} toast */
function waits(toast) {
  return toast.hasAttribute("data-waits");
}

/** @param {() => void} close */
function closing(close) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.setAttribute("aria-label", t("toast.close"));
  button.textContent = "×";
  button.addEventListener("click", close);
  return button;
}

/**
 * @param {Element} region
 * @param {string | null} text
 */
function sayingLike(region, text) {
  return [...region.children].filter((toast) => toast.firstChild?.textContent === text);
}

/** @param {HTMLElement} toast */
function dress(toast) {
  SHOWN.set(toast, performance.now());
  if (waits(toast)) return;
  for (const other of sayingLike(toast.parentElement ?? toast, toast.textContent)) {
    if (other !== toast) other.remove();
  }
  toast.append(closing(() => toast.remove()));
  const passing = setInterval(() => {
    if (toast.matches(":hover, :focus-within")) return;
    clearInterval(passing);
    toast.remove();
  }, SECONDS * 1000);
}
