// Who is at the register: a name where people have one of their own, and a PIN,
// by keys or by touch.
import { html, nothing, live, repeat } from "../../vendor/lit.js";
import { page, set } from "../page.js";
import { choose, door } from "../door.js";
import { settled } from "../model.js";
import { signIn } from "../signing.js";
import { keypad } from "../parts/keypad.js";
import { setUp } from "./setup.js";
import { money, said, t } from "../words.js";

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

/** What is not done yet, for whoever comes back to it. */
function kept() {
  const { sale } = page;
  if (!door.locked) return nothing;
  return html`<p class="kept" id="kept">${sale && !settled(sale.state) ? t("signin.kept.sale", { amount: money(sale.amount, sale.currency) }) : t("signin.kept")}</p>`;
}

/** One name of two is told apart by its id. @param {import("../door.js").Person} person */
const tile = (person) => html`
  <button type="button" class="action tile" data-person=${person.id} @click=${() => choose(person.id)}>
    <span>${person.name}</span>${door.people.filter((p) => p.name === person.name).length > 1 ? html`<span class="small">${person.id}</span>` : nothing}</button>`;

const names = () => html`
  <div class="signin">
    <h1 id="title" tabindex="-1">${t("signin.who")}</h1>
    ${kept()} <p class="fault" id="pin-fault">${faultText() || nothing}</p>
    <div class="tiles" role="group" aria-labelledby="title">${repeat(door.people, (p) => p.id, tile)}</div>
  </div>`;

/** Who was chosen, and the way back to all names. */
function chosen() {
  if (!door.choose) return nothing;
  const name = door.people.find((p) => p.id === door.chosen)?.name ?? door.chosen;
  return html`<p class="chosen"><b id="chosen">${name}</b><button type="button" class="action" id="other" @click=${() => choose("")}>${t("signin.other")}</button></p>`;
}

function faultText() {
  const { fault } = page;
  if (!fault) return "";
  const text = fault.said ? said(fault.said) : t(fault.key, fault.values);
  return fault.also ? `${text} ${t(fault.also.key, fault.also.values)}` : text;
}

export function signin() {
  if (door.setUp) return setUp();
  if (door.known && door.people.length === 0) return html`<div class="starting"><h1 id="title" tabindex="-1">${t("signin.nobody")}</h1><p>${t("signin.nobody.do")}</p></div>`;
  if (door.choose && !door.chosen && door.people.length > 0) return names();
  const fault = faultText();
  return html`
    <form class="signin" @submit=${submit}>
      <div class="signin-text">
        <h1 id="title" tabindex="-1">${t("signin.title")}</h1>
        ${kept()} ${chosen()}
        <label for="pin">${t("signin.pin")}</label>
        <input id="pin" class="pin" type="password" inputmode="none" autocomplete="off" maxlength=${longest}
          aria-describedby="pin-fault" aria-invalid=${fault ? "true" : "false"} .value=${live(page.pin)} @input=${typed}>
        <p id="pin-fault" class="fault">${fault || nothing}</p>
      </div>
      <div class="signin-keys">
        ${keypad({ label: t("amount.keypad"), press })}
        <button type="submit" class="action primary" ?disabled=${page.pin.length < 4 || page.busy !== "" || Date.now() < door.until}>${t("signin.go")}</button>
      </div>
    </form>`;
}

export const starting = () => html`<div class="starting"><h1 id="title" tabindex="-1">${t("starting")}</h1></div>`;
