// What was taken without a network: how much waits, what room is left, and
// until when. A chip in the bar says it in short, and all of it to whoever
// touches the chip or comes to it with the keyboard.
import { html, nothing } from "../../vendor/lit.js";
import { page, set } from "../page.js";
import { waiting } from "../model.js";
import { moment, money, span, t } from "../words.js";
import { sign } from "./shapes.js";

/** @typedef {import("../model.js").Offline} Offline */

/** @param {Offline} o @param {NonNullable<ReturnType<typeof waiting>>} how */
function room(o, how) {
  const left = { n: o.left_count, amount: money(o.left_amount) };
  if (how.full) return t("chip.offline.full");
  return how.minutes === null ? t("chip.offline.room", left) : t("chip.offline.left", { ...left, time: span(how.minutes) });
}

/** All there is to say, as sentences. @param {Offline} o @param {number} now */
export function sentences(o, now) {
  const how = waiting(o, now);
  const own = o.count > 0 && o.oldest ? [t("offline.waits", { n: o.count, amount: money(o.amount), time: moment(o.oldest) })] : [];
  const others = o.carried ? [t("offline.carried", { n: o.carried, amount: money(o.carried_amount ?? 0) })] : [];
  const waits = own.length + others.length ? [...own, ...others] : [t("offline.none")];
  if (!o.taking) return [t("offline.off"), ...waits];
  if (how?.full) return [t(how.late ? "offline.late" : "offline.full"), ...waits];
  const out = [...waits, t("offline.room", { n: o.left_count, amount: money(o.left_amount) })];
  if (o.until && how) out.push(t("offline.until", { time: moment(o.until), left: span(how.minutes ?? 0) }));
  return o.away ? [t("offline.on"), ...out] : out;
}

/** The chip, when something waits or is taken so. */
export function offlineChip() {
  const o = page.offline;
  const how = waiting(o, Date.now());
  if (!o || !how) return nothing;
  const all = o.count + (o.carried ?? 0);
  const word = how.level === "wait" ? "chip.offline.collect" : how.full ? "chip.offline.no" : "chip.offline.on";
  return html`
    <button type="button" class="chip offline ${how.level}" data-chip="offline" aria-describedby="offline-tip"
      @click=${() => set({ tip: true })} @focus=${() => set({ tip: true })} @blur=${() => set({ tip: false })}>
      ${sign(how.level)}<span class="lines"><span>${t("chip.offline")} <b>${t(word)}</b>${all > 0 ? html` · <b>${t("chip.offline.waiting", { n: all, amount: money(o.amount + (o.carried_amount ?? 0)) })}</b>` : nothing}</span>
        ${o.taking ? html`<span>${room(o, how)}</span>` : nothing}</span>
    </button>`;
}

/** What the chip means, read out with it and shown while it is asked for. */
export function offlineTip() {
  const o = page.offline;
  if (!o || !waiting(o, Date.now())) return nothing;
  return html`<div class=${page.tip ? "tip" : "spoken"} id="offline-tip">${sentences(o, Date.now()).map((s) => html`<p>${s}</p>`)}</div>`;
}
