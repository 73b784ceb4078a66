/**
 * Where everything stands, in CSS pixels of the drawing. Pure: a function of the network's shape
 * and of the width there is, so that a phone gets a drawing of its own and not a shrunk one.
 */

/** More units than this in a layer are drawn as a strip of cells. */
export const STRIP_FROM = 17;

/** Radius of a circle that "−0.25" in eleven pixels fits into. */
const ROUND_ENOUGH = 19.5;

/** What a bias's label and the next unit's name need between two nodes. */
const BESIDE_BIAS = 57;

/** How far a curve's handles reach, as a share of the gap it crosses. */
const HANDLE = 0.45;

/** How much of the room there is a column of fewer units may take beyond the common pitch. */
const LOOSER = 1.25;
/** The same where labels stand one below the other and need it. */
const LOOSER_NARROW = 1.6;

/**
 * `circle`: a value fits inside. `picture`: a heatmap inside, the value above. `pill`: low and
 * wide, a value fits inside. `dot`: colour only. `strip`: one cell a unit.
 *
 * @typedef {"circle" | "picture" | "pill" | "dot" | "strip"} NodeKind
 *
 * @typedef {object} ColumnLayout
 * @property {NodeKind} kind
 * @property {number} x centre
 * @property {number[]} y centres
 * @property {number} pitch from centre to centre
 * @property {number} halfWidth
 * @property {number} halfHeight
 * @property {boolean} named there is room for a name above each node
 *
 * @typedef {object} GapLayout
 * @property {number} left where its curves begin
 * @property {number} right where they end
 * @property {Float64Array} starts y of each edge's beginning, kernel order
 * @property {Float64Array} ends y of each edge's end, kernel order
 *
 * @typedef {object} BiasMark the short line that brings a bias to its node
 * @property {number} x
 * @property {number} top at the node
 * @property {number} bottom
 *
 * @typedef {object} Layout
 * @property {number} width
 * @property {number} height
 * @property {number} zoom pixels of the screen for each of the drawing
 * @property {ColumnLayout[]} columns
 * @property {GapLayout[]} gaps
 * @property {BiasMark[][]} biases by gap; empty without a bias
 * @property {boolean} biasLabels there is room for a label below each bias
 * @property {number} widest stroke of the largest value
 * @property {number} captionY baseline of the first line of captions
 * @property {"line" | "lines" | "staggered"} captions how they are set
 * @property {boolean} narrow
 *
 * @typedef {object} Shape
 * @property {number[]} units of each column, inputs first
 * @property {boolean[]} biases of each layer
 * @property {boolean} pictures the nodes carry heatmaps
 * @property {number} width
 * @property {number} [zoom]
 */

/**
 * @param {Shape} shape
 * @returns {Layout}
 */
export function layOut({ units, biases, pictures, width, zoom = 1 }) {
  const narrow = width < 520;
  const roughGap = (width - (narrow ? 90 : 150)) / Math.max(1, units.length - 1);
  const hasBias = biases.some(Boolean);
  const size = nodeSize(units, roughGap, pictures, narrow, hasBias);
  const { half } = size;
  const biasLabels =
    hasBias && size.pitch >= 2 * half.height + (narrow ? 64 : BESIDE_BIAS) && roughGap >= 84;
  const biasLength = biasLabels ? 13 : Math.min(7, Math.max(4, half.height * 0.4));

  const left = half.width + (narrow ? 8 : Math.max(14, Math.min(46, width * 0.05)));
  const right = half.width + (narrow ? 32 : Math.max(48, Math.min(64, width * 0.08)));
  const span = Math.max(size.span, 40);
  const looser = narrow ? LOOSER_NARROW : LOOSER;
  const pitches = units.map((count) => pitchOf(count, size.pitch, looser, span));
  const named = pitches.map((pitch, at) => {
    return units[at] < STRIP_FROM && pitch >= 2 * half.height + 19 && roughGap >= 44;
  });
  const top = half.height + (named.some(Boolean) ? 26 : 14);
  const below = half.height + (biasLabels ? (narrow ? 50 : 46) : hasBias ? 18 : 12);
  const captions = captionMode((width - left - right) / Math.max(1, units.length - 1), narrow);
  const captionY = Math.round(top + span + below + 16);

  const columns = units.map((count, at) => {
    const share = units.length > 1 ? at / (units.length - 1) : 0.5;
    const x = left + share * (width - left - right);
    return layOutColumn(count, x, top + span / 2, pitches[at], named[at], half, size.kind);
  });
  const fan = columns.map((column, at) => [
    fanOut(column, units[at + 1] ?? 1),
    fanOut(column, units[at - 1] ?? 1),
  ]);
  const gaps = columns.slice(1).map((column, at) => {
    return layOutGap(columns[at], column, fan[at][0], fan[at + 1][1]);
  });
  const tightest = Math.min(...fan.flat());
  return {
    width,
    zoom,
    height: captionY + (captions === "line" ? 8 : 24),
    columns,
    gaps,
    biases: biases.map((has, at) => (has ? biasMarks(columns[at + 1], biasLength) : [])),
    biasLabels,
    widest: Math.round(10 * Math.max(2.2, Math.min(9, tightest * 1.3))) / 10,
    captionY,
    captions,
    narrow,
  };
}

/**
 * One size for all nodes that are not in strips, set by the column with the most of them.
 *
 * @param {number[]} units
 * @param {number} gap from column to column
 * @param {boolean} pictures
 * @param {boolean} narrow
 * @param {boolean} biases
 */
function nodeSize(units, gap, pictures, narrow, biases) {
  const rows = Math.max(1, ...units.filter((count) => count < STRIP_FROM));
  const strips = units.some((count) => count >= STRIP_FROM);
  const room = narrow ? 390 : 430;
  const pitch = Math.max(30, Math.min(room / rows, 165, narrow ? gap * 0.95 + 40 : 165));
  const span = strips ? Math.max(room - 20, (rows - 1) * pitch) : (rows - 1) * pitch;
  // Few columns on a phone: smaller nodes leave the room that labels need.
  const share = narrow && units.length <= 3 ? 0.33 : 0.46;
  const tight = biases && !narrow && pitch >= BESIDE_BIAS + 40;
  const most = tight ? pitch - BESIDE_BIAS : Number.POSITIVE_INFINITY;
  const side = Math.min(narrow ? 44 : 54, pitch * 0.62, gap * share, most);
  const radius = Math.min(narrow ? 22 : 27, pitch * 0.32, gap * Math.min(share / 2, 0.21));
  /** @type {NodeKind} */
  let kind = "dot";
  let half = { width: 0, height: 0 };
  if (pictures && side >= 20) {
    kind = "picture";
    half = { width: side / 2, height: side / 2 };
  } else if (radius >= ROUND_ENOUGH) {
    kind = "circle";
    half = { width: radius, height: radius };
  } else if (gap >= 76) {
    kind = "pill";
    half = { width: 21, height: Math.min(11.5, pitch / 2 - 3) };
  } else {
    const dot = Math.max(3.5, Math.min(pitch * 0.3, gap * 0.21, 15));
    half = { width: dot, height: dot };
  }
  return { kind, pitch, span, half };
}

/**
 * @param {number} count of units
 * @param {number} common pitch
 * @param {number} looser
 * @param {number} span of the tallest column
 */
function pitchOf(count, common, looser, span) {
  if (count >= STRIP_FROM) return Math.min(18, span / (count - 1));
  return Math.min(common * looser, Math.max(common, span / Math.max(1, count - 1)));
}

/**
 * @param {number} count
 * @param {number} x
 * @param {number} middle
 * @param {number} pitch
 * @param {boolean} named
 * @param {{width: number, height: number}} half of a node
 * @param {NodeKind} kind of a node that is in no strip
 * @returns {ColumnLayout}
 */
function layOutColumn(count, x, middle, pitch, named, half, kind) {
  const y = Array.from({ length: count }, (_, unit) => middle + (unit - (count - 1) / 2) * pitch);
  if (count < STRIP_FROM) {
    return { kind, x, y, pitch, halfWidth: half.width, halfHeight: half.height, named };
  }
  const halfWidth = Math.max(6, Math.min(13, half.width));
  return { kind: "strip", x, y, pitch, halfWidth, halfHeight: pitch / 2, named };
}

/**
 * How far apart the edges of one node touch it, so that thick ones do not hide each other.
 *
 * @param {ColumnLayout} column
 * @param {number} edges
 */
function fanOut(column, edges) {
  const room = 2 * column.halfHeight * (column.kind === "picture" ? 0.7 : 0.56);
  return edges > 1 ? Math.min(9, room / (edges - 1)) : 9;
}

/**
 * @param {ColumnLayout} source
 * @param {ColumnLayout} target
 * @param {number} fanSource
 * @param {number} fanTarget
 * @returns {GapLayout}
 */
function layOutGap(source, target, fanSource, fanTarget) {
  const count = source.y.length * target.y.length;
  const starts = new Float64Array(count);
  const ends = new Float64Array(count);
  let edge = 0;
  for (let from = 0; from < source.y.length; from += 1) {
    for (let to = 0; to < target.y.length; to += 1) {
      starts[edge] = source.y[from] + (to - (target.y.length - 1) / 2) * fanSource;
      ends[edge] = target.y[to] + (from - (source.y.length - 1) / 2) * fanTarget;
      edge += 1;
    }
  }
  return { left: source.x + reach(source), right: target.x - reach(target), starts, ends };
}

/**
 * How far from its centre a node's edges begin: a little inside a round one, whose fill covers it.
 *
 * @param {ColumnLayout} column
 */
function reach(column) {
  if (column.kind === "circle" || column.kind === "pill") return column.halfWidth - 3;
  return column.kind === "dot" ? column.halfWidth - 1.5 : column.halfWidth;
}

/**
 * @param {ColumnLayout} column
 * @param {number} length
 * @returns {BiasMark[]}
 */
function biasMarks(column, length) {
  if (column.kind === "strip") {
    // A thin cell of its own left of the unit's cell.
    const x = column.x - column.halfWidth - 4;
    return column.y.map((y) => ({ x, top: y - column.halfHeight, bottom: y + column.halfHeight }));
  }
  return column.y.map((y) => {
    const top = y + column.halfHeight;
    return { x: column.x, top, bottom: top + length };
  });
}

/**
 * @param {number} pitch from column to column
 * @param {boolean} narrow
 * @returns {Layout["captions"]}
 */
function captionMode(pitch, narrow) {
  if (pitch >= (narrow ? 112 : 150)) return "line";
  return pitch >= 72 ? "lines" : "staggered";
}

/**
 * Point of a gap's curves at parameter t; every curve of a gap has the same x at the same t.
 *
 * @param {GapLayout} gap
 * @param {number} t 0 to 1
 * @returns {number}
 */
export function curveX(gap, t) {
  const s = 1 - t;
  const near = HANDLE * s * s * t;
  const far = (1 - HANDLE) * s * t * t;
  return gap.left + (gap.right - gap.left) * (3 * (near + far) + t * t * t);
}

/**
 * @param {GapLayout} gap
 * @param {number} edge index within the gap
 * @param {number} t 0 to 1
 * @returns {number}
 */
export function curveY(gap, edge, t) {
  return gap.starts[edge] + (gap.ends[edge] - gap.starts[edge]) * t * t * (3 - 2 * t);
}

/**
 * The t at which a gap's curves have this x.
 *
 * @param {GapLayout} gap
 * @param {number} x
 * @returns {number} 0 to 1
 */
export function curveAt(gap, x) {
  let low = 0;
  let high = 1;
  for (let step = 0; step < 24; step += 1) {
    const middle = (low + high) / 2;
    if (curveX(gap, middle) < x) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * @param {GapLayout} gap
 * @param {number} edge index within the gap
 * @param {number} t 0 to 1
 * @returns {number} dy / dx
 */
export function curveSlope(gap, edge, t) {
  const s = 1 - t;
  const across =
    3 * (gap.right - gap.left) * (HANDLE * (s * s + t * t) + 2 * (1 - 2 * HANDLE) * s * t);
  return ((gap.ends[edge] - gap.starts[edge]) * 6 * s * t) / across;
}

/** @param {GapLayout} gap @returns {[number, number]} x of a curve's two handles */
export function handles(gap) {
  const reachOfHandle = (gap.right - gap.left) * HANDLE;
  return [gap.left + reachOfHandle, gap.right - reachOfHandle];
}

/**
 * @param {GapLayout} gap
 * @param {number} edge index within the gap
 * @returns {string} SVG path data
 */
export function curvePath(gap, edge) {
  const [near, far] = handles(gap);
  const [start, end] = [round(gap.starts[edge]), round(gap.ends[edge])];
  return `M${round(gap.left)},${start}C${round(near)},${start} ${round(far)},${end} ${round(
    gap.right,
  )},${end}`;
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 100) / 100;
}
