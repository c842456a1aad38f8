// The people of the register as the manager's page changes them. PINs are set
// and second factors taken away at the machine alone: the agent refuses them
// here, and the page says where.
import { askJSON } from "./api.js";
import { act } from "./acts.js";
import { onLeave } from "./door.js";
import { withLeave } from "./leave.js";
import { page, set } from "./page.js";
import { pinFault } from "./pins.js";

/** @typedef {{id: string, name: string, role: string, wrong_pins: number, locked: boolean, origin: string, disabled: boolean, second_factor: boolean}} Operator */

const path = {
  operators: "/v1/operators",
  operator: (/** @type {string} */ id) => `/v1/operators/${encodeURIComponent(id)}`,
  unlock: (/** @type {string} */ id) => `/v1/operators/${encodeURIComponent(id)}/unlock`,
  second: (/** @type {string} */ id) => `/v1/operators/${encodeURIComponent(id)}/second`,
  confirm: (/** @type {string} */ id) => `/v1/operators/${encodeURIComponent(id)}/second/confirmation`,
};

const nobody = { id: "", name: "", role: "cashier", pin: "", again: "" };

export const staff = {
  /** @type {Operator[]|null} */
  list: null,
  form: { ...nobody },
  added: "",        // who was added last
  sure: "",         // who is to be stopped, asked once more
  /** @type {{uri: string, size?: number, modules?: string}|null} */
  enrol: null,      // a second factor that is not confirmed yet
  code: "",
  /** @type {string[]} */
  recovery: [],     // shown once
};

/** @param {Partial<typeof staff>} to */
function change(to) {
  Object.assign(staff, to);
  set({});
}

onLeave(() => Object.assign(staff, { form: { ...nobody }, added: "", sure: "", enrol: null, code: "", recovery: [] }));

/** @param {keyof typeof nobody} field @param {string} value */
export const fill = (field, value) => change({ form: { ...staff.form, [field]: value }, added: "" });

/** @param {string} code */
export const fillCode = (code) => change({ code });

/** What keeps somebody from being added; "" when nothing does. */
export function lacks() {
  const { form } = staff;
  if (!form.name.trim() || !form.id || !form.pin) return "people.fill";
  if (!/^[0-9A-Za-z_-]{1,32}$/.test(form.id)) return "people.id.form";
  if (staff.list?.some((o) => o.id === form.id)) return "people.id.there";
  return pinFault(form.pin, form.again, form.role);
}

export const list = () => act("people", async () => {
  change({ list: (await askJSON(path.operators)).operators });
});

export function add() {
  if (lacks()) return;
  const { id, name, role, pin } = staff.form;
  return act(`add ${id}`, async () => {
    const body = { id, name: name.trim(), role, pin };
    const got = await withLeave({ kind: "users", key: id, detail: `add as ${role}` }, (approval) =>
      askJSON(path.operators, { method: "POST", body: approval ? { ...body, approval } : body }));
    change({ list: got.operators, added: body.name, form: { ...nobody } });
  });
}

/**
 * Stops somebody, lets them sign in again, or gives other work.
 * @param {string} id @param {{disabled?: boolean, role?: string}} to
 */
export const alter = (id, to) => act(`alter ${id}`, async () => {
  const detail = to.role ?? (to.disabled ? "disable" : "enable");
  const got = await withLeave({ kind: "users", key: id, detail }, (approval) =>
    askJSON(path.operator(id), { method: "PATCH", body: approval ? { ...to, approval } : to }));
  change({ list: got.operators, sure: "" });
});

/** Asks whether to stop somebody. @param {string} id */
export const askStop = (id) => change({ sure: id });

/** Forgets the wrong PINs of somebody. @param {string} id */
export const unlock = (id) => act(`unlock ${id}`, async () => {
  change({ list: (await askJSON(path.unlock(id), { method: "POST" })).operators });
});

/** Begins one's own second factor. */
export const enrol = () => act("enrol", async () => {
  change({ enrol: await askJSON(path.second(page.who?.id ?? ""), { method: "POST" }), code: "", recovery: [] });
});

/** Ends it with a code of the app. A wrong one ends it too: the secret is new next time. */
export const confirm = () => act("confirm", async () => {
  const id = page.who?.id ?? "", code = staff.code.trim();
  try {
    const { codes } = await askJSON(path.confirm(id), { method: "POST", body: { code } });
    change({ recovery: codes, enrol: null, code: "" });
  } catch (err) {
    change({ enrol: null, code: "" });
    throw err;
  }
  change({ list: (await askJSON(path.operators)).operators });
});

export const closeEnrol = () => {
  change({ enrol: null, code: "", recovery: [] });
  set({ fault: null });
};
