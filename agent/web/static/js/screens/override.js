// A manager lets this one sale pass a limit of what is taken without a network:
// with a PIN beside the cashier, or as who is signed in.
import { html, live, nothing } from "../../vendor/lit.js";
import { page, set } from "../page.js";
import { letPass } from "../acts.js";
import { keypad } from "../parts/keypad.js";
import { bigYen } from "../parts/yen.js";
import { keepDigits, longest } from "./signin.js";
import { said, t } from "../words.js";

/** A manager's PIN has so many digits at least. */
const shortest = 6;

/** @param {string} pin */
const typed = (pin) => { if (page.override) set({ override: { ...page.override, pin } }); };

/** @param {Event} event */
function submit(event) {
  event.preventDefault();
  void letPass();
}

/** The PIN, by keys or by touch. @param {string} pin @param {string} fault */
const byPIN = (pin, fault) => html`
  <div class="pin-side">
    <label for="pin">${t("override.pin")}</label>
    <input id="pin" class="pin" type="password" inputmode="none" autocomplete="off" maxlength=${longest}
      aria-describedby="pin-fault" aria-invalid=${fault ? "true" : "false"} .value=${live(pin)}
      @input=${(/** @type {Event} */ event) => typed(keepDigits(/** @type {HTMLInputElement} */ (event.target).value))}>
    ${keypad({ label: t("amount.keypad"), press: (key) => typed(key === "back" ? pin.slice(0, -1) : keepDigits(pin + key)) })}
  </div>`;

/** @param {import("../model.js").Sale} sale */
export function override(sale) {
  const pin = page.override?.pin ?? "";
  const self = page.who?.role === "manager";
  const fault = page.fault ? (page.fault.said ? said(page.fault.said) : t(page.fault.key, page.fault.values)) : "";
  return html`
    <form class="override" @submit=${submit}>
      <section>
        <h1 id="title" tabindex="-1">${t("override.title")}</h1>
        ${bigYen(sale)}
        ${page.refusal ? html`<p class="reason">${said(page.refusal)}</p>` : nothing}
        ${self ? html`<p>${t("override.self", { name: page.who?.name ?? "" })}</p>` : nothing}
        <p id="pin-fault" class="fault">${fault || nothing}</p>
        <div class="actions">
          <button type="submit" class="action primary" id="let-pass" ?disabled=${page.busy !== "" || (!self && pin.length < shortest)}>${t("override.go")}</button>
          <button type="button" class="action" id="override-back" @click=${() => set({ override: null, fault: null })}>${t("override.back")}</button>
        </div>
      </section>
      ${self ? nothing : byPIN(pin, fault)}
    </form>`;
}
