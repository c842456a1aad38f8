// The settings as the manager's page changes them: the agent judges what is
// typed, says what would change, and takes it back by itself unless somebody
// confirms in time.
import { askJSON, Refused } from "./api.js";
import { act } from "./acts.js";
import { onLeave } from "./door.js";
import { withLeave } from "./leave.js";
import { set } from "./page.js";

/** @typedef {{key: string, value: string, origin: string, live: boolean}} Value */
/** @typedef {{match: string, generation: number, pending?: number, until?: string, values: Value[]}} Settings */
/** @typedef {{key: string, before?: string, before_origin?: string, after?: string, after_origin?: string}} Difference */

const path = {
  config: "/v1/config",
  confirm: "/v1/config/confirm",
  rollback: "/v1/config/rollback",
  generations: "/v1/config/generations",
};

/** The first line of the agent's own file, when it is written here. */
const header = "# Written by posagent: the manager's page and posctl config apply change it.\n";


export const settings = {
  /** @type {Settings|null} */
  now: null,
  /** @type {any[]|null} */
  generations: null,
  filter: "",
  own: header,      // the agent's own file as it stands
  text: header,     // as it is typed
  judged: "",       // the text that diff is of
  /** @type {Difference[]|null} */
  diff: null,
  /** @type {{message: string, location?: string}[]} */
  errors: [],
  detail: "",
  /** @type {any} */
  done: null,       // what became of the last change
  sure: 0,          // a generation that is to be gone back to, asked once more
};

/** @param {Partial<typeof settings>} to */
function change(to) {
  Object.assign(settings, to);
  set({});
}

onLeave(() => Object.assign(settings, { now: null, generations: null, done: null, diff: null, errors: [], detail: "", sure: 0 }));

/**
 * The agent's own file, from the values that come from it: sections, and rows of
 * a section under their id.
 * @param {Value[]} values
 */
export function ownFile(values) {
  /** @type {Map<string, string[]>} */
  const sections = new Map();
  for (const { key, value, origin } of values) {
    if (!/(^|\/)90-posagent\.toml:\d+/.test(origin)) continue;
    const words = key.split(".");
    const head = words.length === 2 ? `[${words[0]}]` : `[[${words[0]}]]\nid = ${JSON.stringify(words[1])}`;
    if (words.length > 3 || (words.length === 3 && words[2] === "id")) continue;
    sections.set(head, [...(sections.get(head) ?? []), `${words.at(-1)} = ${value}`]);
  }
  return header + [...sections].map(([head, lines]) => `\n${head}\n${lines.join("\n")}\n`).join("");
}

/** @param {Settings} now @param {boolean} keep what is typed */
function took(now, keep) {
  const own = ownFile(now.values);
  const edited = keep && settings.text !== settings.own;
  Object.assign(settings, { now, own, ...(edited ? {} : { text: own, diff: null, errors: [], detail: "" }) });
}

/** What stands, and what was changed before. */
export const look = (keep = true) => act("settings", () => fetched(keep));

/** @param {boolean} keep */
async function fetched(keep) {
  took(await askJSON(path.config), keep);
  change({ generations: (await askJSON(path.generations)).generations });
}

/** @param {string} text */
export const type = (text) => change({ text, diff: null, errors: [], detail: "", done: null });

/** @param {string} filter */
export const filter = (filter) => change({ filter });

export const forget = () => change({ text: settings.own, diff: null, errors: [], detail: "" });

/** What was judged is what is typed, and it would change something. */
export const mayApply = () => settings.diff !== null && settings.diff.length > 0 && settings.judged === settings.text && !settings.now?.pending;

/** @param {(match: string) => Promise<void>} work */
async function judging(work) {
  try {
    await work(settings.now?.match ?? "");
  } catch (err) {
    if (err instanceof Refused) change({ errors: err.problem.errors ?? [], detail: err.problem.detail ?? "" });
    if (err instanceof Refused && err.problem.why === "config.changed") took(await askJSON(path.config), true);
    throw err;
  }
}

/** Has the text judged, and says what it would change. Nothing changes. */
export const judge = () => act("judge", () => judging(async (match) => {
  const { text } = settings;
  change({ diff: null, errors: [], detail: "", done: null });
  const got = await askJSON(path.config, { method: "PUT", match, body: { toml: text, dry_run: true } });
  change({ diff: got.diff, judged: text });
}));

/** Makes the change, until somebody confirms it. */
export const apply = () => act("apply", () => judging(async (match) => {
  const body = { toml: settings.text, within: "1m" };
  const done = await withLeave({ kind: "configure", key: match }, (approval) =>
    askJSON(path.config, { method: "PUT", match, body: approval ? { ...body, approval } : body }));
  change({ done, diff: null });
  await fetched(false);
}));

export const confirm = () => act("confirm settings", async () => {
  change({ done: await askJSON(path.confirm, { method: "POST" }) });
  await fetched(false);
});

/** Takes the change back that waits. */
export const takeBack = () => act("take back", async () => {
  change({ done: await askJSON(path.rollback, { method: "POST", body: {} }) });
  await fetched(false);
});

/** Goes back to what stood as of a generation, at the second touch. @param {number} generation */
export function goBack(generation) {
  if (settings.sure !== generation) return change({ sure: generation });
  return act(`go back ${generation}`, () => judging(async (match) => {
    const body = { generation, match };
    const done = await withLeave({ kind: "configure", key: match }, (approval) =>
      askJSON(path.rollback, { method: "POST", body: approval ? { ...body, approval } : body }));
    change({ done, sure: 0 });
    await fetched(false);
  }));
}

/** Seconds until the change that waits is taken back; null when none waits. */
export function rest() {
  const { now } = settings;
  return now?.pending && now.until ? Math.max(0, Math.ceil((Date.parse(now.until) - Date.now()) / 1000)) : null;
}
