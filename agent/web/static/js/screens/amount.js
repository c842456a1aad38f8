// Nothing is owed yet: the amount, its tax rate, and the last charge.
import { html, nothing } from "../../vendor/lit.js";
import { page, set } from "../page.js";
import { chooseRate, listCharges, pay, reprint, type } from "../acts.js";
import { open } from "../split.js";
import { keypad } from "../parts/keypad.js";
import { paperTrouble, paperWord } from "../parts/receipt.js";
import { shapeOf } from "../parts/shapes.js";
import { notices } from "../parts/panel.js";
import { refusalNote } from "./scan.js";
import { clock, money, t, tFirst } from "../words.js";

function rates() {
  return html`
    <fieldset class="rates">
      <legend>${t("amount.rate")}</legend>
      ${["standard", "reduced"].map((rate) => html`
        <label class="rate"><input type="radio" name="rate" value=${rate} .checked=${page.entry.rate === rate} @change=${() => chooseRate(rate)}>
          <span><b>${t(`amount.rate.${rate}`)}</b> ${t(`amount.rate.${rate}.note`)}</span></label>`)}
    </fieldset>`;
}

/** The last charge, and its paper if someone must see to it. */
function last() {
  const { last } = page;
  if (!last) return html`<p class="last none">${t("last.none")}</p>`;
  const bad = last.state === "approved" && paperTrouble(last.paper);
  return html`
    <div class="last ${bad ? "trouble" : ""}">
      ${shapeOf(last.state)}
      <p><b>${t("last.label")}</b> ${money(last.amount, last.currency)} ${tFirst(`state.${last.state}`, "state.other")} <time>${clock(last.changed)}</time>
        ${last.state === "approved" ? html`<br><span class="paper">${t("paper.label")}: ${paperWord(last.paper)}</span>` : nothing}</p>
      ${last.state === "approved" ? html`<button type="button" class="action" id="last-reprint" ?disabled=${page.busy !== ""} @click=${() => reprint(last.charge_key)}>${page.busy.startsWith("reprint") ? t("reprint.busy") : t("reprint")}</button>` : nothing}
      <button type="button" class="action" id="charges" @click=${() => listCharges()}>${t(page.who?.role === "manager" ? "amount.charges.back" : "amount.charges")}</button>
    </div>`;
}

/** @param {number} amount */
function goOn(amount) {
  if (!page.entry.large) {
    return html`<button type="button" class="action primary" id="pay" ?disabled=${!amount || page.busy !== ""} @click=${pay}>${t("amount.go")}</button>`;
  }
  return html`
    <div class="sure" role="group" aria-labelledby="large">
      <p id="large">${t("amount.large", { amount: money(amount) })}</p>
      <button type="button" class="action primary" id="pay" ?disabled=${page.busy !== ""} @click=${pay}>${t("amount.large.go", { amount: money(amount) })}</button>
      <button type="button" class="action" @click=${() => set({ entry: { ...page.entry, large: false } })}>${t("amount.large.no")}</button>
    </div>`;
}

export function amount() {
  const yen = Number(page.entry.digits);
  return html`
    <div class="amount">
      <section class="owed-side">
        <h1 id="title" tabindex="-1">${t("amount.title")}</h1>
        <p class="total"><span>${t("amount.label")}</span> <output class="yen" aria-live="off">${money(yen)}</output></p>
        ${rates()}
        ${goOn(yen)}
        ${yen > 1 && !page.entry.large ? html`<button type="button" class="action" id="split" ?disabled=${page.busy !== ""} @click=${open}>${t("split.begin")}</button>` : nothing}
        ${notices()} ${refusalNote()}
        ${last()}
      </section>
      ${keypad({ label: t("amount.keypad"), press: type, hundred: true })}
    </div>`;
}
