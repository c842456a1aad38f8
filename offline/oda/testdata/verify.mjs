// A second verifier of OP1, written from docs/reference/op1.md alone, with
// nothing but Node's own cryptography (Node 18 or later).
//
//   node verify.mjs op1.json
//
// prints one line of JSON per text: name, carrier, verdict and, when accepted,
// what the code proves.
import { createHash, createPublicKey, ECDH, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'

class Refused extends Error {}
const refuse = (word) => { throw new Refused(word) }

// ------------------------------------------------------------- carriers --

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'

function fromBase45 (text) {
  if (text.length !== 324 && text.length !== 326) refuse('length')
  const bytes = []
  for (let i = 0; i < text.length; i += 3) {
    const digits = [...text.slice(i, i + 3)].map((c) => alphabet.indexOf(c))
    if (digits.includes(-1)) refuse('base45')
    const n = digits.reduceRight((sum, d) => sum * 45 + d, 0)
    if (n > (digits.length === 3 ? 65535 : 255)) refuse('base45')
    if (digits.length === 3) bytes.push(n >> 8)
    bytes.push(n & 255)
  }
  return Buffer.from(bytes)
}

function container (raw) {
  const hex = (s) => Buffer.from(s, 'hex')
  const tlv = (tag, value) => Buffer.concat([hex(tag), value.length < 128 ? Buffer.of(value.length) : Buffer.of(0x81, value.length), value])
  return Buffer.concat([
    tlv('85', Buffer.from('CPV01')),
    tlv('61', Buffer.concat([
      tlv('4f', hex('f04f465131')),
      tlv('5a', raw.subarray(6, 14)),
      tlv('63', tlv('df01', raw))
    ]))
  ])
}

function fromBase64 (text) {
  if (text.length !== 336) refuse('length')
  const data = Buffer.from(text, 'base64')
  if (data.toString('base64') !== text) refuse('base64')
  if (data.length !== 250 && data.length !== 251) refuse('length')
  const raw = data.subarray(34)
  if (!container(raw).equals(data)) refuse('container')
  return raw
}

function fromDecimal (text) {
  const sizes = { 533: 216, 535: 217 }
  const size = sizes[text.length] ?? refuse('length')
  if (!/^[0-9]+$/.test(text)) refuse('decimal')
  const groups = []
  for (let at = 0, left = size; left > 0; left -= 15) {
    const bytes = Math.min(left, 15)
    const digits = { 15: 37, 7: 17, 6: 15 }[bytes]
    const n = BigInt(text.slice(at, at + digits))
    if (n >> BigInt(8 * bytes) !== 0n) refuse('decimal')
    groups.push(Buffer.from(n.toString(16).padStart(2 * bytes, '0'), 'hex'))
    at += digits
  }
  return Buffer.concat(groups)
}

function decode (text) {
  if (text.startsWith('OP1:')) return fromBase45(text.slice(4))
  if (text.startsWith('97')) return fromDecimal(text.slice(2))
  if (text.startsWith('hQVDUFY')) return fromBase64(text)
  return refuse('carrier')
}

// --------------------------------------------------------------- layout --

function takeApart (raw) {
  if (raw.length !== 216 && raw.length !== 217) refuse('length')
  if (raw[0] !== 1) refuse('version')
  const algorithm = raw[1]
  if (algorithm !== 1 && algorithm !== 2) refuse('algorithm')
  if (raw.length !== 215 + algorithm) refuse('length')
  let at = 2
  const bytes = (n) => raw.subarray(at, at += n)
  const number = () => bytes(4).readUInt32BE()
  const code = {
    algorithm,
    issuer: bytes(4).toString('hex'),
    token: bytes(8).toString('hex'),
    deviceKey: bytes(31 + algorithm),
    notBefore: number(),
    notAfter: number(),
    perChargeMax: number(),
    cumulativeMax: number(),
    serial: bytes(8).toString('hex'),
    flags: bytes(1)[0],
    certified: Buffer.concat([Buffer.from('OP1C\0'), raw.subarray(0, at)]),
    issuerSignature: bytes(64),
    issuedAt: number(),
    ttl: bytes(1)[0],
    counter: number(),
    nonce: bytes(4).toString('hex'),
    maxAmount: number(),
    offered: Buffer.concat([Buffer.from('OP1\0'), raw.subarray(0, at)]),
    deviceSignature: bytes(64)
  }
  if (code.flags !== 0) refuse('flags')
  return code
}

// ----------------------------------------------------------------- keys --

const jwk = (key) => createPublicKey({ key, format: 'jwk' })
const ed25519 = (bytes) => jwk({ kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') })

const little = (bytes) => BigInt('0x' + Buffer.from(bytes).reverse().toString('hex'))
const prime = 2n ** 255n - 19n
const smallOrder = [
  0n, 1n, prime - 1n,
  little(Buffer.from('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', 'hex')),
  little(Buffer.from('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', 'hex'))
]

function deviceKey (algorithm, bytes) {
  if (algorithm === 1) {
    const y = little(bytes) & (2n ** 255n - 1n)
    if (y >= prime || smallOrder.includes(y)) refuse('device_key')
    return ed25519(bytes)
  }
  let point
  try {
    point = ECDH.convertKey(bytes, 'prime256v1', undefined, undefined, 'uncompressed')
  } catch {
    refuse('device_key')
  }
  return jwk({ kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') })
}

const halfOrder = BigInt('0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8')

function checkDevice (code) {
  const key = deviceKey(code.algorithm, code.deviceKey)
  let right
  if (code.algorithm === 1) {
    right = verify(null, code.offered, key, code.deviceSignature)
  } else {
    if (BigInt('0x' + code.deviceSignature.subarray(32).toString('hex')) > halfOrder) refuse('high_s')
    right = verify('sha256', code.offered, { key, dsaEncoding: 'ieee-p1363' }, code.deviceSignature)
  }
  if (!right) refuse('device_signature')
}

// ------------------------------------------------------------- verdicts --

function check (text, now, amount, trust) {
  const code = takeApart(decode(text))
  const issuer = trust.issuers.find((i) => i.id === code.issuer) ?? refuse('unknown_issuer')
  if (issuer.algorithm !== code.algorithm) refuse('issuer_algorithm')
  if (now < issuer.valid_from) refuse('issuer_not_yet')
  if (now > issuer.valid_until) refuse('issuer_expired')
  if (now < code.notBefore) refuse('certificate_not_yet')
  if (now > code.notAfter) refuse('certificate_expired')
  if (code.notAfter - code.notBefore > 72 * 3600) refuse('certificate_lifetime')
  if (code.ttl < 1 || code.ttl > 60) refuse('ttl')
  if (code.issuedAt > now + 30) refuse('future')
  if (now > code.issuedAt + code.ttl + 30) refuse('expired')
  if (amount <= 0) refuse('amount')
  if (amount > code.maxAmount) refuse('over_code_max')
  if (amount > code.perChargeMax) refuse('over_charge_max')
  const denied = trust.denied.filter((d) => d.wallet === issuer.wallet)
  if (denied.some((d) => d.serials?.includes(code.serial))) refuse('denied_serial')
  if (denied.some((d) => d.tokens?.includes(code.token))) refuse('denied_wallet')
  if (!verify(null, code.certified, ed25519(Buffer.from(issuer.public_key, 'hex')), code.issuerSignature)) refuse('certificate_signature')
  checkDevice(code)
  return {
    wallet: issuer.wallet,
    issuer: code.issuer,
    device_key: createHash('sha256').update(code.deviceKey).digest('hex'),
    counter: code.counter,
    wallet_token: code.token,
    serial: code.serial,
    per_charge_max: code.perChargeMax,
    cumulative_max: code.cumulativeMax,
    max_amount: code.maxAmount,
    not_after: code.notAfter,
    issued_at: code.issuedAt,
    expires: code.issuedAt + code.ttl + 30
  }
}

const file = JSON.parse(readFileSync(process.argv[2], 'utf8'))
for (const v of file.vectors) {
  for (const [carrier, text] of Object.entries(v.texts)) {
    const line = { name: v.name, carrier, verdict: 'accepted' }
    try {
      line.verified = check(text, v.now, v.amount, file.trust)
    } catch (e) {
      if (!(e instanceof Refused)) throw e
      line.verdict = e.message
    }
    console.log(JSON.stringify(line))
  }
}
