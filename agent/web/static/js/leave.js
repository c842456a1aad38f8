// A manager's leave for one act: who gives it, their PIN, and the code of their
// authenticator app. It is asked for only when the agent says that it is
// missing, and is spent at once.
import { askJSON, GivenUp, path, Refused } from "./api.js";
import { page, set } from "./page.js";
import { door, onLeave, readNames } from "./door.js";

/** The act as the agent names it. @typedef {{kind: string, key: string, amount?: number, detail?: string}} Act */

/** Refusals that a leave cures. */
const cured = new Set(["second.needed", "approval.needed", "approval.two_people"]);

const nobody = { operator: "", pin: "", code: "" };

export const leave = {
  /** @type {{act: Act, problem: {why?: string, text?: string, text_en?: string}, proof: boolean, done: (given: any) => void, not: (err: Error) => void}|null} */
  asked: null,      // proof: who it is goes with the act itself
  form: { ...nobody },
  busy: false,
  /** @type {Refused|Error|null} */
  fault: null,
};

/** @param {Partial<typeof leave>} to */
function change(to) {
  Object.assign(leave, to);
  set({});
}

/**
 * Does an act. When the agent wants a leave for it first, somebody is asked,
 * and the act is done with that.
 * @template T
 * @param {Act} act @param {(approval: string) => Promise<T>} send @returns {Promise<T>}
 */
export async function withLeave(act, send) {
  try {
    return await send("");
  } catch (err) {
    if (!(err instanceof Refused) || !cured.has(err.problem.why ?? "")) throw err;
    return send(await ask(act, err.problem, false));
  }
}

/**
 * Does an act that carries a manager's PIN. When that manager has a second factor,
 * it is done again with the code.
 * @template T
 * @param {Act} act @param {(who: {operator: string, pin: string, totp: string}|null) => Promise<T>} send @returns {Promise<T>}
 */
export async function withProof(act, send) {
  try {
    return await send(null);
  } catch (err) {
    if (!(err instanceof Refused) || err.problem.why !== "second.needed") throw err;
    return send(await ask(act, err.problem, true));
  }
}

/**
 * @param {Act} act @param {{why?: string}} problem @param {boolean} proof
 * @returns {Promise<any>} the id of the approval, or who it is
 */
async function ask(act, problem, proof) {
  await readNames();
  const own = problem.why === "second.needed" && page.who?.role === "manager" ? page.who.id : "";
  return new Promise((done, not) => change({ asked: { act, problem, proof, done, not }, form: { ...nobody, operator: own }, fault: null, busy: false }));
}

/** @param {keyof typeof nobody} field @param {string} value */
export const fill = (field, value) => change({ form: { ...leave.form, [field]: value } });

/** Who can be asked: for a second person, anybody but who asks. */
export const mayGive = () => door.people.filter((p) => leave.asked?.problem.why !== "approval.two_people" || p.id !== page.who?.id);

/** Nobody gives it: the act is not done. */
export function giveUp() {
  const { asked } = leave;
  change({ asked: null, form: { ...nobody } });
  asked?.not(new GivenUp());
}

onLeave(giveUp);

export async function give() {
  const { asked, form, busy } = leave;
  if (!asked || busy || !form.operator || form.pin.length < 4) return;
  if (asked.proof) {
    change({ asked: null, form: { ...nobody } });
    return asked.done({ operator: form.operator, pin: form.pin, totp: form.code.trim() });
  }
  change({ busy: true, fault: null, form: { ...form, pin: "", code: "" } });
  try {
    const body = { ...asked.act, operator: form.operator, pin: form.pin, ...(form.code.trim() ? { totp: form.code.trim() } : {}) };
    const { id } = await askJSON(path.approvals, { method: "POST", body });
    change({ asked: null, form: { ...nobody } });
    asked.done(id);
  } catch (err) {
    change({ fault: /** @type {Error} */ (err) });
  } finally {
    change({ busy: false });
  }
}
