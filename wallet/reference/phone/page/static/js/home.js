// What a member sees: the code to pay with, what waits for a yes, what was paid,
// and what keeps the money safe.
import { html, nothing } from "../vendor/lit.js";
import { allows } from "./op1.js";
import { barcode, qr } from "./picture.js";
import { button } from "./views.js";
import { browser, moment, t, tOr, yen } from "./words.js";

export function home(s, a) {
  const tabs = { pay, history, safety };
  return html`${tabs[s.tab](s, a)}
    <nav aria-label=${t("tabs")}>${Object.keys(tabs).map((name) => html`<button id=${`tab-${name}`} type="button" aria-current=${s.tab === name ? "page" : "false"} @click=${() => a.tab(name)}>${t(`tab.${name}`)}</button>`)}</nav>`;
}

function pay(s, a) {
  const standing = a.standing();
  return html`<h1 class="balance"><span class="small">${t("balance")}</span> <span id="balance">${yen(s.me.balance)}</span></h1>
    ${s.me.points || s.me.reserved ? html`<p class="small">${[s.me.points && t("points", { n: s.me.points }), s.me.reserved && t("reserved", { yen: yen(s.me.reserved) })].filter(Boolean).join(" · ")}</p>` : nothing}
    ${s.me.frozen ? frozen(s, a) : s.pending.length && standing === "active" ? s.pending.map((e) => asks(s, a, e)) : standings[standing]?.(s, a) ?? standings.none(s, a)}`;
}

const frozen = (s, a) => html`<section class="card bad" id="frozen"><h2>${t("frozen.title")}</h2><p>${t("frozen.about")}</p>${button(s, "unfreeze", t("frozen.undo"), a.unfreeze)}</section>`;

/** A payment that waits for a yes. */
const asks = (s, a, e) => html`<section class="card ask"><h2>${t("ask.title")}</h2>
  <p class="huge">${yen(e.amount)}</p><p>${t("ask.about", { store: e.store })}</p>
  ${button(s, "confirm-pay", t("ask.yes", { yen: yen(e.amount) }), () => a.answer(e, true), "main")}
  ${button(s, "refuse-pay", t("ask.no"), () => a.answer(e, false))}<p class="small">${t("ask.doubt")}</p></section>`;

const standings = {
  none: (s, a) => html`<section class="card"><h2>${t("phone.title")}</h2><p>${t(s.phones.some((p) => p.state === "active") ? "phone.second" : "phone.first")}</p>
    ${button(s, "add-phone", t("phone.add"), a.addPhone, "main")}</section>${stop(s, a)}`,
  waiting: (s, a) => html`<section class="card" id="waiting"><h2>${t("waiting.title")}</h2><p>${t("waiting.about")}</p></section>${stop(s, a)}`,
  active: (s, a) => html`${others(s, a)}${shown(s, a)}${s.me.topups ? topUp(s, a) : nothing}${stop(s, a)}`,
};

/** The code, or why there is none. */
function shown(s, a) {
  if (!s.code) return html`<section class="card code">${s.away ? html`<p class="note">${t("away.none")}</p>` : html`<p>${t("code.coming")}</p>`}</section>`;
  return html`<section class="card code">${s.away ? html`<p class="note" id="away">${t("away.own", { yen: yen(allows(s.key.certificate).perCharge) })}</p>` : nothing}
    ${qr(s.code.text, t("code.qr"))}${s.code.own ? nothing : html`${barcode(s.code.text, t("code.bars"))}<p class="digits">${s.code.text.replace(/(\d{4})(?=\d)/g, "$1 ")}</p>`}
    <p class="small" id="left">${t("code.left", { n: a.left() })}</p></section>
    ${s.me.day_most ? html`<p class="note">${t("cool", { yen: yen(s.me.day_most), until: moment(s.me.day_most_until) })}</p>` : nothing}
    ${s.me.balance === 0 ? html`<p class="note">${t("empty")}</p>` : nothing}`;
}

/** Another phone wants to take the place of this one. */
const others = (s, a) => s.phones.filter((p) => p.state === "waiting").map((p) => html`<section class="card bad"><h2>${t("other.title")}</h2>
  <p>${t("other.about", { label: p.label, at: moment(p.at) })}</p>
  ${button(s, "refuse-phone", t("other.no"), () => a.agree(p.id, false), "main")}${button(s, "agree-phone", t("other.yes"), () => a.agree(p.id, true))}</section>`);

/** Money from a card or the bank. */
const topUp = (s, a) => html`<details class="card" id="topup"><summary>${t("topup.title")}</summary>
  ${["card", "bank"].map((source) => html`<p>${t(`topup.${source}`)}</p><div class="choice">${[1000, 3000, 5000].map((n) => button(s, `${source}-${n}`, yen(n), () => a.topUp(source, n)))}</div>`)}</details>`;

const stop = (s, a) => html`<div class="stop">${button(s, "freeze", t("freeze"), a.freeze, "danger")}<p class="small">${t("freeze.about")}</p></div>`;

function history(s) {
  return html`<h1>${t("tab.history")}</h1>
    ${s.entries.length === 0 ? html`<p>${t("history.none")}</p>` : html`<ul class="rows">${s.entries.map((e) => html`<li>
      <span><strong>${tOr(`kind.${e.kind}`, e.kind)}</strong> <span class=${`state ${e.status}`}>${tOr(`status.${e.status}`, e.status)}</span><br><span class="small">${moment(e.at)} · ${tOr(e.store.replace("source:", "from."), e.store)}</span></span>
      <span class="sum">${e.kind === "charge" ? "−" : "+"}${yen(e.amount)}${e.points_earned ? html`<br><span class="small">+${e.points_earned} ${t("pt")}</span>` : nothing}</span></li>`)}</ul>`}`;
}

function safety(s, a) {
  const own = a.standing() === "active";
  return html`<h1>${t("tab.safety")}</h1>
    ${s.me.frozen ? frozen(s, a) : stop(s, a)}
    <h2>${t("phones.title")}</h2><ul class="rows" id="phones">${s.phones.map((p) => html`<li><span><strong>${p.label}</strong>${p.id === s.key?.id ? html` <span class="small">${t("this")}</span>` : nothing}<br>
      <span class="small">${tOr(`state.${p.state}`, p.state)} · ${moment(p.at)}</span></span>${["active", "waiting"].includes(p.state) ? button(s, `end-${p.id.slice(0, 8)}`, t("phones.end"), () => a.endPhone(p.id)) : nothing}</li>`)}</ul>
    ${own && !s.me.frozen ? html`<h2>${t("aside.title")}</h2><p>${s.key.certificate ? t("aside.has", { yen: yen(allows(s.key.certificate).perCharge), until: moment(allows(s.key.certificate).until) }) : t("aside.about")}</p>
      <div class="choice">${[1000, 3000, 5000].map((n) => button(s, `aside-${n}`, yen(n), () => a.aside(n)))}</div>
      <h2>${t("points.title")}</h2><div class="choice">${button(s, "points-on", t("points.use"), () => a.usePoints(true))}${button(s, "points-off", t("points.keep"), () => a.usePoints(false))}</div>` : nothing}
    <h2>${t("sessions.title")}</h2><ul class="rows">${s.sessions.map((x) => html`<li><span>${browser(x.agent) || x.agent.slice(0, 40)}<br><span class="small">${x.from} · ${moment(x.seen)}</span></span>
      ${x.this ? html`<span class="small">${t("this")}</span>` : button(s, `end-session-${x.id.slice(0, 8)}`, t("sessions.end"), () => a.endSession(x.id))}</li>`)}</ul>
    <h2>${t("notices.title")}</h2>${s.notices.length ? nothing : html`<p>${t("history.none")}</p>`}<ul class="rows">${s.notices.map((n) => html`<li><span>${tOr(`notice.${n.kind}`, n.kind)} <span class="small">${n.text}</span><br><span class="small">${moment(n.at)}</span></span></li>`)}</ul>
    <p class="small">${s.me.contact}</p>${button(s, "signout", t("signout"), a.signOut)}`;
}
