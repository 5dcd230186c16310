// The text rules of FRAG-1 §1, and the character sets of the identifiers.

import { must } from './codes.js';
import { utf8 } from './primitives.js';

// Control characters and bidirectional overrides could make a reader see other words than were signed.
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u;
const LONE_SURROGATE = /\p{Surrogate}/u;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Whether a string may stand in a FRAG-1 text: NFC, no control character, no bidirectional override. */
export function isCleanText(text) {
  return !LONE_SURROGATE.test(text) && !FORBIDDEN.test(text) && text.normalize('NFC') === text;
}

/** UTF-8 of a text that obeys the rules; FormatError otherwise. */
export function encodeText(text) {
  must(isCleanText(text), 'text is not NFC or holds a control character or a bidirectional override');
  return utf8(text);
}

/** A text from its UTF-8; FormatError unless it is strict UTF-8 and obeys the rules. */
export function decodeText(bytes) {
  let text;
  try {
    text = decoder.decode(bytes);
  } catch {
    text = null;
  }
  must(text !== null, 'text is not UTF-8');
  must(isCleanText(text), 'text is not NFC or holds a control character or a bidirectional override');
  return text;
}

/** Whether `value` is a string of min..max bytes of UTF-8. */
export function isTextOf(value, minBytes, maxBytes) {
  if (typeof value !== 'string') {
    return false;
  }
  const length = utf8(value).length;
  return length >= minBytes && length <= maxBytes;
}

/** Issuer id: 1..64 bytes of a-z 0-9 . - */
export function isIssuerId(value) {
  return typeof value === 'string' && /^[a-z0-9.-]{1,64}$/.test(value);
}

/** Document type: 1..64 bytes of a-z 0-9 . - / */
export function isDocumentType(value) {
  return typeof value === 'string' && /^[a-z0-9./-]{1,64}$/.test(value);
}

/** Language tag: 1..35 bytes of a-z A-Z 0-9 - */
export function isLanguageTag(value) {
  return typeof value === 'string' && /^[A-Za-z0-9-]{1,35}$/.test(value);
}
