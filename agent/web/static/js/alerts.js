// Alerts as the manager's page lists them. Its state is its own; page.js keeps
// what is of the register.
import { askJSON } from "./api.js";
import { act } from "./acts.js";
import { set } from "./page.js";

/** @typedef {{id: number, code: string, subject?: string, detail?: string, level: number, title: string, title_en: string, text: string, text_en: string, raised: string, cleared?: string, acknowledged?: string, acknowledged_by?: string}} Alert */
/** @typedef {{state: string, to: string[], problem?: string}} Mail */

const path = {
  alerts: "/v1/alerts",
  see: (/** @type {number} */ id) => `/v1/alerts/${id}/acknowledge`,
};

export const alerts = {
  /** @type {Alert[]|null} */
  list: null,
  /** @type {Mail|null} */
  mail: null,
};

/** @param {Partial<typeof alerts>} to */
function change(to) {
  Object.assign(alerts, to);
  set({});
}

async function fetchAlerts() {
  const got = await askJSON(`${path.alerts}?limit=50`);
  change({ list: got.alerts, mail: got.mail ?? null });
}

/** The newest alerts, those that are over too. */
export const listAlerts = () => act("alerts", fetchAlerts);

/** Says that somebody has seen to one. @param {number} id */
export const seeAlert = (id) => act(`see ${id}`, async () => {
  await askJSON(path.see(id), { method: "POST" });
  await fetchAlerts();
});
