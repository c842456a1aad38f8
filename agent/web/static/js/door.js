// The door of the page: whose names are on it, who was chosen, and locking it
// again when nobody has been there for a while. The agent ends the session by
// itself as well; the page only locks first, and tells it of touches.
import { ask, askJSON, path } from "./api.js";
import { page, set } from "./page.js";

/** @typedef {{id: string, name: string}} Person */

/** Touches are told to the agent no more often than this. */
const tellEvery = 20_000;

export const door = {
  /** @type {Person[]} */
  people: [],
  choose: false,   // the name comes before the PIN
  setUp: false,    // nobody is there yet: the one-time code makes the first manager
  known: false,    // the agent has told the names
  chosen: "",      // the id of who signs in
  locked: false,   // nobody was there for a while; what was on the screen is kept
  until: 0,        // no PIN is looked at before
  idle: 0,         // milliseconds without a touch until it locks; 0: never
  touched: 0,
  told: 0,
};

/** What to forget when nobody is signed in any more. @type {Set<() => void>} */
const leaving = new Set();

/** @param {() => void} forget */
export const onLeave = (forget) => { leaving.add(forget); };

/** Fetches the names. Without them the PIN alone is asked for. */
export async function readNames() {
  try {
    const got = await askJSON(path.people);
    Object.assign(door, { people: got.people, choose: door.choose || got.choose, setUp: got.set_up, known: true });
    if (!door.people.some((p) => p.id === door.chosen)) door.chosen = "";
  } catch {
    door.known = false; // the sign-in itself says what is wrong
  }
  set({});
}

/** @param {string} id */
export function choose(id) {
  door.chosen = id;
  set({ pin: "", fault: null });
}

/** Somebody is signed in. @param {{idle_seconds?: number}} session */
export function entered(session) {
  const now = Date.now();
  Object.assign(door, { idle: (session.idle_seconds ?? 0) * 1000, touched: now, told: now, locked: false, until: 0 });
}

/**
 * Nobody is signed in any more.
 * @param {string} chosen who is asked for first; "" for anybody
 * @param {boolean} locked by itself
 */
export function left(chosen, locked) {
  for (const forget of leaving) forget();
  Object.assign(door, { chosen, locked, idle: 0 });
  void readNames();
}

/**
 * Whether it is time to lock. Whoever waits for a charge is there.
 * @param {boolean} busy a charge or an act is under way
 */
export function late(busy) {
  const now = Date.now();
  if (!page.signedIn || page.lost || door.idle === 0) return false;
  if (busy) door.touched = now;
  if (now - door.touched >= door.idle) return true;
  if (door.touched > door.told && now - door.told >= Math.min(tellEvery, door.idle / 4)) {
    door.told = now;
    ask(path.touch, { method: "POST" }).catch(() => {}); // what is wrong shows with the next act
  }
  return false;
}

/** Notices whoever touches the page. */
export function watch() {
  const touch = () => { door.touched = Date.now(); };
  for (const name of ["pointerdown", "keydown", "input", "wheel"]) document.addEventListener(name, touch, { capture: true, passive: true });
}
