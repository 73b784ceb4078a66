/**
 * What folds out over the page, each a `<details data-popup>` or a popover: it goes when one is
 * done with it.
 */

/** A field that one types in. */
const FIELD = "input:not([type=hidden])";

export function foldPopups() {
  document.addEventListener("pointerdown", (event) => {
    for (const popup of opened()) {
      if (!(event.target instanceof Node && popup.contains(event.target))) fold(popup);
    }
  });
  document.addEventListener(
    "keydown",
    (event) => {
      // Nothing else that Escape does is meant then.
      if (event.key === "Escape" && leave(event.target)) event.preventDefault();
    },
    { capture: true },
  );
  document.addEventListener("htmx:after:request", (event) => {
    const popup = popupOf(event.target);
    if (!popup?.open) return;
    if (/** @type {CustomEvent} */ (event).detail.ctx.response.status >= 400) refocus(popup);
    else foldRenamed(popup, event.target);
  });
  document.addEventListener(
    "toggle",
    (event) => {
      place(event.target);
      beginToRename(event.target);
    },
    { capture: true },
  );
  document.addEventListener("submit", keepName, { capture: true });
}

/** @returns {Iterable<HTMLDetailsElement>} */
function opened() {
  return document.querySelectorAll("details[data-popup][open]");
}

/**
 * The popup that a form is in, or that holds some of its fields.
 *
 * @param {EventTarget | null} target
 * @returns {HTMLDetailsElement | null}
 */
function popupOf(target) {
  if (!(target instanceof Element)) return null;
  const owned = target.id ? document.querySelector(`[data-popup] [form="${target.id}"]`) : null;
  return (owned ?? target).closest("details[data-popup]");
}

/** @param {HTMLDetailsElement} popup */
function fold(popup) {
  popup.open = false;
  for (const inner of popup.querySelectorAll("details")) inner.open = false;
}

/**
 * What Escape closes.
 *
 * @param {EventTarget | null} from where the focus is
 * @returns {boolean} whether there was anything
 */
function leave(from) {
  let closed = false;
  for (const popup of opened()) {
    fold(popup);
    closed = true;
    if (from instanceof Node && popup.contains(from)) popup.querySelector("summary")?.focus();
  }
  for (const popover of document.querySelectorAll("[popover]:popover-open")) {
    /** @type {HTMLElement} */ (popover).hidePopover();
    closed = true;
  }
  return closed;
}

/**
 * What was refused is to be put right where it was given.
 *
 * @param {HTMLDetailsElement} popup
 */
function refocus(popup) {
  if (popup.querySelector(`${FIELD}:focus`)) return;
  const fields = /** @type {NodeListOf<HTMLInputElement>} */ (popup.querySelectorAll(FIELD));
  const filled = [...fields].find((field) => field.value !== "") ?? fields[0];
  filled?.focus();
}

/**
 * A popup that has done its work; after a new name the focus is where it came from.
 *
 * @param {HTMLDetailsElement} popup
 * @param {EventTarget | null} form
 */
function foldRenamed(popup, form) {
  fold(popup);
  if (renaming(form)) popup.querySelector("summary")?.focus();
}

/** @param {EventTarget | null} opened a popup that begins with a name is for giving another */
function beginToRename(opened) {
  if (!(opened instanceof HTMLDetailsElement) || !opened.open) return;
  if (opened.matches("[data-popup]")) renaming(opened.querySelector("form"))?.select();
}

/**
 * The same name again is none: it waits for another.
 *
 * @param {SubmitEvent} event
 */
function keepName(event) {
  const field = renaming(event.target);
  if (!field || field.value !== field.defaultValue) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  field.select();
}

/**
 * @param {EventTarget | null} form
 * @returns {HTMLInputElement | null | undefined} its field, where it gives something another name
 */
function renaming(form) {
  const renames = form instanceof HTMLFormElement && form.matches("[data-renames]");
  return renames ? form.querySelector(FIELD) : null;
}

/**
 * Under what opens it, or over it where the window ends.
 *
 * @param {EventTarget | null} target what has been opened, perhaps inside a popup
 */
function place(target) {
  const popup = target instanceof Element ? target.closest("details[data-popup]") : null;
  const content = popup?.lastElementChild;
  if (!(popup instanceof HTMLDetailsElement) || !popup.open || !content) return;
  popup.removeAttribute("data-up");
  const { bottom, height } = content.getBoundingClientRect();
  const above = popup.getBoundingClientRect().top;
  popup.toggleAttribute("data-up", bottom > innerHeight && above > height);
}
