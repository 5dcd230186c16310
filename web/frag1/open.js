// FRAG-1 §8 steps 4 to 6: combine, decrypt, check every share, read the document, check its issuer.

import { concat, equalBytes } from './bytes.js';
import { CODE, FormatError, VerifyError } from './codes.js';
import { decodeDocument } from './document.js';
import { bip340Verify, gcmOpen } from './primitives.js';
import { encodeLeaf } from './record.js';
import { documentMessage, maskKey, splitRest } from './seal.js';
import { interpolate } from './shamir.js';
import { findKey, keyHolds, ROLE } from './trust.js';

const SIGNATURE_BYTES = 64;

/**
 * Step 4: P (secret) from the QR's {d, head, locator}, the leaf and exactly t shares; VerifyError SPLICED unless all
 * that the leaf commits to follows from what was decrypted.
 */
export async function combineFragments({ d, head, locator }, leaf, shares) {
  const { header, headerBytes } = leaf;
  if (shares.length !== header.t) {
    throw new RangeError('exactly t shares are combined');
  }
  const rest = interpolate(shares);
  const encrypted = concat(head, rest);
  const key = maskKey(d, headerBytes, encrypted);
  try {
    const padded = await gcmOpen(key, headerBytes, encrypted);
    if (padded === null) {
      throw new VerifyError(CODE.SPLICED, 'code and fragments do not belong together');
    }
    const expected = encodeLeaf(headerBytes, locator, await splitRest(key, header, headerBytes, rest));
    if (!equalBytes(expected, leaf.bytes)) {
      padded.fill(0);
      throw new VerifyError(CODE.SPLICED, 'the leaf commits to other fragments than the document has');
    }
    return padded;
  } finally {
    key.fill(0);
  }
}

function lastNonZero(bytes) {
  let at = bytes.length - 1;
  while (at >= 0 && bytes[at] === 0) {
    at -= 1;
  }
  return at;
}

/** Step 5: {signature, bytes: D, document} of P; VerifyError BAD_DOCUMENT. */
export function unpadDocument(padded) {
  const end = lastNonZero(padded);
  if (end < SIGNATURE_BYTES || padded[end] !== 0x80) {
    throw new VerifyError(CODE.BAD_DOCUMENT, 'padding is wrong');
  }
  const bytes = padded.slice(SIGNATURE_BYTES, end);
  try {
    return { signature: padded.slice(0, SIGNATURE_BYTES), bytes, document: decodeDocument(bytes) };
  } catch (error) {
    if (error instanceof FormatError) {
      throw new VerifyError(CODE.BAD_DOCUMENT, error.message);
    }
    throw error;
  }
}

/**
 * Step 6: the key of the trust list that signed the document; VerifyError ISSUER_UNKNOWN, ISSUER_SIGNATURE,
 * ISSUER_KEY_TIME or ISSUER_SCOPE, tried in this order.
 */
export function checkIssuer({ signature, bytes, document }, { realm, trust, tau }) {
  const key = trust.realm === realm ? findKey(trust, document.kid) : null;
  if (key === null) {
    throw new VerifyError(CODE.ISSUER_UNKNOWN, 'no such issuer key in the trust list');
  }
  if (!bip340Verify(key.pub, documentMessage(realm, bytes), signature)) {
    throw new VerifyError(CODE.ISSUER_SIGNATURE, 'the issuer did not sign this');
  }
  if (!keyHolds(key, tau)) {
    throw new VerifyError(CODE.ISSUER_KEY_TIME, 'the key did not hold when the document was entered');
  }
  const inScope = key.types.length === 0 || key.types.includes(document.type);
  if (key.role !== ROLE.issuer || key.issuer !== document.issuer || !inScope) {
    throw new VerifyError(CODE.ISSUER_SCOPE, 'the key may not sign this kind of document');
  }
  return key;
}

/**
 * Steps 4 to 6 in one: {document, bytes, key}. Nothing decrypted leaves it, in a result or an error, before all have
 * passed. `payload` is what decodePayload returned, `leaf` and `shares` what gatherFragments returned.
 */
export async function openDocument(payload, { leaf, shares }, { trust, tau }) {
  const padded = await combineFragments(payload, leaf, shares);
  try {
    const opened = unpadDocument(padded);
    const key = checkIssuer(opened, { realm: payload.realm, trust, tau });
    return { document: opened.document, bytes: opened.bytes, key };
  } finally {
    padded.fill(0);
  }
}
