// The one event stream of the page: opened with a one-time ticket, watched by
// its heartbeats, and opened anew whenever it breaks.
import { askJSON, path, Refused, newAct } from "./api.js";

/** Without a sign of life for this long, what the page shows may be old. */
export const staleAfter = 10_000;

/** Pauses between attempts to open the stream. */
const pauses = [100, 500, 1000, 2000];

/** A stream that lived this long was a good one: the next pause is short. */
const goodAfter = 5000;

const names = ["register", "sale", "refusal", "device", "offline", "heartbeat"];

/**
 * @typedef {object} Ears
 * @property {(name: string, body: any) => void} heard  one event
 * @property {() => void} up      the stream is open and fresh
 * @property {() => void} down    it broke; being opened anew
 * @property {(since: number) => void} lost  nothing is heard since then: the page must say so
 * @property {() => void} signedOut
 */

export class Stream {
  /** @param {Ears} ears */
  constructor(ears) {
    this.ears = ears;
    /** @type {EventSource|null} */
    this.source = null;
    this.running = false;
    this.tries = 0;
    this.lastSign = 0;
    this.opened = 0;
    this.timer = 0;
    this.watch = 0;
  }

  start() {
    if (this.running) return;
    this.running = true;
    this.tries = 0;
    this.lastSign = Date.now();
    this.watch = window.setInterval(() => this.check(), 1000);
    this.open();
  }

  stop() {
    this.running = false;
    clearInterval(this.watch);
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  /** A ticket opens one stream, so EventSource must not reconnect by itself. */
  async open() {
    let ticket;
    try {
      ({ ticket } = await askJSON(path.ticket, { method: "POST", act: newAct() }));
    } catch (err) {
      if (!this.running) return;
      if (err instanceof Refused && err.status === 401) return this.ears.signedOut();
      this.ears.lost(this.lastSign);
      return this.again();
    }
    if (!this.running) return;
    const source = new EventSource(`${path.events}?ticket=${encodeURIComponent(ticket)}`);
    this.source = source;
    this.opened = Date.now();
    for (const name of names) {
      source.addEventListener(name, (event) => this.hear(source, name, /** @type {MessageEvent} */ (event)));
    }
    source.addEventListener("error", () => {
      if (source !== this.source) return;
      source.close();
      this.source = null;
      this.ears.down();
      this.again();
    });
  }

  /** @param {EventSource} source @param {string} name @param {MessageEvent} event */
  hear(source, name, event) {
    if (source !== this.source) return;
    this.lastSign = Date.now();
    if (this.lastSign - this.opened > goodAfter) this.tries = 0;
    this.ears.up();
    if (name !== "heartbeat") this.ears.heard(name, JSON.parse(event.data));
  }

  again() {
    clearTimeout(this.timer);
    if (!this.running) return;
    const pause = pauses[Math.min(this.tries++, pauses.length - 1)];
    this.timer = window.setTimeout(() => this.open(), pause);
  }

  /** A stream may hang without an error, for instance behind a frozen agent. */
  check() {
    if (Date.now() - this.lastSign < staleAfter) return;
    this.ears.lost(this.lastSign);
    if (!this.source) return; // an attempt is under way already
    this.source.close();
    this.source = null;
    this.again();
  }
}
