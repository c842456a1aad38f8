// The local API as this page calls it. Errors come in two kinds: Refused (the
// agent answered no, with its reason) and Unreachable (no answer at all).

export const path = {
  session: "/v1/session",
  touch: "/v1/session/touch",
  people: "/v1/people",
  setUp: "/v1/setup",
  ticket: "/v1/events/ticket",
  events: "/v1/events",
  sales: "/v1/sales",
  sale: (/** @type {string} */ id) => `/v1/sales/${encodeURIComponent(id)}`,
  code: (/** @type {string} */ id) => `/v1/sales/${encodeURIComponent(id)}/code`,
  show: (/** @type {string} */ id) => `/v1/sales/${encodeURIComponent(id)}/show`,
  printShown: (/** @type {string} */ id) => `/v1/sales/${encodeURIComponent(id)}/show/print`,
  frame: (/** @type {string} */ id) => `/v1/sales/${encodeURIComponent(id)}/frame`,
  cancel: (/** @type {string} */ id) => `/v1/sales/${encodeURIComponent(id)}/cancel`,
  override: (/** @type {string} */ id) => `/v1/sales/${encodeURIComponent(id)}/override`,
  bills: "/v1/bills",
  bill: (/** @type {string} */ id) => `/v1/bills/${encodeURIComponent(id)}`,
  parts: (/** @type {string} */ id) => `/v1/bills/${encodeURIComponent(id)}/parts`,
  billCancel: (/** @type {string} */ id) => `/v1/bills/${encodeURIComponent(id)}/cancel`,
  charges: "/v1/charges",
  receipt: (/** @type {string} */ key) => `/v1/charges/${encodeURIComponent(key)}/receipt`,
  reprint: (/** @type {string} */ key) => `/v1/charges/${encodeURIComponent(key)}/reprint`,
  formal: (/** @type {string} */ key) => `/v1/charges/${encodeURIComponent(key)}/formal`,
  queue: "/v1/queue",
  forward: "/v1/queue/forward",
  refunds: "/v1/refunds",
  approvals: "/v1/approvals",
  health: "/v1/health",
  register: "/v1/register",
};

/** The agent's no: problem+json, or whatever body it had. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {{why?: string, title?: string, detail?: string, text?: string, text_en?: string, errors?: {message: string, location?: string}[]}} problem
   * @param {number} [wait] seconds until it is worth another try
   */
  constructor(status, problem, wait = 0) {
    super(`${status} ${problem.title ?? ""}: ${problem.detail ?? ""}`);
    this.status = status;
    this.problem = problem;
    this.wait = wait;
  }
}

/** No answer: the agent is down, or takes too long. */
export class Unreachable extends Error {}

/** Somebody thought better of it: nothing was done, and nothing is to be said. */
export class GivenUp extends Error {}

/** How long one call may take before it counts as no answer. */
const patience = 15_000;

/** Pauses before a call is made again after no answer. */
const pauses = [300, 900];

const stored = "posagent.session";

/** The session's second secret: in memory and in this tab, nowhere else. */
let secret = sessionStorage.getItem(stored) ?? "";

/** Whether a session may still be open in this tab. */
export const hasSecret = () => secret !== "";

/** Takes or, with an empty string, forgets the secret. @param {string} s */
export function keepSecret(s) {
  secret = s;
  if (s) sessionStorage.setItem(stored, s);
  else sessionStorage.removeItem(stored);
}

/** The token of a page on which nobody signs in, such as the customer's display. */
let token = "";

/** @param {string} t */
export function keepToken(t) {
  token = t;
}

/** A key for one act of one person; the same act repeated carries the same. */
export const newAct = () => crypto.randomUUID();

/**
 * @typedef {object} Call
 * @property {"GET"|"POST"|"PUT"|"PATCH"|"DELETE"} [method]
 * @property {any} [body]      an object (sent as JSON) or a Blob (sent as it is)
 * @property {string} [act]    the Idempotency-Key; makes repeating safe
 * @property {string} [accept]
 * @property {string} [match]   of the settings that were looked at
 */

/**
 * One call. GETs and acts are repeated after no answer: an act carries its
 * key, so the agent does it once however often it hears of it.
 * @param {string} to @param {Call} [call] @returns {Promise<Response>}
 */
export async function ask(to, call = {}) {
  const repeatable = (call.method ?? "GET") === "GET" || call.act !== undefined;
  for (let tries = 0; ; tries++) {
    try {
      return await once(to, call);
    } catch (err) {
      if (!(err instanceof Unreachable) || !repeatable || tries >= pauses.length) throw err;
      await new Promise((go) => setTimeout(go, pauses[tries]));
    }
  }
}

/** The same, for answers in JSON. @param {string} to @param {Call} [call] */
export async function askJSON(to, call) {
  const answer = await ask(to, call);
  return answer.status === 204 ? null : answer.json();
}

/** @param {string} to @param {Call} call */
async function once(to, { method = "GET", body, act, match, accept = "application/json" }) {
  /** @type {Record<string,string>} */
  const headers = { Accept: accept };
  if (secret) headers["Posagent-Session"] = secret;
  if (token) headers["Authorization"] = `Bearer ${token}`;
  if (act) headers["Idempotency-Key"] = act;
  if (match) headers["If-Match"] = `"${match}"`;
  if (body !== undefined) headers["Content-Type"] = body instanceof Blob ? body.type : "application/json";
  let answer;
  try {
    answer = await fetch(to, {
      method,
      headers,
      body: body === undefined || body instanceof Blob ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(patience),
      redirect: "error",
      cache: "no-store",
    });
  } catch (err) {
    throw new Unreachable(String(err));
  }
  if (answer.ok) return answer;
  const wait = Number(answer.headers.get("Retry-After")) || 0;
  throw new Refused(answer.status, await answer.json().catch(() => ({ title: answer.statusText })), wait);
}
