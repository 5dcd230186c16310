// FRAG-1 §3: the payload of the QR code and its text. All of it is secret: it is the bearer key.

import { concat, equalBytes, fromBase32, isBytes, readU16, toBase32, u16 } from './bytes.js';
import { CODE, VerifyError } from './codes.js';
import { taggedHash } from './primitives.js';

export const SUITE = 0x01;
export const PAYLOAD_BYTES = 55;
export const TEXT_LENGTH = 88;

const CHECKED_BYTES = 51;
const CHECK_BYTES = 4;

function checksum(payload) {
  return taggedHash('chk', payload.subarray(0, CHECKED_BYTES)).subarray(0, CHECK_BYTES);
}

/** payload = 01 ‖ u16 realm ‖ d ‖ E[0:16] ‖ chk. */
export function encodePayload(realm, d, head) {
  if (!isBytes(d, 32) || !isBytes(head, 16)) {
    throw new RangeError('a payload holds 32 bytes of d and 16 bytes of ciphertext');
  }
  const checked = concat(Uint8Array.of(SUITE), u16(realm), d, head);
  return concat(checked, checksum(checked));
}

/**
 * {realm, d, head, locator} of 55 payload bytes. VerifyError QR_MALFORMED for another length or suite,
 * QR_CHECKSUM for damage.
 */
export function decodePayload(payload) {
  if (!isBytes(payload, PAYLOAD_BYTES) || payload[0] !== SUITE) {
    throw new VerifyError(CODE.QR_MALFORMED, 'not a FRAG-1 payload');
  }
  if (!equalBytes(payload.subarray(CHECKED_BYTES), checksum(payload))) {
    throw new VerifyError(CODE.QR_CHECKSUM, 'the code was misread');
  }
  return {
    realm: readU16(payload, 1),
    d: payload.slice(3, 35),
    head: payload.slice(35, CHECKED_BYTES),
    locator: taggedHash('loc', payload.subarray(0, CHECKED_BYTES)).slice(0, 16),
  };
}

/** The text of a QR code; without a prefix the bare 88 characters. */
export function payloadText(payload, prefix = '') {
  const text = toBase32(payload);
  return prefix === '' ? text : `${prefix}#${text}`;
}

function baseOf(text) {
  if (typeof text !== 'string') {
    throw new TypeError('the text of a code is a string');
  }
  const cut = text.length - TEXT_LENGTH;
  const before = text.slice(0, Math.max(cut, 0));
  if (cut < 0 || !(before === '' || before.endsWith('#') || before.endsWith('%23'))) {
    throw new VerifyError(CODE.QR_MALFORMED, 'not the text of a FRAG-1 code');
  }
  return text.slice(cut);
}

/** The payload bytes in a QR text: PREFIX#…, PREFIX%23…, or the bare characters; VerifyError QR_MALFORMED. */
export function payloadOfText(text) {
  const base = baseOf(text);
  try {
    return fromBase32(base);
  } catch {
    throw new VerifyError(CODE.QR_MALFORMED, 'not the text of a FRAG-1 code');
  }
}
