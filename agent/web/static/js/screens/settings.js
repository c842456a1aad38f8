// The settings: what stands and where it was set, the agent's own file as text,
// what a change would do, and the time in which it is confirmed.
import { html, live, nothing, repeat } from "../../vendor/lit.js";
import { page } from "../page.js";
import * as acts from "../settings.js";
import { settings } from "../settings.js";
import { faultNote } from "../parts/panel.js";
import { sign } from "../parts/shapes.js";
import { moment, t, tFirst } from "../words.js";

/** A file without its folders. @param {string} [origin] */
const origin = (origin = "") => (origin === "default" ? t("settings.default") : origin.replace(/^.*\//, ""));

/** One change, both sides. @param {import("../settings.js").Difference} d */
const difference = (d) => html`
  <li><b class="key-text">${d.key}</b><br><span class="before">${d.before ?? t("settings.nothing")}</span> → <span class="after">${d.after ?? t("settings.nothing")}</span></li>`;

/** The change that waits: how long, and the two ways on. */
function waits() {
  const rest = acts.rest();
  if (rest === null) return nothing;
  const busy = page.busy !== "";
  return html`
    <div class="notice look waits" id="pending">${sign("look")}<div>
      <b>${t("settings.pending", { n: settings.now?.pending ?? 0 })}</b>
      <p class="count" id="rest">${t("settings.rest", { n: rest })}</p>
      <div class="actions"><button type="button" class="action primary" id="settings-confirm" ?disabled=${busy} @click=${acts.confirm}>${t("settings.confirm")}</button>
        <button type="button" class="action" id="settings-back" ?disabled=${busy} @click=${acts.takeBack}>${t("settings.back")}</button></div></div></div>`;
}

/** @param {any} p */
const probe = (p) => html`<li class=${p.good ? "" : "trouble"}>${p.device}: ${tFirst(`device.${p.state}`)} ${p.detail ?? ""}</li>`;

/** What became of the last change. */
function done() {
  const { done } = settings;
  if (!done || (done.state === "pending" && acts.rest() !== null)) return done?.probes?.length ? html`<ul class="plain-list">${done.probes.map(probe)}</ul>` : nothing;
  return html`<p class="notice good" id="settings-done" role="status">${sign("good")}${t(`settings.done.${done.state}`)}</p>`;
}

/** What is wrong with the text. */
function errors() {
  if (settings.errors.length === 0) return settings.detail ? html`<p class="trouble" id="settings-errors">${settings.detail}</p>` : nothing;
  return html`<ul class="plain-list trouble" id="settings-errors">${settings.errors.map((e) => html`<li>${e.location ? `${origin(e.location)} ` : ""}${e.message}</li>`)}</ul>`;
}

function editor() {
  const { text, own, diff } = settings;
  const busy = page.busy !== "";
  return html`
    <section class="editor">
      <h2>${t("settings.edit")}</h2>
      <div class="field"><label for="settings-text">${t("settings.text")}</label>
        <textarea id="settings-text" rows="9" spellcheck="false" autocapitalize="off" maxlength="32768" aria-describedby="settings-hint" aria-invalid=${settings.errors.length > 0}
          .value=${live(text)} @input=${(/** @type {any} */ e) => acts.type(e.target.value)}></textarea>
        <p class="small" id="settings-hint">${t("settings.hint")}</p></div>
      ${errors()}
      ${diff ? html`<div id="diff"><b>${t(diff.length ? "settings.diff" : "settings.diff.none")}</b><ul class="plain-list">${diff.map(difference)}</ul></div>` : nothing}
      <div class="actions">
        <button type="button" class="action ${acts.mayApply() ? "" : "primary"}" id="settings-judge" ?disabled=${busy} @click=${acts.judge}>${t("settings.judge")}</button>
        <button type="button" class="action ${acts.mayApply() ? "primary" : ""}" id="settings-apply" ?disabled=${busy || !acts.mayApply()} @click=${acts.apply}>${t(page.busy === "apply" ? "settings.applying" : "settings.apply")}</button>
        ${text === own ? nothing : html`<button type="button" class="action" id="settings-forget" ?disabled=${busy} @click=${acts.forget}>${t("settings.forget")}</button>`}
      </div>
    </section>`;
}

/** @param {any} g */
const generation = (g) => html`
  <li data-generation=${g.n}><b>${g.n}</b> ${moment(g.at)} ${g.who || g.by} <span class="standing ${g.state === "confirmed" ? "good" : g.state === "pending" ? "look" : "off"}">${tFirst(`settings.state.${g.state}`)}</span>
    <details><summary>${t("settings.changes", { n: g.diff.length })}</summary><ul class="plain-list">${g.diff.map(difference)}</ul>
      ${g.state === "confirmed" && g.n !== settings.now?.generation ? html`<button type="button" class="action ${settings.sure === g.n ? "danger" : ""}" data-go-back=${g.n} ?disabled=${page.busy !== ""} @click=${() => acts.goBack(g.n)}>${t(settings.sure === g.n ? "settings.goback.sure" : "settings.goback")}</button>` : nothing}
    </details></li>`;

function history() {
  const list = settings.generations ?? [];
  return html`<h2>${t("settings.history")}</h2>
    ${list.length === 0 ? html`<p>${t("settings.history.none")}</p>` : html`<ul class="generations" id="generations">${repeat(list, (g) => g.n, generation)}</ul>`}`;
}

/** @param {import("../settings.js").Value} v */
const row = (v) => html`
  <tr><td class="setting-key">${v.key}${v.live ? html` <span class="live">${t("settings.live")}</span>` : nothing}</td><td class="setting-value">${v.value}</td><td class="small">${origin(v.origin)}</td></tr>`;

function values() {
  if (!settings.now) return html`<p>${t("starting")}</p>`;
  const asked = settings.filter.trim().toLowerCase();
  const found = settings.now.values.filter((v) => `${v.key} ${v.value} ${v.origin}`.toLowerCase().includes(asked));
  return html`
    <div class="field find"><label for="settings-filter">${t("settings.filter")}</label>
      <input id="settings-filter" type="search" autocomplete="off" .value=${live(settings.filter)} @input=${(/** @type {any} */ e) => acts.filter(e.target.value)}></div>
    <div class="rows" tabindex="0" role="region" aria-label=${t("settings.values")}>
      <table id="values"><caption class="spoken">${t("settings.values")}</caption>
        <thead><tr><th scope="col">${t("settings.key")}</th><th scope="col">${t("settings.value")}</th><th scope="col">${t("settings.origin")}</th></tr></thead>
        <tbody>${repeat(found, (v) => v.key, row)}</tbody></table>
    </div>`;
}

/** How long there is to confirm, for whoever hears the page; not every second. */
export function settingsNews() {
  const rest = acts.rest();
  return rest === null ? "" : t("settings.rest", { n: rest > 30 ? 60 : rest > 10 ? 30 : 10 });
}

export function settingsView() {
  const title = html`<h1 id="title" tabindex="-1">${t("settings.title")}</h1>`;
  if (page.who?.role !== "manager" && page.who?.role !== "engineer") return html`<div class="charges">${title}<p class="hint">${t("settings.manager")}</p></div>`;
  return html`
    <div class="charges settings">
      <div class="heading">${title}</div>
      ${faultNote()} ${waits()} ${done()}
      <div class="both"><div class="half">${editor()} ${history()}</div><div class="half">${values()}</div></div>
    </div>`;
}
