// The formal receipt (領収書) of a sale: addressee, purpose, and a number without
// gaps. A sale has one; a copy is the manager's, and is marked as one.
import { askJSON, path, Refused } from "./api.js";
import { act } from "./acts.js";
import { onLeave } from "./door.js";
import { set } from "./page.js";
import { t } from "./words.js";

const nothing = { of: null, to: "", purpose: "", issued: false, result: null };

/** @type {{of: any, to: string, purpose: string, issued: boolean, result: any}} of: the charge; issued: there is one already */
export const formal = { ...nothing };

/** The longest that fits on the line, as the agent has it. */
export const longest = 32;

/** @param {Partial<typeof formal>} to */
function change(to) {
  Object.assign(formal, to);
  set({});
}

/** @param {{key: string, amount: number, currency: string}} charge */
export function openFormal(charge) {
  set({ fault: null, stay: true }); // the approved screen waits
  change({ ...nothing, of: charge, purpose: t("formal.goods") });
}

/** @param {"to"|"purpose"} field @param {string} value */
export const fill = (field, value) => change({ [field]: value });

export function closeFormal() {
  change({ ...nothing });
  set({ fault: null });
}

onLeave(() => Object.assign(formal, nothing));

/** Issues it and prints it, or prints one more of the one that there is. @param {boolean} copy */
export function issue(copy) {
  const { of } = formal;
  if (!of) return;
  return act(`formal ${of.key}`, async () => {
    const body = copy ? { copy } : { to: formal.to.trim(), for: formal.purpose.trim() };
    try {
      change({ result: await askJSON(path.formal(of.key), { method: "POST", body }) });
    } catch (err) {
      if (err instanceof Refused && err.problem.why === "formal.issued") change({ issued: true });
      throw err;
    }
  });
}
