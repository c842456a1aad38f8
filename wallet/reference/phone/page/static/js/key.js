// The key that pays. It is made here, cannot be read out even by this page, and
// is kept by the browser under the member's contact: whoever else signs in on
// this phone has a key of their own.
import { post } from "./api.js";

/** The order of P-256, and the wallet takes the lower of the two s that fit. */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const asked = (/** @type {IDBRequest} */ r) => new Promise((done, broke) => { r.onsuccess = () => done(r.result); r.onerror = () => broke(r.error); });

async function store() {
  const open = indexedDB.open("wallet", 1);
  open.onupgradeneeded = () => open.result.createObjectStore("keys");
  return asked(open);
}

async function row(/** @type {string} */ contact) {
  return asked((await store()).transaction("keys").objectStore("keys").get(contact));
}

/**
 * Changes a row in one transaction, also beside another window of this page, and
 * gives it when it is on the disk: before anything is shown that depends on it.
 * @param {string} contact @param {(row: any) => any} change
 */
async function keep(contact, change) {
  const tx = (await store()).transaction("keys", "readwrite", { durability: "strict" }), rows = tx.objectStore("keys");
  let next;
  rows.get(contact).onsuccess = (e) => rows.put(next = change(/** @type {IDBRequest} */ (e.target).result), contact);
  await new Promise((done, broke) => { tx.oncomplete = () => done(undefined); tx.onerror = () => broke(tx.error); tx.onabort = () => broke(tx.error); });
  return next;
}

const hex = (/** @type {ArrayBuffer} */ b) => [...new Uint8Array(b)].map((n) => n.toString(16).padStart(2, "0")).join("");
export const base64 = (/** @type {Uint8Array} */ b) => btoa(String.fromCharCode(...b));
export const bytes = (/** @type {string} */ text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

/** The key of a member on this phone, or null. @param {string} contact */
export async function find(contact) {
  const kept = await row(contact);
  return kept ? new Key(contact, kept) : null;
}

/** Makes a key in the place of one that does not pay any more. @param {string} contact */
export async function make(contact) {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)); // 04, x, y
  const key = new Uint8Array(33);
  key[0] = 2 + (point[64] & 1);
  key.set(point.subarray(1, 33), 1);
  const id = hex(await crypto.subtle.digest("SHA-256", key));
  return new Key(contact, await keep(contact, () => ({ secret: pair.privateKey, key, id })));
}

export class Key {
  constructor(/** @type {string} */ contact, /** @type {any} */ kept) {
    this.contact = contact;
    this.kept = kept;
  }

  /** As the wallet names this phone. */
  get id() { return this.kept.id; }

  /** The public key, compressed. */
  get key() { return /** @type {Uint8Array} */ (this.kept.key); }

  /** The wallet's word of this phone, for codes without a network; or null. */
  get certificate() { return /** @type {Uint8Array|null} */ (this.kept.certificate ?? null); }

  /** r and the lower s, 32 bytes each. @param {Uint8Array} message */
  async sign(message) {
    const out = new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, this.kept.secret, message));
    const s = BigInt(`0x${hex(out.slice(32).buffer)}`);
    if (s > order / 2n) {
      const low = (order - s).toString(16).padStart(64, "0");
      for (let i = 0; i < 32; i++) out[32 + i] = parseInt(low.slice(2 * i, 2 * i + 2), 16);
    }
    return out;
  }

  /** An act, signed over a fresh nonce. @param {string} act @param {string} about */
  async signs(act, about) {
    const { nonce } = await post("/nonce");
    const signature = await this.sign(new TextEncoder().encode(`posagent phone 1\n${act}\n${about}\n${nonce}`));
    return { phone: this.id, nonce, signature: base64(signature) };
  }

  /** @param {Uint8Array|null} certificate null: it was denied */
  async certified(certificate) {
    this.kept = await keep(this.contact, (now) => ({ ...now, certificate }));
  }

  /** A number that no code of this key had before. @param {number} least */
  async count(least) {
    this.kept = await keep(this.contact, (now) => ({ ...now, counter: Math.max((now.counter ?? 0) + 1, least) }));
    return this.kept.counter;
  }
}
