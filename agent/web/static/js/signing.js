// Coming in and going out: a PIN, the first manager, and the lock.
import { ask, askJSON, keepSecret, path, Refused, Unreachable } from "./api.js";
import { act, hush, opened } from "./acts.js";
import { door, left, readNames } from "./door.js";
import { page, set } from "./page.js";
import { play } from "./sound.js";
import { clock } from "./words.js";

export async function signIn() {
  if (page.busy || page.pin.length < 4 || Date.now() < door.until) return;
  set({ busy: "signin", fault: null });
  try {
    const session = await askJSON(path.session, { method: "POST", body: { operator: door.chosen, pin: page.pin } });
    keepSecret(session.secret);
    await opened(session);
  } catch (err) {
    set({ pin: "", fault: notIn(err) });
    play("refused");
  } finally {
    set({ busy: "" });
  }
}

/** Why nobody was let in, and what then. @param {unknown} err */
function notIn(err) {
  if (!(err instanceof Refused)) return { key: err instanceof Unreachable ? "signin.unreachable" : "signin.wrong" };
  const { why, text } = err.problem;
  const fault = { key: err.status === 429 ? "signin.slow" : "signin.wrong", ...(text ? { said: err.problem } : {}) };
  if (err.status === 429 && err.wait > 0) {
    door.until = Date.now() + err.wait * 1000;
    return { ...fault, also: { key: "signin.until", values: { time: clock(door.until) } } };
  }
  if (why === "sign_in.which") door.choose = true;
  return why === "sign_in.locked" ? { ...fault, also: { key: "signin.opens" } } : fault;
}

/** Makes the first manager, who is signed in at once. @param {{code: string, id: string, name: string, pin: string}} first */
export const setUp = (first) => act("setup", async () => {
  await askJSON(path.setUp, { method: "POST", body: first });
  await readNames();
  const session = await askJSON(path.session, { method: "POST", body: { operator: first.id, pin: first.pin } });
  keepSecret(session.secret);
  await opened(session);
});

/**
 * Locks the page: for somebody else to come, or, because nobody was there for a
 * while, with everything left as it is.
 * @param {boolean} [byItself]
 */
export async function lock(byItself = false) {
  if (page.busy === "lock") return;
  set({ busy: "lock" });
  const was = page.who?.id ?? "";
  hush();
  try {
    await ask(path.session, { method: "DELETE" });
  } catch (err) {
    if (!(err instanceof Refused || err instanceof Unreachable)) throw err; // it ends by itself later
  }
  keepSecret("");
  const kept = byItself ? {} : /** @type {const} */ ({ view: "sale", sale: null });
  set({ signedIn: false, who: null, ready: false, lost: false, panel: false, tip: false, sure: false, pin: "", busy: "", fault: null, override: null, ...kept });
  left(byItself ? was : "", byItself);
}
