/** One queued redraw: however often something changes, the page is drawn once a display frame. */
export class Redraw {
  /** @param {() => void} draw */
  constructor(draw) {
    this.draw = draw;
    this.queued = false;
  }

  request() {
    if (this.queued) return;
    this.queued = true;
    requestAnimationFrame(() => {
      this.queued = false;
      this.draw();
    });
  }
}
