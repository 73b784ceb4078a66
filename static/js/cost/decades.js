/** The ticks of a logarithmic axis. */

/**
 * Powers of ten in a range, thinned to a handful; the range's own ends where it spans none.
 *
 * @param {number[]} domain
 * @returns {number[]}
 */
export function decades([low, high]) {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  if (last - first < 1) return d3.scaleLinear().domain([low, high]).ticks(4);
  const step = Math.max(1, Math.ceil((last - first) / 4));
  return d3.range(first, last + 1, step).map((exponent) => 10 ** exponent);
}
