// One line of a form: its label, what is typed, and what it wants.
import { html, live, nothing } from "../../vendor/lit.js";

/**
 * @param {object} of
 * @param {string} of.id
 * @param {string} of.label
 * @param {string} of.value
 * @param {(value: string) => void} of.input
 * @param {number} of.longest
 * @param {boolean} [of.secret]   digits that nobody is to read over a shoulder
 * @param {boolean} [of.digits]
 * @param {string} [of.help]
 * @param {boolean} [of.wrong]
 */
export function field({ id, label, value, input, longest, secret = false, digits = secret, help = "", wrong = false }) {
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      <input id=${id} type=${secret ? "password" : "text"} inputmode=${digits ? "numeric" : "text"} autocomplete="off" autocapitalize="off" spellcheck="false"
        maxlength=${longest} aria-invalid=${wrong} aria-describedby=${help ? `${id}-help` : nothing}
        .value=${live(value)} @input=${(/** @type {Event} */ e) => input(/** @type {HTMLInputElement} */ (e.target).value)}>
      ${help ? html`<p class="small" id=${`${id}-help`}>${help}</p>` : nothing}
    </div>`;
}
