// Calls of the customers' door. The session's second secret lives in this tab:
// it survives a reload, and ends with the tab.

/** What the door refuses, with the word that its table has for it. */
export class Problem extends Error {
  /** @param {string} kind @param {string} detail @param {number} [wait] seconds */
  constructor(kind, detail, wait = 0) {
    super(detail);
    this.kind = kind;
    this.wait = wait;
  }
}

const kept = "wallet-secret";

/** Whether somebody has signed in in this tab. */
export const signedIn = () => sessionStorage.getItem(kept) !== null;

/** @param {string} secret "" for nobody */
export function keepSecret(secret) {
  if (secret) sessionStorage.setItem(kept, secret);
  else sessionStorage.removeItem(kept);
}

/**
 * One call. What cannot be reached is a Problem of kind "away".
 * @param {string} method @param {string} path below /phone/v1
 * @param {unknown} [body] @param {Record<string, string>} [more] headers
 */
export async function call(method, path, body, more = {}) {
  const headers = { ...more };
  if (signedIn()) headers["Wallet-Secret"] = sessionStorage.getItem(kept) ?? "";
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(`/phone/v1${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal: AbortSignal.timeout(15_000) });
  } catch {
    throw new Problem("away", "the wallet cannot be reached");
  }
  const text = await answer.text();
  let said = {};
  try {
    said = text ? JSON.parse(text) : {};
  } catch {
    throw new Problem("away", "something else than the wallet answered");
  }
  if (answer.ok) return said;
  throw new Problem(String(said.type ?? "").split(":").pop() || "busy", said.detail ?? "", Number(answer.headers.get("Retry-After") ?? 0));
}

export const get = (/** @type {string} */ path) => call("GET", path);
export const post = (/** @type {string} */ path, /** @type {unknown} */ body, /** @type {Record<string, string>} */ headers) => call("POST", path, body, headers);
export const drop = (/** @type {string} */ path) => call("DELETE", path);

/** A passkey is made, or asked. @param {"create"|"get"} how @param {any} options as the wallet gave them */
export async function passkey(how, options) {
  const json = options.publicKey ?? options;
  try {
    const credential = how === "create"
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(json) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(json) });
    return /** @type {any} */ (credential).toJSON();
  } catch (err) {
    if (err instanceof DOMException) throw new Problem("passkey", err.message); // shut by the person, or there is none
    throw err;
  }
}
