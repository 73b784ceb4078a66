/** The session's name, edited where it stands. */

import { t } from "../words.js";

/**
 * @param {import("./commands.js").Commands} commands
 * @param {() => string} name the present one
 */
export function renameInPlace(commands, name) {
  const button = document.getElementById("rename");
  const heading = document.getElementById("session-name");
  const form = document.getElementById("rename-form");
  const field = form?.querySelector("input");
  if (!button || !heading || !form || !field) return;

  /** @param {boolean} open */
  function show(open) {
    form?.toggleAttribute("hidden", !open);
    heading?.toggleAttribute("hidden", open);
    button?.toggleAttribute("hidden", open);
  }

  async function save() {
    if (form?.hidden) return;
    const text = field?.value.trim() ?? "";
    if (!text) {
      commands.complain(t("name.blank"));
      field?.select();
      return;
    }
    show(false);
    button?.focus();
    if (text === heading?.textContent?.trim()) return;
    const result = await commands.rename(text);
    if (!result.ok) commands.complain(result.detail);
  }

  button.addEventListener("click", () => {
    field.value = name() || (heading.textContent?.trim() ?? "");
    show(true);
    field.select();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  field.addEventListener("blur", () => {
    if (field.value.trim()) save();
    else show(false);
  });
  field.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key !== "Escape") return;
    show(false);
    button.focus();
  });
}
