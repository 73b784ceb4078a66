/** The focus stays among the branches where the one that had it is deleted. */

const FORM = ".branch-delete form";

export function keepFocusAmongBranches() {
  /** What is being deleted: its place in the list, and how many there were. */
  let deleting = { place: 0, of: 0 };

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target instanceof Element && event.target.matches(FORM);
      if (!form) return;
      const rows = menus();
      const place = rows.findIndex((menu) => menu.contains(/** @type {Element} */ (event.target)));
      deleting = { place, of: rows.length };
    },
    { capture: true },
  );
  // The answer and the list without the branch come in either order.
  for (const name of ["htmx:after:request", "htmx:after:swap"]) {
    document.addEventListener(name, () => {
      const rows = menus();
      if (deleting.of === 0 || rows.length >= deleting.of) return;
      deleting.of = 0;
      const menu = rows[Math.min(deleting.place, rows.length - 1)];
      menu?.removeAttribute("open");
      const next = menu?.querySelector("summary") ?? document.getElementById("branch-here");
      if (isLost()) /** @type {HTMLElement | null} */ (next)?.focus();
    });
  }
}

function menus() {
  return [...document.querySelectorAll("details.branch-more")];
}

/** @returns {boolean} whether the focus is nowhere, or on the menu of what took the place */
function isLost() {
  const { activeElement, body } = document;
  return !activeElement || activeElement === body || activeElement.closest(".branch-more") !== null;
}
