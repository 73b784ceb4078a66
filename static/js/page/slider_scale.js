/** Between a slider's place and the number it stands for. Logarithmic sliders move in exponents. */

/**
 * @param {number} place
 * @param {boolean} logarithmic the place is the number's decimal logarithm
 * @returns {string} the number as one would type it
 */
export function fromSlider(place, logarithmic) {
  if (!logarithmic) return String(Number(place.toPrecision(12)));
  // 1, 2 and 5 of every power of ten are the numbers people choose.
  const exponent = Math.floor(place + 1e-9);
  const rest = 10 ** (place - exponent);
  const digit = [1, 2, 5, 10].reduce((best, next) =>
    Math.abs(Math.log(next / rest)) < Math.abs(Math.log(best / rest)) ? next : best,
  );
  const number = Number((digit * 10 ** exponent).toPrecision(6));
  // As the server writes it into the field.
  return number < 1e-4 ? number.toExponential() : String(number);
}

/**
 * @param {number} value
 * @param {boolean} logarithmic
 * @returns {number} NaN where no place stands for it
 */
export function toSlider(value, logarithmic) {
  if (!logarithmic) return value;
  return value > 0 ? Math.log10(value) : Number.NaN;
}
