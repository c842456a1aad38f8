// The programs that are told what happens: how each stands, and a test.
import { html, nothing, repeat } from "../../vendor/lit.js";
import { page } from "../page.js";
import * as acts from "../hooks.js";
import { hooks } from "../hooks.js";
import { faultNote } from "../parts/panel.js";
import { sign } from "../parts/shapes.js";
import { moment, t, tFirst } from "../words.js";

/** @type {Record<string, "good"|"look"|"bad">} */
const how = { ok: "good", failing: "look", gone: "bad", given_up: "bad" };

/** What came of the last test. @param {string} name */
function tried(name) {
  const of = hooks.tried[name];
  if (!of) return nothing;
  return html`<p class="small ${of.ok ? "" : "trouble"}" data-tried=${name} role="status">${t(of.ok ? "webhooks.tried" : "webhooks.tried.not", { status: of.status || "-", seconds: of.seconds.toFixed(1) })} ${of.problem ?? ""}</p>`;
}

/** @param {import("../hooks.js").Hook} of */
function one(of) {
  const may = page.who?.role === "manager" || page.who?.role === "engineer";
  const fresh = of.state === "ok" && !of.last_ok; // nothing was sent since the start: nobody knows
  const level = fresh ? "off" : how[of.state] ?? "look", busy = page.busy !== "";
  return html`
    <li class="hook" data-hook=${of.name}>
      <h2>${of.name} <span class="standing ${level}">${sign(level)}${fresh ? t("webhooks.state.new") : tFirst(`webhooks.state.${of.state}`, "webhooks.state.other")}</span></h2>
      <p class="key-text">${of.url}</p>
      <dl class="facts">
        <div><dt>${t("webhooks.events")}</dt><dd>${of.events.length ? of.events.join(", ") : t("webhooks.all")}</dd></div>
        <div><dt>${t("webhooks.sent")}</dt><dd>${of.sent}</dd></div>
        <div><dt>${t("webhooks.behind")}</dt><dd>${of.behind}</dd></div>
        <div><dt>${t("webhooks.last")}</dt><dd>${of.last_ok ? moment(of.last_ok) : t("webhooks.never")}</dd></div>
        ${of.since ? html`<div><dt>${t("webhooks.since")}</dt><dd>${moment(of.since)}</dd></div>` : nothing}
        ${of.next ? html`<div><dt>${t("webhooks.next")}</dt><dd>${moment(of.next)}</dd></div>` : nothing}
      </dl>
      ${of.problem ? html`<p class="trouble">${of.problem}</p>` : nothing} ${tried(of.name)}
      ${may ? html`<div class="actions"><button type="button" class="action" data-test=${of.name} ?disabled=${busy} @click=${() => acts.test(of.name)}>${t("webhooks.test")}</button>
        ${of.state === "gone" || of.state === "given_up" ? html`<button type="button" class="action primary" data-enable-hook=${of.name} ?disabled=${busy} @click=${() => acts.enable(of.name)}>${t("webhooks.enable")}</button>` : nothing}</div>` : nothing}
    </li>`;
}

export function webhooks() {
  return html`
    <div class="charges webhooks">
      <div class="heading"><h1 id="title" tabindex="-1">${t("webhooks.title")}</h1>
        <button type="button" class="action" id="webhooks-again" ?disabled=${page.busy !== ""} @click=${acts.listHooks}>${t("webhooks.again")}</button></div>
      ${faultNote()}
      ${hooks.list === null ? html`<p>${t("starting")}</p>` : hooks.list.length === 0 ? html`<p class="hint">${t("webhooks.none")}</p>` : html`<ul class="hooks">${repeat(hooks.list, (h) => h.name, one)}</ul>`}
    </div>`;
}
