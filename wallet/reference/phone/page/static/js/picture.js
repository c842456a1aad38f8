// Codes as pictures: dark on white whatever the page's colours are, with the
// quiet zone that a reader needs.
import { encode, html, svg, nothing } from "../vendor/lit.js";

/** A QR code. @param {string} text @param {string} label what it is, for who cannot see it */
export function qr(text, label) {
  const { data, size } = encode(text, { ecc: text.length > 100 ? "L" : "M", border: 4 });
  let path = "";
  data.forEach((row, y) => {
    for (let x = 0; x < size; x++) {
      if (!row[x]) continue;
      const from = x;
      while (x < size && row[x]) x++;
      path += `M${from} ${y}h${x - from}v1h-${x - from}z`;
    }
  });
  return html`<svg class="qr" role="img" aria-label=${label} viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><rect width=${size} height=${size} fill="#fff"></rect>${svg`<path d=${path} fill="#000"></path>`}</svg>`;
}

/** Widths of bars and gaps of Code 128 (ISO/IEC 15417, table 1). */
const widths = ("212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 123122 123221 223211 221132 " +
  "221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 " +
  "112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 " +
  "111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 124112 124211 " +
  "411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112").split(" ");

/** An even number of digits as Code 128, set C; nothing for anything else. @param {string} digits @param {string} label */
export function barcode(digits, label) {
  if (!/^(\d\d)+$/.test(digits) || digits.length > 40) return nothing;
  const values = [105, ...digits.match(/\d\d/g).map(Number)];
  const check = values.reduce((sum, v, i) => sum + v * Math.max(i, 1), 0) % 103;
  let x = 10, path = "";
  for (const value of [...values, check, 106]) {
    [...widths[value]].forEach((w, i) => {
      if (i % 2 === 0) path += `M${x} 0h${w}v40h-${w}z`;
      x += Number(w);
    });
  }
  return html`<svg class="bars" role="img" aria-label=${label} viewBox="0 0 ${x + 10} 40" preserveAspectRatio="none" shape-rendering="crispEdges"><rect width=${x + 10} height="40" fill="#fff"></rect>${svg`<path d=${path} fill="#000"></path>`}</svg>`;
}
