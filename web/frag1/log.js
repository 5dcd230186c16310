// FRAG-1 §4: log entries, RFC 6962 hashes, and the text form of an operator's Ed25519 key.

import { concat, equalBytes, fromHex, isBytes, readU16, readU64, toHex, u16, u64 } from './bytes.js';
import { FormatError, must } from './codes.js';
import { sha256, utf8 } from './primitives.js';
import { parseLeaf } from './record.js';
import { STATUS_RECORD_BYTES } from './status.js';

const ED25519 = 0x01;
const KIND_BYTES = 1;
const TIME_BYTES = 8;
const TRUST_BYTES = 34;

function entry(kind, time, ...content) {
  return concat(Uint8Array.of(kind), u64(time), ...content);
}

/** 01 ‖ u64 time ‖ leaf. */
export function issueEntry(time, leaf) {
  return entry(1, time, leaf);
}

/** 02 ‖ u64 time ‖ status record. */
export function statusEntry(time, record) {
  must(isBytes(record, STATUS_RECORD_BYTES), 'a status record has 114 bytes');
  return entry(2, time, record);
}

/** 03 ‖ u64 time ‖ u16 realm ‖ SHA-256(list bytes). */
export function trustEntry(time, realm, listBytes) {
  return entry(3, time, u16(realm), sha256(listBytes));
}

/**
 * A log entry: {kind: 'issue', time, leaf} | {kind: 'status', time, record} | {kind: 'trust', time, realm, listHash};
 * FormatError.
 */
export function decodeEntry(bytes) {
  must(bytes.length > KIND_BYTES + TIME_BYTES, 'entry is too short');
  const time = readU64(bytes, KIND_BYTES);
  const content = bytes.slice(KIND_BYTES + TIME_BYTES);
  switch (bytes[0]) {
    case 1:
      return { kind: 'issue', time, leaf: parseLeaf(content) };
    case 2:
      must(content.length === STATUS_RECORD_BYTES, 'a status record has 114 bytes');
      return { kind: 'status', time, record: content };
    case 3:
      must(content.length === TRUST_BYTES, 'a trust entry has 43 bytes');
      return { kind: 'trust', time, realm: readU16(content, 0), listHash: content.slice(2) };
    default:
      throw new FormatError('entry is of an unknown kind');
  }
}

/** Merkle leaf hash: SHA256(00 ‖ entry). */
export function leafHash(entryBytes) {
  return sha256(concat(Uint8Array.of(0), entryBytes));
}

/** Merkle node hash: SHA256(01 ‖ left ‖ right). */
export function nodeHash(left, right) {
  return sha256(concat(Uint8Array.of(1), left, right));
}

function verifierKeyId(name, typedKey) {
  return sha256(concat(utf8(name), Uint8Array.of(0x0a), typedKey)).subarray(0, 4);
}

function isKeyName(name) {
  return typeof name === 'string' && /^[^\s+]+$/u.test(name);
}

/** vkey of a 32-byte Ed25519 public key: name+hex8(keyid)+base64(01 ‖ key). */
export function encodeVerifierKey(name, pub) {
  must(isKeyName(name), 'key name is empty or holds a space or a plus sign');
  must(isBytes(pub, 32), 'an Ed25519 key has 32 bytes');
  const typedKey = concat(Uint8Array.of(ED25519), pub);
  return `${name}+${toHex(verifierKeyId(name, typedKey))}+${btoa(String.fromCharCode(...typedKey))}`;
}

function decodeBase64(text) {
  must(/^[A-Za-z0-9+/]{44}$/.test(text), 'vkey: the key is not base64 of 33 bytes');
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** {name, id, pub} of a vkey; FormatError unless it is the form encodeVerifierKey writes. */
export function decodeVerifierKey(text) {
  const [, name, id, base64] = /^([^\s+]+)\+([0-9a-f]{8})\+(.*)$/u.exec(text) ?? [];
  must(base64 !== undefined, 'vkey is not name+id+key');
  const typedKey = decodeBase64(base64);
  must(typedKey[0] === ED25519, 'vkey is not of an Ed25519 key');
  must(equalBytes(fromHex(id), verifierKeyId(name, typedKey)), 'vkey: id and key do not belong together');
  return { name, id: fromHex(id), pub: typedKey.slice(1) };
}
