// The troubles that people were told of, for the manager: what stands first,
// with what there is to do, and what is over.
import { html, nothing, repeat } from "../../vendor/lit.js";
import { alerts, seeAlert } from "../alerts.js";
import { page } from "../page.js";
import { faultNote } from "../parts/panel.js";
import { lang, moment, said, t } from "../words.js";

/** @param {import("../alerts.js").Alert} of */
const title = (of) => (lang() === "en" ? of.title_en : of.title) + (of.subject ? ` (${of.subject})` : "");

/** Only a manager says that it is seen to. @param {import("../alerts.js").Alert} of */
function acknowledged(of) {
  if (of.acknowledged) return html`<span class="small">${t("alerts.seen", { who: of.acknowledged_by ?? "", time: moment(of.acknowledged) })}</span>`;
  if (of.cleared || page.who?.role !== "manager") return nothing;
  return html`<button type="button" class="action" data-see=${of.id} ?disabled=${page.busy !== ""} aria-label=${`${t("alerts.see")}: ${title(of)}`} @click=${() => seeAlert(of.id)}>${t("alerts.see")}</button>`;
}

/** @param {import("../alerts.js").Alert} of */
const row = (of) => html`
  <tr class=${of.cleared ? "over" : "stands"}>
    <td>${moment(of.raised)}</td>
    <td><b>${title(of)}</b>${of.cleared ? nothing : html`<br>${said(of)}`}${of.detail ? html`<span class="key-text">${of.detail}</span>` : nothing}</td>
    <td>${of.cleared ? t("alerts.over", { time: moment(of.cleared) }) : t("alerts.stands")}</td>
    <td>${acknowledged(of)}</td>
  </tr>`;

/** Those that stand before those that are over. @param {import("../alerts.js").Alert[]} list */
const inOrder = (list) => [...list.filter((a) => !a.cleared), ...list.filter((a) => a.cleared)];

/** How many stand, for whoever hears the page. */
export const alertNews = () => (alerts.list === null ? "" : t("alerts.count", { n: alerts.list.filter((a) => !a.cleared).length }));

/** @param {import("../alerts.js").Alert[]} list */
const table = (list) => html`
  <table>
    <caption class="spoken">${t("alerts.caption")}</caption>
    <thead><tr><th scope="col">${t("alerts.since")}</th><th scope="col">${t("alerts.what")}</th><th scope="col">${t("charges.state")}</th><th scope="col">${t("alerts.seen.by")}</th></tr></thead>
    <tbody>${repeat(inOrder(list), (a) => a.id, row)}</tbody>
  </table>`;

export function alertList() {
  const { list, mail } = alerts;
  return html`
    <div class="charges alerts">
      <div class="heading"><h1 id="title" tabindex="-1">${t("alerts.title")}</h1></div>
      ${faultNote()}
      <p class="yen" id="standing">${alertNews()}</p>
      ${mail && mail.state !== "ok" ? html`<p id="mail">${t("alerts.mail", { problem: mail.problem ?? mail.state })}</p>` : nothing}
      <div class="rows" tabindex="0" role="region" aria-label=${t("alerts.title")}>
        ${list === null ? html`<p>${t("starting")}</p>` : list.length === 0 ? html`<p>${t("alerts.none")}</p>` : table(list)}
      </div>
    </div>`;
}
