/** The star of the descent: dragged with the pointer or moved with the arrow keys. */

/** Five points, eight pixels wide each way. */
export const STAR = starPath(9, 4);

/** Shares of the view that a key press moves the star by. */
const STEP = 0.01;
const LEAP = 0.1;

/**
 * @param {number} outer
 * @param {number} inner
 */
function starPath(outer, inner) {
  const corners = Array.from({ length: 10 }, (_, at) => {
    const radius = at % 2 === 0 ? outer : inner;
    const angle = (Math.PI * at) / 5;
    return `${(radius * Math.sin(angle)).toFixed(2)},${(-radius * Math.cos(angle)).toFixed(2)}`;
  });
  return `M${corners.join("L")}Z`;
}

/**
 * A value as one would type it: as many digits as the view tells apart.
 *
 * @param {number} value
 * @param {number} width of the view
 */
export function rounded(value, width) {
  const digits = Math.max(0, Math.min(12, 3 - Math.floor(Math.log10(width))));
  return Number(value.toFixed(digits));
}

/**
 * @param {import("./descent.js").Descent} descent
 * @param {(value: number) => void} edit
 */
export function dragStar(descent, edit) {
  const { star, svg } = descent;
  star.attr("tabindex", 0).attr("role", "slider");
  const node = /** @type {SVGGElement} */ (star.node());
  let grip = 0;

  /** @param {number} value */
  function move(value) {
    const [low, high] = descent.x.domain();
    descent.held = rounded(Math.max(low, Math.min(high, value)), high - low);
    descent.draw();
    edit(descent.held);
  }

  node.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !descent.curve) return;
    node.setPointerCapture(event.pointerId);
    node.classList.add("held");
    grip = d3.pointer(event, svg.node())[0] - descent.x(descent.curve.value);
    event.preventDefault();
    node.focus({ preventScroll: true });
  });
  node.addEventListener("pointermove", (event) => {
    if (!node.hasPointerCapture(event.pointerId)) return;
    move(descent.x.invert(d3.pointer(event, svg.node())[0] - grip));
  });
  const release = () => node.classList.remove("held");
  node.addEventListener("pointerup", release);
  node.addEventListener("pointercancel", release);

  node.addEventListener("keydown", (event) => {
    if (!descent.curve || event.ctrlKey || event.metaKey || event.altKey) return;
    const [low, high] = descent.x.domain();
    /** @type {Record<string, number>} */
    const steps = {
      ArrowLeft: -STEP,
      ArrowDown: -STEP,
      ArrowRight: STEP,
      ArrowUp: STEP,
      PageDown: -LEAP,
      PageUp: LEAP,
      Home: -1,
      End: 1,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    move((descent.held ?? descent.curve.value) + step * (high - low));
  });
}
