// The people of the register: who may sign in, who is stopped, and who has a
// second factor.
import { html, nothing, repeat } from "../../vendor/lit.js";
import { page } from "../page.js";
import * as acts from "../staff.js";
import { staff } from "../staff.js";
import { code } from "../parts/code.js";
import { dialog } from "../parts/dialog.js";
import { field } from "../parts/field.js";
import { faultNote } from "../parts/panel.js";
import { sign } from "../parts/shapes.js";
import { t } from "../words.js";

const roles = ["cashier", "manager", "engineer"];

/** Roles whose PINs are no longer: others need a new PIN, at the machine. @param {string} role */
const others = (role) => (role === "cashier" ? [] : roles.filter((r) => r !== role));

/** @param {import("../staff.js").Operator} o @returns {["good"|"look"|"bad"|"off", string]} */
function standing(o) {
  if (o.disabled) return ["off", t("people.disabled")];
  if (o.locked) return ["bad", t("people.locked")];
  return o.wrong_pins > 0 ? ["look", t("people.wrong", { n: o.wrong_pins })] : ["good", t("people.good")];
}

/** Stopping takes two touches. @param {import("../staff.js").Operator} o */
function stop(o) {
  const busy = page.busy !== "";
  if (o.disabled) return html`<button type="button" class="action" data-enable=${o.id} ?disabled=${busy} @click=${() => acts.alter(o.id, { disabled: false })}>${t("people.enable")}</button>`;
  if (staff.sure !== o.id) return html`<button type="button" class="action" data-disable=${o.id} ?disabled=${busy} @click=${() => acts.askStop(o.id)}>${t("people.disable")}</button>`;
  return html`
    <button type="button" class="action danger" data-sure=${o.id} ?disabled=${busy} @click=${() => acts.alter(o.id, { disabled: true })}>${t("people.disable.sure")}</button>
    <button type="button" class="action" @click=${() => acts.askStop("")}>${t("people.disable.no")}</button>`;
}

/** What may be done with somebody. @param {import("../staff.js").Operator} o */
function deeds(o) {
  const own = o.id === page.who?.id, busy = page.busy !== "";
  return html`
    ${o.wrong_pins > 0 && !own ? html`<button type="button" class="action" data-unlock=${o.id} ?disabled=${busy} @click=${() => acts.unlock(o.id)}>${t("people.unlock")}</button>` : nothing}
    ${own && !o.second_factor ? html`<button type="button" class="action" id="enrol" ?disabled=${busy} @click=${acts.enrol}>${t("people.enrol")}</button>` : nothing}
    ${o.origin === "settings" ? html`<span class="small">${t("people.settings")}</span>` : own ? nothing : html`${stop(o)}
      ${others(o.role).length ? html`<select class="role" data-role=${o.id} aria-label=${t("people.role.of", { name: o.name })} ?disabled=${busy} @change=${(/** @type {any} */ e) => acts.alter(o.id, { role: e.target.value })}>
        <option value=${o.role} selected>${t(`role.${o.role}`)}</option>${others(o.role).map((r) => html`<option value=${r}>${t(`role.${r}`)}</option>`)}</select>` : nothing}`}`;
}

/** @param {import("../staff.js").Operator} o */
function row(o) {
  const [level, word] = standing(o);
  return html`
    <tr data-operator=${o.id}>
      <td><b>${o.name}</b><span class="key-text">${o.id}</span></td>
      <td>${t(`role.${o.role}`)}</td>
      <td><span class="standing ${level}">${sign(level)}${word}</span>${o.second_factor ? html`<br><span class="small">${t("people.second")}</span>` : nothing}</td>
      <td>${deeds(o)}</td>
    </tr>`;
}

function form() {
  const { form } = staff;
  const lacks = acts.lacks();
  const one = (/** @type {keyof typeof form} */ name, /** @type {any} */ more) =>
    field({ id: `people-${name}`, label: t(`people.field.${name}`), value: form[name], input: (value) => acts.fill(name, value), ...more });
  return html`
    <form class="closing-form" id="people-add" @submit=${(/** @type {Event} */ e) => { e.preventDefault(); void acts.add(); }}>
      <h2>${t("people.add")}</h2>
      ${one("name", { longest: 40 })} ${one("id", { longest: 32 })}
      <div class="field"><label for="people-role">${t("people.field.role")}</label>
        <select id="people-role" @change=${(/** @type {any} */ e) => acts.fill("role", e.target.value)}>${roles.map((r) => html`<option value=${r} ?selected=${form.role === r}>${t(`role.${r}`)}</option>`)}</select></div>
      ${one("pin", { longest: 12, secret: true })} ${one("again", { longest: 12, secret: true })}
      <p class="small" id="people-lacks">${lacks ? t(lacks) : nothing}</p>
      <button type="submit" class="action primary" id="people-go" ?disabled=${page.busy !== "" || lacks !== ""}>${t("people.go")}</button>
      <p class="small">${t("people.pin.where")}</p>
    </form>`;
}

/** The code for the app, and then what stands for it when the phone is lost. */
export function enrolDialog() {
  const { enrol, recovery } = staff;
  if (!page.signedIn || (!enrol && recovery.length === 0)) return nothing;
  const secret = enrol ? new URL(enrol.uri).searchParams.get("secret") ?? "" : "";
  const inside = enrol ? html`
    <form class="sheet" @submit=${(/** @type {Event} */ e) => { e.preventDefault(); void acts.confirm(); }}>
      <p>${t("people.enrol.read")}</p>
      ${enrol.size ? html`<div class="enrol-code">${code(enrol, t("people.enrol.alt"))}</div>` : nothing}
      <p class="key-text" id="enrol-secret">${secret.replace(/(.{4})/g, "$1 ").trim()}</p>
      ${field({ id: "enrol-code", label: t("people.enrol.code"), value: staff.code, longest: 8, digits: true, input: acts.fillCode })}
      <div class="actions"><button type="submit" class="action primary" id="enrol-go" ?disabled=${page.busy !== "" || !/^\d{6}$/.test(staff.code.trim())}>${t("people.enrol.go")}</button>
        <button type="button" class="action" id="enrol-no" @click=${acts.closeEnrol}>${t("giveback.no")}</button></div>
    </form>` : html`
    <div class="sheet"><p>${t("people.recovery")}</p>
      <ul class="plain-list recovery" id="recovery">${recovery.map((c) => html`<li>${c}</li>`)}</ul>
      <div class="actions"><button type="button" class="action primary" id="enrol-no" data-first @click=${acts.closeEnrol}>${t("people.recovery.done")}</button></div></div>`;
  return dialog({ id: "enrolment", title: t("people.enrol"), close: () => { if (enrol) acts.closeEnrol(); }, inside });
}

/** Who was added, for whoever hears the page. */
export const peopleNews = () => (staff.added ? t("people.added", { name: staff.added }) : "");

export function people() {
  const title = html`<h1 id="title" tabindex="-1">${t("people.title")}</h1>`;
  if (page.who?.role !== "manager") return html`<div class="charges">${title}<p class="hint">${t("people.manager")}</p></div>`;
  return html`
    <div class="charges people">
      <div class="heading">${title}</div>
      ${faultNote()}
      ${staff.added ? html`<p class="notice good" id="added">${sign("good")}${peopleNews()}</p>` : nothing}
      <div class="both">
        <div class="rows" tabindex="0" role="region" aria-label=${t("people.title")}>
          ${staff.list === null ? html`<p>${t("starting")}</p>` : html`
          <table><caption class="spoken">${t("people.title")}</caption>
            <thead><tr><th scope="col">${t("people.field.name")}</th><th scope="col">${t("people.field.role")}</th><th scope="col">${t("charges.state")}</th><th scope="col">${t("charges.do")}</th></tr></thead>
            <tbody>${repeat(staff.list, (o) => o.id, row)}</tbody></table>`}
        </div>
        <div class="closing-side">${form()}</div>
      </div>
    </div>`;
}
