/** Forward and Backward layer by layer: what the button switches, for the forms of both. */

export function stepByLayer() {
  const button = document.getElementById("by-layer");
  const workspace = document.getElementById("workspace");
  button?.addEventListener("click", (event) => {
    event.preventDefault();
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    workspace?.toggleAttribute("data-by-layer", on);
    for (const field of document.querySelectorAll("input[name=layers]")) {
      if (field instanceof HTMLInputElement) field.disabled = !on;
    }
  });
}
