// A payment code that the phone signs by itself (docs/reference/op1.md), for
// when there is no network: algorithm 2, carrier base45.

const characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const before = 136; // bytes of the certificate
const lives = 60;   // seconds, as long as one may

/** RFC 9285. @param {Uint8Array} bytes */
export function base45(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 2) {
    const two = i + 1 < bytes.length;
    let n = two ? bytes[i] * 256 + bytes[i + 1] : bytes[i];
    for (let k = two ? 3 : 2; k > 0; k--) {
      text += characters[n % 45];
      n = Math.floor(n / 45);
    }
  }
  return text;
}

/** What a certificate allows. @param {Uint8Array} certificate */
export function allows(certificate) {
  const view = new DataView(certificate.buffer, certificate.byteOffset);
  return { from: view.getUint32(47) * 1000, until: view.getUint32(51) * 1000, perCharge: view.getUint32(55), cumulative: view.getUint32(59) };
}

/**
 * A fresh code, and when it ends.
 * @param {import("./key.js").Key} key with a certificate @param {number} now in milliseconds
 */
export async function signCode(key, now) {
  const certificate = /** @type {Uint8Array} */ (key.certificate);
  if (certificate.length !== before || certificate[1] !== 2) throw new Error("this certificate is for another kind of key");
  const issued = Math.floor(now / 1000);
  const offer = new Uint8Array(17), view = new DataView(offer.buffer);
  view.setUint32(0, issued);
  view.setUint8(4, lives);
  view.setUint32(5, await key.count(issued)); // the disk has it before anybody sees it
  crypto.getRandomValues(offer.subarray(9, 13));
  view.setUint32(13, allows(certificate).perCharge);
  const signature = await key.sign(Uint8Array.from([0x4f, 0x50, 0x31, 0, ...certificate, ...offer]));
  return { code: `OP1:${base45(Uint8Array.from([...certificate, ...offer, ...signature]))}`, ends: (issued + lives) * 1000 };
}
