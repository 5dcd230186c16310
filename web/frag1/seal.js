// FRAG-1 §2 and §3: sign, encrypt and split a document.

import { equalBytes, isBytes, u16, xorBytes } from './bytes.js';
import { must } from './codes.js';
import { decodeDocument } from './document.js';
import { decodePayload, encodePayload } from './payload.js';
import { bip340Sign, ctrStream, gcmSeal, keyId, prf, publicKey, taggedHash } from './primitives.js';
import { encodeHeader, encodeLeaf, encodeRecord } from './record.js';
import { shareOf } from './shamir.js';

const SIGNATURE_BYTES = 64;
export const HEAD_BYTES = 16;

/** msg = TH("doc", u16(realm) ‖ D). */
export function documentMessage(realm, document) {
  return taggedHash('doc', u16(realm), document);
}

/** The smallest N that holds a D of `length` bytes. */
export function smallestPaddedLength(length) {
  return Math.max(128, Math.ceil((SIGNATURE_BYTES + length + 1) / 64) * 64);
}

/** P = sig ‖ D ‖ 80 ‖ 00…, N bytes; FormatError when D does not fit. */
export function padDocument(signature, document, n) {
  const used = SIGNATURE_BYTES + document.length + 1;
  must(used <= n, `the document needs ${used} bytes, N is ${n}`);
  const padded = new Uint8Array(n);
  padded.set(signature);
  padded.set(document, SIGNATURE_BYTES);
  padded[used - 1] = 0x80;
  return padded;
}

/** R_1..R_{t-1} from the one-time key (secret). */
export async function coefficients(key, headerBytes, { t, n }) {
  const stream = await ctrStream(prf(key, 'share', headerBytes), (t - 1) * n);
  return Array.from({ length: t - 1 }, (_, i) => stream.subarray(i * n, (i + 1) * n));
}

/** S_1..S_m of L under the one-time key; header is {t, m, n}, headerBytes its encoding. */
export async function splitRest(key, header, headerBytes, rest) {
  const randoms = await coefficients(key, headerBytes, header);
  return Array.from({ length: header.m }, (_, i) => shareOf(rest, randoms, i + 1));
}

/** k XOR TH("mask", hdr ‖ E): d from k, and k from d. */
export function maskKey(key, headerBytes, encrypted) {
  return xorBytes(key, taggedHash('mask', headerBytes, encrypted));
}

/**
 * Seals P for the header {realm, t, m, n}: {key, payload, locator, leaf, shares, records}. The key and payload are
 * secret; a share reveals nothing by itself.
 */
export async function sealPadded(padded, header, batchKey) {
  const headerBytes = encodeHeader(header);
  must(isBytes(padded, header.n), 'P has not N bytes');
  const key = prf(batchKey, 'key', headerBytes, padded);
  const encrypted = await gcmSeal(key, headerBytes, padded);
  const payload = encodePayload(header.realm, maskKey(key, headerBytes, encrypted), encrypted.slice(0, HEAD_BYTES));
  const { locator } = decodePayload(payload);
  const shares = await splitRest(key, header, headerBytes, encrypted.slice(HEAD_BYTES));
  const leaf = encodeLeaf(headerBytes, locator, shares);
  return { key, payload, locator, leaf, shares, records: shares.map((share, i) => encodeRecord(leaf, i + 1, share)) };
}

/** P of any D: signed with the issuer's secret and padded; FormatError when it does not fit into N. */
export function signDocument(document, { realm, n }, { secret, batchKey }) {
  const message = documentMessage(realm, document);
  return padDocument(bip340Sign(secret, message, prf(batchKey, 'aux', message)), document, n);
}

/**
 * Signs D (bytes) with the issuer's secret and seals it, as sealPadded; FormatError when D is not a document, names
 * another key than the secret's, or does not fit into N.
 */
export async function sealDocument(document, header, keys) {
  const { kid } = decodeDocument(document);
  must(equalBytes(kid, keyId(publicKey(keys.secret))), 'kid is not that of the key that signs');
  return sealPadded(signDocument(document, header, keys), header, keys.batchKey);
}

