/** Numbers that travel as text: base64 of bytes, and of little-endian float32. */

/**
 * @param {string} text
 * @returns {Uint8Array}
 */
export function bytes(text) {
  const binary = atob(text);
  const decoded = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) decoded[i] = binary.charCodeAt(i);
  return decoded;
}

/**
 * @param {string} text
 * @returns {Float32Array}
 */
export function floats(text) {
  const raw = bytes(text);
  const view = new DataView(raw.buffer);
  const decoded = new Float32Array(raw.length / 4);
  for (let i = 0; i < decoded.length; i += 1) decoded[i] = view.getFloat32(4 * i, true);
  return decoded;
}
