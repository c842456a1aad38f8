// Number keys for fingers. A touch leaves the focus where it was, so that
// Enter on a keyboard never repeats the last touched key.
import { html, nothing } from "../../vendor/lit.js";
import { t } from "../words.js";

const keep = (/** @type {Event} */ event) => event.preventDefault();

/**
 * @param {object} keys
 * @param {string} keys.label
 * @param {(key: string) => void} keys.press  a digit, "00", "back" or "clear"
 * @param {boolean} [keys.hundred] with the 00 key
 */
export function keypad({ label, press, hundred = false }) {
  const key = (/** @type {string} */ value) => html`
    <button type="button" class="key" data-key=${value} @mousedown=${keep} @click=${() => press(value)}>${value}</button>`;
  return html`
    <div class="keypad" role="group" aria-label=${label}>
      ${["7", "8", "9", "4", "5", "6", "1", "2", "3", "0"].map(key)}
      ${hundred ? key("00") : nothing}
      <button type="button" class="key word" data-key="back" aria-label=${t("amount.back")} @mousedown=${keep} @click=${() => press("back")}>
        <svg viewBox="0 0 100 100" class="sign" aria-hidden="true" focusable="false"><path d="M36 20H94V80H36L6 50Z" class="stroke thin"/><path d="M52 38 76 62M76 38 52 62" class="stroke thin"/></svg>
      </button>
      ${hundred ? html`<button type="button" class="key word wide" data-key="clear" @mousedown=${keep} @click=${() => press("clear")}>C <span>${t("amount.clear")}</span></button>` : nothing}
    </div>`;
}
