// FRAG-1 §3: header, leaf and fragment record.

import { concat, equalBytes, isBytes, readU16, u16 } from './bytes.js';
import { must } from './codes.js';
import { SUITE } from './payload.js';
import { taggedHash } from './primitives.js';

export const HEADER_BYTES = 8;
export const LOCATOR_BYTES = 16;
const HASH_BYTES = 32;
const LEAF_FIXED_BYTES = HEADER_BYTES + LOCATOR_BYTES;

/** Whether N is a padded length that FRAG-1 allows. */
export function isPaddedLength(n) {
  return Number.isInteger(n) && n % 64 === 0 && n >= 128 && n <= 32768;
}

/** Whether 1 ≤ t ≤ m ≤ 15. */
export function isThreshold(t, m) {
  return Number.isInteger(t) && Number.isInteger(m) && t >= 1 && t <= m && m <= 15;
}

/** hdr of {realm, t, m, n}: 01 ‖ u16 realm ‖ u8 (t<<4 | m) ‖ u16 N ‖ 0000. */
export function encodeHeader({ realm, t, m, n }) {
  must(isThreshold(t, m), 't and m are not 1 ≤ t ≤ m ≤ 15');
  must(isPaddedLength(n), 'N is not a multiple of 64 from 128 to 32768');
  return concat(Uint8Array.of(SUITE), u16(realm), Uint8Array.of((t << 4) | m), u16(n), u16(0));
}

/** {realm, t, m, n} of 8 header bytes; FormatError. */
export function decodeHeader(bytes) {
  must(isBytes(bytes, HEADER_BYTES) && bytes[0] === SUITE, 'not a suite 1 header');
  const header = { realm: readU16(bytes, 1), t: bytes[3] >> 4, m: bytes[3] & 15, n: readU16(bytes, 4) };
  must(isThreshold(header.t, header.m), 'header: t and m are not 1 ≤ t ≤ m ≤ 15');
  must(isPaddedLength(header.n), 'header: N is not a multiple of 64 from 128 to 32768');
  must(bytes[6] === 0 && bytes[7] === 0, 'header: reserved bytes are not zero');
  return header;
}

/** h_i = TH("frag", hdr ‖ loc ‖ u8 i ‖ S_i). */
export function fragmentHash(headerBytes, locator, index, share) {
  return taggedHash('frag', headerBytes, locator, Uint8Array.of(index), share);
}

/** leaf = hdr ‖ loc ‖ h_1 ‖ … ‖ h_m for all m shares in order. */
export function encodeLeaf(headerBytes, locator, shares) {
  return concat(headerBytes, locator, ...shares.map((share, i) => fragmentHash(headerBytes, locator, i + 1, share)));
}

/** Bytes of a leaf for m operators. */
export function leafBytes(m) {
  return LEAF_FIXED_BYTES + HASH_BYTES * m;
}

/** A leaf of exactly its length: {bytes, header, headerBytes, locator, hashes}; FormatError. */
export function parseLeaf(bytes) {
  must(bytes.length >= LEAF_FIXED_BYTES, 'leaf is too short');
  const headerBytes = bytes.slice(0, HEADER_BYTES);
  const header = decodeHeader(headerBytes);
  must(bytes.length === leafBytes(header.m), 'leaf has the wrong length');
  const hashes = Array.from({ length: header.m }, (_, i) => {
    const at = LEAF_FIXED_BYTES + HASH_BYTES * i;
    return bytes.slice(at, at + HASH_BYTES);
  });
  return { bytes: bytes.slice(), header, headerBytes, locator: bytes.slice(HEADER_BYTES, LEAF_FIXED_BYTES), hashes };
}

/** A leaf, as parseLeaf, that belongs to `realm` and `locator`; FormatError. */
export function decodeLeaf(bytes, realm, locator) {
  const leaf = parseLeaf(bytes);
  must(leaf.header.realm === realm, 'leaf is of another realm');
  must(equalBytes(leaf.locator, locator), 'leaf is of another locator');
  return leaf;
}

/** Fragment record = leaf ‖ u8 i ‖ S_i. */
export function encodeRecord(leaf, index, share) {
  return concat(leaf, Uint8Array.of(index), share);
}

/**
 * A fragment record for `realm` and `locator`: {leaf, index, share}. FormatError when any part is wrong, its share's
 * hash too.
 */
export function decodeRecord(bytes, realm, locator) {
  must(bytes.length >= LEAF_FIXED_BYTES, 'record is too short');
  const { m, n } = decodeHeader(bytes.slice(0, HEADER_BYTES));
  const leafEnd = leafBytes(m);
  must(bytes.length === leafEnd + 1 + n, 'record has the wrong length');
  const leaf = decodeLeaf(bytes.subarray(0, leafEnd), realm, locator);
  const index = bytes[leafEnd];
  must(index >= 1 && index <= m, 'record: i is not 1 to m');
  const share = bytes.slice(leafEnd + 1);
  const hash = fragmentHash(leaf.headerBytes, locator, index, share);
  must(equalBytes(hash, leaf.hashes[index - 1]), 'record: the share does not match its hash');
  return { leaf, index, share };
}
