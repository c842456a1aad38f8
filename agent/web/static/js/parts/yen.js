// The amount of a sale, as large as its box allows.
import { html } from "../../vendor/lit.js";
import { money } from "../words.js";

/** Up to ¥99,999 in the largest digits, up to ¥9,999,999 in large ones; POS
 * software may ask for more. */
const short = 7, usual = 10;

/** @param {{amount: number, currency: string}} sale */
export function bigYen({ amount, currency }) {
  const text = money(amount, currency);
  const size = text.length <= short ? "short" : text.length <= usual ? "" : "long";
  return html`<p class="yen big ${size}">${text}</p>`;
}
