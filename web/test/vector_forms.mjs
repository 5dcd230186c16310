// The JSON forms that test-vectors/README.md describes: bytes as hex, 64-bit integers as decimal strings.

import { fromHex, readTrustFile, toHex } from '../frag1/index.js';

/** The seal of encodeDocument from {length, excluded_begin, excluded_end, sha256}. */
export function sealOf(row) {
  return {
    length: BigInt(row.length),
    from: BigInt(row.excluded_begin),
    to: BigInt(row.excluded_end),
    sha256: fromHex(row.sha256),
  };
}

/** The fields of encodeDocument from a document of the vectors. */
export function documentOf(row) {
  return {
    issuer: row.issuer,
    kid: fromHex(row.kid),
    type: row.type,
    serial: row.serial,
    issueNo: BigInt(row.issue_no),
    issued: BigInt(row.issued),
    expires: row.expires === undefined ? null : BigInt(row.expires),
    rid: fromHex(row.rid),
    attributes: row.attributes.map(([name, value]) => ({ name, value })),
    fileSeal: row.file_seal === undefined ? null : sealOf(row.file_seal),
  };
}

function rowOfSeal({ length, from, to, sha256 }) {
  return {
    length: length.toString(), excluded_begin: from.toString(), excluded_end: to.toString(), sha256: toHex(sha256),
  };
}

/** The inverse of documentOf. */
export function rowOfDocument(document) {
  return {
    issuer: document.issuer,
    kid: toHex(document.kid),
    type: document.type,
    serial: document.serial,
    issue_no: document.issueNo.toString(),
    issued: document.issued.toString(),
    ...(document.expires === null ? {} : { expires: document.expires.toString() }),
    rid: toHex(document.rid),
    attributes: document.attributes.map(({ name, value }) => [name, value]),
    ...(document.fileSeal === null ? {} : { file_seal: rowOfSeal(document.fileSeal) }),
  };
}

/** The trust list in a row's trust_file under its pins. */
export function trustOf({ trust_file: file, pins }) {
  return readTrustFile(fromHex(file), { ...pins, roots: pins.roots.map(fromHex) });
}
