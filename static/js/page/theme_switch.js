/** Light, dark, or as the system has it; the choice is kept in this browser. */

import { t } from "../words.js";

/** @typedef {"light" | "dark" | "system"} Theme */

/** @type {Record<Theme, Theme>} */
const NEXT = { system: "light", light: "dark", dark: "system" };

/** @returns {Theme} */
function chosen() {
  const theme = document.documentElement.dataset.theme;
  return theme === "light" || theme === "dark" ? theme : "system";
}

/**
 * @param {HTMLElement} button
 * @param {() => void} changed called when the page's colours are others than before
 */
export function switchTheme(button, changed) {
  function show() {
    const name = t("theme.name", { theme: t(`theme.${chosen()}`) });
    button.setAttribute("aria-label", name);
    button.title = name;
    button.querySelector("use")?.setAttribute("href", `#icon-${chosen()}`);
  }

  button.addEventListener("click", () => {
    const theme = NEXT[chosen()];
    const root = document.documentElement;
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    try {
      if (theme === "system") localStorage.removeItem("theme");
      else localStorage.setItem("theme", theme);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
    show();
    changed();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  show();
}
