// What the tests share: repeatable random values, one realm with keys, and a document to vary.

import assert from 'node:assert/strict';
import {
  concat, encodeDocument, encodeTrustList, FormatError, keyId, publicKey, readTrustFile, sha256,
  signTrustList, statusHandle, u32, VerifyError,
} from '../frag1/index.js';
import { sealPadded, signDocument } from '../frag1/seal.js';

/** Repeatable random values: SHA-256 of seed and counter. */
export class Random {
  constructor(seed) {
    this.seed = sha256(new TextEncoder().encode(String(seed)));
    this.counter = 0;
  }

  bytes(length) {
    const blocks = [];
    for (let have = 0; have < length; have += 32) {
      blocks.push(sha256(concat(this.seed, u32(this.counter))));
      this.counter += 1;
    }
    return concat(...blocks).slice(0, length);
  }

  /** An integer from 0 to limit - 1. */
  below(limit) {
    return new DataView(this.bytes(4).buffer).getUint32(0) % limit;
  }

  pick(list) {
    return list[this.below(list.length)];
  }
}

export const REALM = 1;
export const ISSUED = 1764547200;
export const BATCH_KEY = Uint8Array.from({ length: 32 }, (_, i) => i);
export const STATUS_KEY = new Uint8Array(32).fill(0xaa);
export const SECRET = Uint8Array.from({ length: 32 }, (_, i) => (i === 31 ? 7 : i));
export const REGISTRAR = new Uint8Array(32).fill(0x52);
export const OTHER = new Uint8Array(32).fill(0x4f);
export const ROOTS = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte));
export const ROOT_KEYS = ROOTS.map((secret) => publicKey(secret));

const IDENTITY = Object.freeze({
  realm: REALM, issuer: 'rupp.edu.kh', type: 'degree/bachelor', serial: 'RUPP-2026-000123', issueNo: 1,
});

/** The fields of the document whose bytes are known, changed by `changes`. */
export function documentFields(changes = {}) {
  return {
    ...IDENTITY,
    kid: keyId(publicKey(SECRET)),
    issued: ISSUED,
    rid: statusHandle(STATUS_KEY, IDENTITY),
    attributes: [
      { name: 'name', value: 'សុខ ដារ៉ា' },
      { name: 'name_latin', value: 'Sok Dara' },
      { name: 'degree', value: 'BSc Computer Science' },
    ],
    ...changes,
  };
}

/** Seals the known document, changed, in the known batch, even with a key that it does not name. */
export async function sealChanged(changes = {}, header = {}, keys = {}) {
  const all = { secret: SECRET, batchKey: BATCH_KEY, ...keys };
  const whole = { realm: REALM, t: 2, m: 3, n: 320, ...header };
  return sealPadded(signDocument(encodeDocument(documentFields(changes)), whole, all), whole, all.batchKey);
}

/** A key of a trust list, changed. */
export function trustKey(secret, changes = {}) {
  return {
    pub: publicKey(secret), role: 1, issuer: 'rupp.edu.kh', names: { en: 'Royal University of Phnom Penh' },
    notBefore: ISSUED - 1000, notAfter: ISSUED + 100000, types: [], ...changes,
  };
}

export function listFields(changes = {}) {
  return {
    realm: REALM, listNo: 1, issued: ISSUED, nextUpdate: ISSUED + 86400,
    keys: [trustKey(SECRET), trustKey(REGISTRAR, { role: 2, issuer: 'moeys.gov.kh' }),
      trustKey(OTHER, { issuer: 'itc.edu.kh' })],
    ...changes,
  };
}

/** A trust list as a verifier gets it: signed and checked. */
export function trustList(changes = {}) {
  const file = signTrustList(encodeTrustList(listFields(changes)), ROOTS.slice(0, 1));
  return readTrustFile(file, { realm: changes.realm ?? REALM, roots: ROOT_KEYS, threshold: 1 });
}

/** A copy of `bytes` with one bit turned. */
export function flipBit(bytes, bit) {
  const copy = bytes.slice();
  copy[bit >> 3] ^= 0x80 >> (bit & 7);
  return copy;
}

export function throwsFormat(run, message) {
  assert.throws(run, (error) => error instanceof FormatError, message);
}

/** Asserts that a call ends, at once or later, with this FRAG-1 code. */
export async function endsWith(code, run, message) {
  await assert.rejects(async () => run(), (error) => error instanceof VerifyError && error.code === code, message);
}

/** Replaces the only occurrence of `from`. */
export function replaceBytes(bytes, from, to) {
  const hits = [];
  for (let at = 0; at + from.length <= bytes.length; at += 1) {
    if (from.every((byte, i) => bytes[at + i] === byte)) {
      hits.push(at);
    }
  }
  assert.equal(hits.length, 1, 'the bytes to replace occur once');
  return concat(bytes.slice(0, hits[0]), to, bytes.slice(hits[0] + from.length));
}
