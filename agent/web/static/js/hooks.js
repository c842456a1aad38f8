// The programs that are told what happens, as the agent tells of them.
import { askJSON } from "./api.js";
import { act } from "./acts.js";
import { onLeave } from "./door.js";
import { set } from "./page.js";

/** @typedef {{name: string, url: string, events: string[], state: string, journal: number, behind: number, sent: number, last_ok?: string, since?: string, next?: string, problem?: string}} Hook */

const path = {
  webhooks: "/v1/webhooks",
  test: (/** @type {string} */ name) => `/v1/webhooks/${encodeURIComponent(name)}/test`,
  enable: (/** @type {string} */ name) => `/v1/webhooks/${encodeURIComponent(name)}/enable`,
};

export const hooks = {
  /** @type {Hook[]|null} */
  list: null,
  /** @type {Record<string, {ok: boolean, status: number, seconds: number, problem?: string}>} */
  tried: {},        // by name, what came of a test
};

/** @param {Partial<typeof hooks>} to */
function change(to) {
  Object.assign(hooks, to);
  set({});
}

onLeave(() => Object.assign(hooks, { list: null, tried: {} }));

export const listHooks = () => act("webhooks", async () => {
  change({ list: (await askJSON(path.webhooks)).webhooks });
});

/** Sends a test message. @param {string} name */
export const test = (name) => act(`test ${name}`, async () => {
  const got = await askJSON(path.test(name), { method: "POST" });
  change({ tried: { ...hooks.tried, [name]: got }, list: (await askJSON(path.webhooks)).webhooks });
});

/** Lets one that was given up go on. @param {string} name */
export const enable = (name) => act(`enable ${name}`, async () => {
  change({ list: (await askJSON(path.enable(name), { method: "POST" })).webhooks });
});
