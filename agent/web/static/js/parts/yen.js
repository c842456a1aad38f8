// The amount of a sale, as large as its box allows.
import { html } from "../../vendor/lit.js";
import { money } from "../words.js";

/** Up to ¥9,999,999 in large digits; POS software may ask for more. */
const usual = 10;

/** @param {{amount: number, currency: string}} sale */
export function bigYen({ amount, currency }) {
  const text = money(amount, currency);
  return html`<p class="yen big ${text.length > usual ? "long" : ""}">${text}</p>`;
}
