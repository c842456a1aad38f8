// A QR code from the squares that the agent sends: one path, with the quiet
// zone that a reader needs, always dark on white.
import { html } from "../../vendor/lit.js";
import { left } from "../model.js";

/** The light border in modules (ISO/IEC 18004). */
const quiet = 4;

/**
 * What is dark, as a path of runs along each row.
 * @param {{size?: number, modules?: string}} show size by size bits, rows of whole bytes, in base64
 */
export function pathOf({ size = 0, modules = "" }) {
  const bytes = atob(modules), stride = Math.ceil(size / 8);
  const dark = (/** @type {number} */ x, /** @type {number} */ y) => x < size && (bytes.charCodeAt(y * stride + (x >> 3)) & (0x80 >> (x & 7))) !== 0;
  let out = "";
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      let run = 0;
      while (dark(x + run, y)) run++;
      if (run) out += `M${x + quiet} ${y + quiet}h${run}v1h-${run}z`;
      x += run;
    }
  }
  return out;
}

/** The code itself; its name is for who cannot see it. @param {{size?: number, modules?: string}} show @param {string} name */
export function code(show, name) {
  const side = (show.size ?? 0) + 2 * quiet;
  return html`
    <svg class="qr" viewBox="0 0 ${side} ${side}" role="img" aria-label=${name} shape-rendering="crispEdges">
      <path fill="#fff" d="M0 0h${side}v${side}h-${side}z"/><path fill="#000" d=${pathOf(show)}/>
    </svg>`;
}

/** When each code came up: the whole ring is the time that there was. @type {{text: string, at: number}} */
let first = { text: "", at: 0 };

/** What is left of a code's time. @param {{text: string, until: string}} show */
export function restOf(show) {
  const now = Date.now();
  if (first.text !== show.text) first = { text: show.text, at: now };
  return left(show.until, Date.parse(show.until) - first.at, now);
}
