// Who is at the register: a PIN, by keys or by touch.
import { html, nothing, live } from "../../vendor/lit.js";
import { page, set } from "../page.js";
import { signIn } from "../acts.js";
import { keypad } from "../parts/keypad.js";
import { said, t } from "../words.js";

export const longest = 12;

/** @param {string} text */
export const keepDigits = (text) => text.normalize("NFKC").replace(/\D/g, "").slice(0, longest);

/** @param {string} key */
function press(key) {
  set({ pin: key === "back" ? page.pin.slice(0, -1) : keepDigits(page.pin + key) });
}

/** @param {Event} event */
function typed(event) {
  set({ pin: keepDigits(/** @type {HTMLInputElement} */ (event.target).value) });
}

/** @param {Event} event */
function submit(event) {
  event.preventDefault();
  void signIn();
}

export function signin() {
  const fault = page.fault ? (page.fault.said ? said(page.fault.said) : t(page.fault.key, page.fault.values)) : "";
  return html`
    <form class="signin" @submit=${submit}>
      <h1 id="title" tabindex="-1">${t("signin.title")}</h1>
      <label for="pin">${t("signin.pin")}</label>
      <input id="pin" class="pin" type="password" inputmode="none" autocomplete="off" maxlength=${longest}
        aria-describedby="pin-fault" aria-invalid=${fault ? "true" : "false"} .value=${live(page.pin)} @input=${typed}>
      <p id="pin-fault" class="fault">${fault || nothing}</p>
      ${keypad({ label: t("amount.keypad"), press })}
      <button type="submit" class="action primary" ?disabled=${page.pin.length < 4 || page.busy !== ""}>${t("signin.go")}</button>
    </form>`;
}

export const starting = () => html`<div class="starting"><h1 id="title" tabindex="-1">${t("starting")}</h1></div>`;
