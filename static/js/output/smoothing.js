/**
 * A field of bytes as numbers without the steps between bytes, so that a line through a flat part
 * of it does not become a staircase: the mean of each point and its neighbours, twice.
 *
 * @param {ArrayLike<number>} values row by row
 * @param {number} columns
 * @param {number} rows
 * @returns {Float32Array}
 */
export function smoothed(values, columns, rows) {
  const across = averaged(Float32Array.from(values), columns, rows, 1, columns);
  const both = averaged(across, rows, columns, columns, 1);
  return averaged(averaged(both, columns, rows, 1, columns), rows, columns, columns, 1);
}

/**
 * Means of three along one direction; a point at the rim counts twice.
 *
 * @param {Float32Array} values
 * @param {number} length points along the direction
 * @param {number} lines
 * @param {number} step from one point to the next along the direction
 * @param {number} stride from one line to the next
 */
function averaged(values, length, lines, step, stride) {
  const result = new Float32Array(values.length);
  for (let line = 0; line < lines; line += 1) {
    for (let i = 0; i < length; i += 1) {
      const at = line * stride + i * step;
      const before = i > 0 ? at - step : at;
      const after = i < length - 1 ? at + step : at;
      result[at] = (values[before] + values[at] + values[after]) / 3;
    }
  }
  return result;
}
