// FRAG-1 §2: the document map D. Every integer of a document is a BigInt.

import { isBytes, toUint } from './bytes.js';
import { arrayOf, decodeCbor, encodeCbor, mapOf } from './cbor.js';
import { must } from './codes.js';
import { isDocumentType, isIssuerId, isTextOf } from './text.js';

const KEY = Object.freeze({
  issuer: 1n, kid: 2n, type: 3n, serial: 4n, issueNo: 5n, issued: 6n, expires: 7n, rid: 8n, attributes: 9n,
  fileSeal: 10n,
});
const REQUIRED = [KEY.issuer, KEY.kid, KEY.type, KEY.serial, KEY.issueNo, KEY.issued, KEY.rid, KEY.attributes];
const OPTIONAL = [KEY.expires, KEY.fileSeal];

const ATTRIBUTES_MAX = 64;
const NAME_BYTES_MAX = 64;
const SERIAL_BYTES_MAX = 64;

/** Serial: 1..64 bytes of clean text (the CBOR layer checks cleanness). */
export function isSerial(value) {
  return isTextOf(value, 1, SERIAL_BYTES_MAX);
}

function checkAttributes(attributes) {
  must(attributes.length >= 1 && attributes.length <= ATTRIBUTES_MAX, 'a document has 1 to 64 attributes');
  const seen = new Set();
  attributes.forEach(({ name, value }, index) => {
    must(isTextOf(name, 1, NAME_BYTES_MAX), `name of attribute ${index + 1} is not text of 1 to 64 bytes`);
    must(typeof value === 'string', `value of attribute ${index + 1} is not text`);
    must(!seen.has(name), `attribute ${index + 1} repeats a name`);
    seen.add(name);
  });
}

function checkFileSeal({ length, from, to, sha256 }) {
  must([length, from, to].every((value) => typeof value === 'bigint'), 'file seal bounds are not unsigned integers');
  must(from <= to && to <= length, 'file seal range lies outside the file');
  must(isBytes(sha256, 32), 'file seal hash is not 32 bytes');
}

function checkDocument(document) {
  must(isIssuerId(document.issuer), 'issuer is not 1 to 64 bytes of a-z 0-9 . -');
  must(isBytes(document.kid, 8), 'kid is not 8 bytes');
  must(isDocumentType(document.type), 'type is not 1 to 64 bytes of a-z 0-9 . - /');
  must(isSerial(document.serial), 'serial is not text of 1 to 64 bytes');
  must(typeof document.issueNo === 'bigint' && document.issueNo >= 1n, 'issue number is not an integer of at least 1');
  must(typeof document.issued === 'bigint', 'issued is not an unsigned integer');
  if (document.expires !== null) {
    must(typeof document.expires === 'bigint' && document.expires > document.issued, 'expires is not after issued');
  }
  must(isBytes(document.rid, 16), 'rid is not 16 bytes');
  checkAttributes(document.attributes);
  if (document.fileSeal !== null) {
    checkFileSeal(document.fileSeal);
  }
  return document;
}

function normalFileSeal(seal) {
  if (seal === undefined || seal === null) {
    return null;
  }
  return { length: toUint(seal.length), from: toUint(seal.from), to: toUint(seal.to), sha256: seal.sha256 };
}

function normalDocument(fields) {
  return {
    ...fields,
    issueNo: toUint(fields.issueNo),
    issued: toUint(fields.issued),
    expires: fields.expires === undefined || fields.expires === null ? null : toUint(fields.expires),
    fileSeal: normalFileSeal(fields.fileSeal),
  };
}

/**
 * D of a document {issuer, kid, type, serial, issueNo, issued, expires?, rid, attributes: [{name, value}],
 * fileSeal?: {length, from, to, sha256}}; FormatError names the first rule it breaks.
 */
export function encodeDocument(fields) {
  const document = checkDocument(normalDocument(fields));
  const map = new Map([
    [KEY.issuer, document.issuer],
    [KEY.kid, document.kid],
    [KEY.type, document.type],
    [KEY.serial, document.serial],
    [KEY.issueNo, document.issueNo],
    [KEY.issued, document.issued],
    [KEY.rid, document.rid],
    [KEY.attributes, document.attributes.map(({ name, value }) => [name, value])],
  ]);
  if (document.expires !== null) {
    map.set(KEY.expires, document.expires);
  }
  if (document.fileSeal !== null) {
    const { length, from, to, sha256 } = document.fileSeal;
    map.set(KEY.fileSeal, [length, from, to, sha256]);
  }
  return encodeCbor(map);
}

function decodeAttributes(value) {
  must(Array.isArray(value), 'attributes are not an array');
  return value.map((pair) => {
    const [name, text] = arrayOf(pair, 2, 'attribute');
    return { name, value: text };
  });
}

function decodeFileSeal(value) {
  const [length, from, to, sha256] = arrayOf(value, 4, 'file seal');
  return { length, from, to, sha256 };
}

/** The document in D; FormatError unless D is exactly what encodeDocument would write. */
export function decodeDocument(bytes) {
  const map = mapOf(decodeCbor(bytes), REQUIRED, OPTIONAL, 'document');
  return checkDocument({
    issuer: map.get(KEY.issuer),
    kid: map.get(KEY.kid),
    type: map.get(KEY.type),
    serial: map.get(KEY.serial),
    issueNo: map.get(KEY.issueNo),
    issued: map.get(KEY.issued),
    expires: map.get(KEY.expires) ?? null,
    rid: map.get(KEY.rid),
    attributes: decodeAttributes(map.get(KEY.attributes)),
    fileSeal: map.has(KEY.fileSeal) ? decodeFileSeal(map.get(KEY.fileSeal)) : null,
  });
}
