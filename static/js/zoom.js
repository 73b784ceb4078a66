/** How much larger than usual the reader has text: drawings, which count in pixels, grow with it. */

const USUAL = 16;

export function textZoom() {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / USUAL || 1;
}
