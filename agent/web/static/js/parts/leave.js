// Asking for a manager's leave, over whatever asked for it.
import { html, nothing } from "../../vendor/lit.js";
import { page } from "../page.js";
import { Refused } from "../api.js";
import * as acts from "../leave.js";
import { leave } from "../leave.js";
import { clock, money, said, t } from "../words.js";
import { dialog } from "./dialog.js";
import { field } from "./field.js";

/** What is approved, in words. @param {import("../leave.js").Act} act */
function what(act) {
  if (act.kind === "refund") return t("leave.refund", { amount: money(act.amount ?? 0), key: act.key });
  return act.kind === "users" ? t("leave.users", { id: act.key }) : t(`leave.${act.kind}`);
}

function faultText() {
  const { fault } = leave;
  if (!fault) return nothing;
  if (!(fault instanceof Refused)) return t("signin.unreachable");
  const until = fault.wait > 0 ? ` ${t("signin.until", { time: clock(Date.now() + fault.wait * 1000) })}` : "";
  return `${said(fault.problem) || t("problem.other")}${until}`;
}

export function leaveDialog() {
  const { asked, form } = leave;
  if (!asked || !page.signedIn) return nothing;
  const people = acts.mayGive();
  const inside = html`
    <form class="sheet" @submit=${(/** @type {Event} */ e) => { e.preventDefault(); void acts.give(); }}>
      <p class="asked">${what(asked.act)}</p>
      <p>${said(asked.problem)}</p>
      <div class="field"><label for="leave-operator">${t("leave.operator")}</label>
        <select id="leave-operator" .value=${form.operator} @change=${(/** @type {any} */ e) => acts.fill("operator", e.target.value)}>
          <option value="" ?selected=${form.operator === ""}>${t("leave.choose")}</option>
          ${people.map((p) => html`<option value=${p.id} ?selected=${form.operator === p.id}>${p.name}</option>`)}</select></div>
      ${field({ id: "leave-pin", label: t("leave.pin"), value: form.pin, longest: 12, secret: true, input: (v) => acts.fill("pin", v) })}
      ${field({ id: "leave-code", label: t("leave.code"), value: form.code, longest: 24, help: t("leave.code.help"), input: (v) => acts.fill("code", v) })}
      <p class="fault" id="leave-fault" role="alert">${faultText()}</p>
      <div class="actions">
        <button type="submit" class="action primary" id="leave-go" ?disabled=${leave.busy || !form.operator || form.pin.length < 4}>${t("leave.go")}</button>
        <button type="button" class="action" id="leave-no" @click=${acts.giveUp}>${t("leave.no")}</button></div>
    </form>`;
  return dialog({ id: "leave", title: t("leave.title"), close: acts.giveUp, inside });
}
