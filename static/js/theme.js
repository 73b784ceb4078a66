/**
 * Runs before the page is drawn, as a plain script: marks the page as scripted and puts on the
 * colours the visitor chose, so that neither flashes.
 */
(() => {
  const root = document.documentElement;
  root.classList.add("scripted");
  try {
    const chosen = localStorage.getItem("theme");
    if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  } catch {
    // Storage may be forbidden; the system's colours are right then.
  }
})();
