// The dialog that gives money of a payment back. It says what it became, and
// never lets anybody pay cash besides.
import { html, nothing } from "../../vendor/lit.js";
import { page } from "../page.js";
import * as acts from "../giveback.js";
import { giving } from "../giveback.js";
import { leave } from "../leave.js";
import { outcome } from "../model.js";
import { moment, money, reason, said, t, walletName } from "../words.js";
import { dialog } from "./dialog.js";
import { field } from "./field.js";
import { shape, sign } from "./shapes.js";

const reasons = ["returned", "wrong_amount", "charged_twice"];

/** The payment. @param {any} of */
const facts = (of) => html`
  <dl class="facts">
    <div><dt>${t("giveback.paid")}</dt><dd>${money(of.amount, of.currency)}</dd></div>
    ${giving.left < of.amount ? html`<div><dt>${t("giveback.gone")}</dt><dd>${money(of.amount - giving.left, of.currency)}</dd></div>` : nothing}
    ${of.wallet ? html`<div><dt>${t("wallet")}</dt><dd>${walletName(of)}</dd></div>` : nothing}
    <div><dt>${t("time")}</dt><dd>${moment(of.prepared)}</dd></div>
    <div><dt>${t("key")}</dt><dd class="key-text">${of.key}</dd></div>
  </dl>`;

/** Why it was not done. In doubt nobody pays cash. */
function fault() {
  if (giving.doubt) return html`<div class="notice look" role="alert" id="giveback-doubt">${sign("look")}<div><b>${t("giveback.doubt")}</b><p>${t("giveback.doubt.do")}</p></div></div>`;
  const { fault } = page;
  if (!fault || leave.asked) return nothing;
  return html`<div class="notice bad" role="alert" id="giveback-fault">${sign("bad")}<div><b>${t("problem.title")}</b><p>${fault.said ? said(fault.said) : t(fault.key, fault.values)}</p></div></div>`;
}

/** @param {any} of */
function form(of) {
  const yen = acts.amount();
  const busy = page.busy !== "";
  return html`
    <form class="sheet" @submit=${(/** @type {Event} */ e) => { e.preventDefault(); void acts.giveBack(); }}>
      ${facts(of)}
      ${giving.left <= 0 ? html`<p class="notice look" id="giveback-none">${t("giveback.none")}</p>` : html`
        ${field({ id: "giveback-amount", label: t("giveback.amount", { most: money(giving.left, of.currency) }), value: giving.typed, longest: 13, digits: true,
          wrong: yen === 0, help: yen === 0 ? t("giveback.wrong", { most: money(giving.left, of.currency) }) : t("giveback.hint"), input: (v) => acts.fill("typed", v) })}
        <div class="field"><label for="giveback-reason">${t("giveback.reason")}</label>
          <select id="giveback-reason" @change=${(/** @type {any} */ e) => acts.fill("reason", e.target.value)}>
            <option value="">${t("giveback.reason.none")}</option>
            ${reasons.map((r) => html`<option value=${r} ?selected=${giving.reason === r}>${t(`giveback.reason.${r}`)}</option>`)}</select></div>`}
      ${fault()}
      <div class="actions">
        ${giving.left > 0 ? html`<button type="submit" class="action primary" id="giveback-go" ?disabled=${busy || yen === 0}>${busy ? t("giveback.busy") : t("giveback.go", { amount: money(yen || giving.left, of.currency) })}</button>` : nothing}
        <button type="button" class="action" id="giveback-close" ?disabled=${busy && !leave.asked} @click=${acts.closeGiveBack}>${t("giveback.no")}</button></div>
    </form>`;
}

/** Shapes of what it became. @type {Record<string, "reversed"|"doubt"|"declined">} */
const shapes = { void: "reversed", refund: "reversed", waiting: "doubt", not: "declined" };

/** @param {any} of */
function result(of) {
  const became = outcome(giving.result);
  return html`
    <div class="sheet" role="status" id="giveback-result" data-became=${became} data-way=${giving.result.way ?? ""}>
      <div class="became ${became}">${shape(shapes[became])}<div><p class="big-text"><b>${t(`giveback.became.${became}`)}</b></p><p class="yen">${money(giving.result.amount, of.currency)}</p></div></div>
      <p>${t(`giveback.then.${became}`)}</p>
      ${became === "not" && giving.result.reason ? html`<p class="reason">${reason(giving.result)}</p>` : nothing}
      <p class="goods strong">${t("giveback.nocash")}</p>
      <div class="actions"><button type="button" class="action primary" id="giveback-close" data-first @click=${acts.closeGiveBack}>${t("close")}</button></div>
    </div>`;
}

export function giveBackDialog() {
  const { of } = giving;
  if (!of || !page.signedIn || page.lost) return nothing;
  const close = () => { if (page.busy === "") acts.closeGiveBack(); };
  return dialog({ id: "giveback", title: t("giveback.title"), close, inside: giving.result ? result(of) : form(of) });
}
