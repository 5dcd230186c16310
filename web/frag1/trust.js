// FRAG-1 §7: the trust list, its signatures by pinned roots, and the key rule.

import { equalBytes, isBytes, toHex, toUint } from './bytes.js';
import { arrayOf, decodeCbor, encodeCbor, mapOf } from './cbor.js';
import { must } from './codes.js';
import {
  bip340Sign, bip340Verify, isPublicKey, keyId, publicKey, randomBytes, sha256, taggedHash,
} from './primitives.js';
import { isDocumentType, isIssuerId, isLanguageTag, isTextOf } from './text.js';

export const ROLE = Object.freeze({ issuer: 1, registrar: 2 });

const VERSION = 1n;
const LIST_FIELDS = 7;
const KEY = Object.freeze({
  kid: 1n, pub: 2n, role: 3n, issuer: 4n, names: 5n, notBefore: 6n, notAfter: 7n, types: 8n, compromisedSince: 9n,
});
const REQUIRED = [KEY.kid, KEY.pub, KEY.role, KEY.issuer, KEY.names, KEY.notBefore, KEY.notAfter, KEY.types];
const NAME_BYTES_MAX = 256;
const FIRST_PREVIOUS = new Uint8Array(32);

const isUint = (value) => typeof value === 'bigint';

function checkNames(names) {
  must(names instanceof Map, 'key names are not a map');
  for (const [language, name] of names) {
    must(isLanguageTag(language), 'language is not 1 to 35 bytes of a-z A-Z 0-9 -');
    must(isTextOf(name, 1, NAME_BYTES_MAX), 'a name is not text of 1 to 256 bytes');
  }
}

function checkTypes(types) {
  must(Array.isArray(types) && types.every(isDocumentType), 'types are not an array of document types');
  must(new Set(types).size === types.length, 'types repeat one');
}

function checkKey(key) {
  must(isPublicKey(key.pub), 'pub32 is not an x-only public key');
  must(isBytes(key.kid, 8) && equalBytes(key.kid, keyId(key.pub)), 'kid is not that of pub32');
  must(key.role === ROLE.issuer || key.role === ROLE.registrar, 'role is not 1 or 2');
  must(isIssuerId(key.issuer), 'issuer id is not 1 to 64 bytes of a-z 0-9 . -');
  checkNames(key.names);
  must(isUint(key.notBefore) && isUint(key.notAfter) && key.notBefore <= key.notAfter, 'not_before is after not_after');
  checkTypes(key.types);
  must(key.compromisedSince === null || isUint(key.compromisedSince), 'compromised_since is not an unsigned integer');
}

function checkList(list) {
  must(list.listNo >= 1n, 'list_no is not at least 1');
  must(isBytes(list.prevHash, 32), 'prev_hash is not 32 bytes');
  must(list.listNo !== 1n || equalBytes(list.prevHash, FIRST_PREVIOUS), 'the first list has a prev_hash');
  must(list.issued < list.nextUpdate, 'next_update is not after issued');
  list.keys.forEach(checkKey);
  must(new Set(list.keys.map(({ kid }) => toHex(kid))).size === list.keys.length, 'kids are not unique');
  return list;
}

function keyToMap(key) {
  const map = new Map([
    [KEY.kid, key.kid], [KEY.pub, key.pub], [KEY.role, key.role], [KEY.issuer, key.issuer], [KEY.names, key.names],
    [KEY.notBefore, key.notBefore], [KEY.notAfter, key.notAfter], [KEY.types, key.types],
  ]);
  if (key.compromisedSince !== null) {
    map.set(KEY.compromisedSince, key.compromisedSince);
  }
  return map;
}

/** A decoded integer as a number, NaN for any other value. */
function smallUint(value) {
  return isUint(value) ? Number(value) : NaN;
}

function keyFromMap(value) {
  const map = mapOf(value, REQUIRED, [KEY.compromisedSince], 'key');
  return {
    kid: map.get(KEY.kid),
    pub: map.get(KEY.pub),
    role: smallUint(map.get(KEY.role)),
    issuer: map.get(KEY.issuer),
    names: map.get(KEY.names),
    notBefore: map.get(KEY.notBefore),
    notAfter: map.get(KEY.notAfter),
    types: map.get(KEY.types),
    compromisedSince: map.get(KEY.compromisedSince) ?? null,
  };
}

function normalKey(key) {
  const since = key.compromisedSince ?? null;
  return {
    ...key,
    kid: keyId(key.pub),
    names: key.names instanceof Map ? key.names : new Map(Object.entries(key.names)),
    notBefore: toUint(key.notBefore),
    notAfter: toUint(key.notAfter),
    compromisedSince: since === null ? null : toUint(since),
  };
}

/**
 * List bytes of {realm, listNo, issued, nextUpdate, prevHash?, keys: [{pub, role, issuer, names, notBefore, notAfter,
 * types, compromisedSince?}]}; kids are computed. FormatError names the rule that is broken.
 */
export function encodeTrustList(fields) {
  const list = checkList({
    listNo: toUint(fields.listNo),
    issued: toUint(fields.issued),
    nextUpdate: toUint(fields.nextUpdate),
    prevHash: fields.prevHash ?? FIRST_PREVIOUS,
    keys: fields.keys.map(normalKey),
  });
  must(Number.isInteger(fields.realm) && fields.realm >= 0 && fields.realm <= 0xffff, 'realm is not a u16');
  const { listNo, issued, nextUpdate, prevHash, keys } = list;
  return encodeCbor([VERSION, fields.realm, listNo, issued, nextUpdate, prevHash, keys.map(keyToMap)]);
}

/** The trust list in `bytes`, kept as .bytes; FormatError unless every rule holds. Signatures are not seen. */
export function decodeTrustList(bytes) {
  const [version, realm, listNo, issued, nextUpdate, prevHash, keys] =
    arrayOf(decodeCbor(bytes), LIST_FIELDS, 'trust list');
  must(version === VERSION, 'trust list is not of version 1');
  must(isUint(realm) && realm <= 0xffffn, 'realm is not a u16');
  must([listNo, issued, nextUpdate].every(isUint), 'a number of the trust list is not an unsigned integer');
  must(Array.isArray(keys), 'keys are not an array');
  const list = { realm: Number(realm), listNo, issued, nextUpdate, prevHash, keys: keys.map(keyFromMap) };
  return { ...checkList(list), bytes: bytes.slice() };
}

function listMessage(listBytes) {
  return taggedHash('trust', listBytes);
}

/** File form: list bytes signed by each root secret; aux is 32 random bytes unless given. */
export function signTrustList(listBytes, rootSecrets, aux = randomBytes(32)) {
  const message = listMessage(listBytes);
  return encodeCbor([
    listBytes,
    rootSecrets.map((secret) => [keyId(publicKey(secret)), bip340Sign(secret, message, aux)]),
  ]);
}

function readSignatures(value) {
  must(Array.isArray(value), 'signatures are not an array');
  return value.map((pair) => {
    const [kid, signature] = arrayOf(pair, 2, 'signature');
    must(isBytes(kid, 8) && isBytes(signature, 64), 'signature is not [8 bytes, 64 bytes]');
    return { kid, signature };
  });
}

function signedBy(root, message, signatures) {
  const kid = keyId(root);
  return signatures.some((entry) => equalBytes(entry.kid, kid) && bip340Verify(root, message, entry.signature));
}

/**
 * The trust list of a file, if at least `threshold` of the pinned `roots` (x-only keys) signed it; FormatError
 * otherwise. Signatures by others count for nothing, and a root counts once.
 */
export function readTrustFile(file, { realm, roots, threshold }) {
  const distinct = new Set(roots.map(toHex)).size === roots.length;
  if (!distinct || !roots.every(isPublicKey) || !(threshold >= 1 && threshold <= roots.length)) {
    throw new RangeError('roots must be distinct public keys, and the threshold from 1 to their number');
  }
  const [listBytes, pairs] = arrayOf(decodeCbor(file), 2, 'trust file');
  must(listBytes instanceof Uint8Array, 'trust file holds no list bytes');
  const signatures = readSignatures(pairs);
  const message = listMessage(listBytes);
  const count = roots.filter((root) => signedBy(root, message, signatures)).length;
  must(count >= threshold, `trust list is signed by ${count} pinned roots, ${threshold} are needed`);
  const list = decodeTrustList(listBytes);
  must(list.realm === realm, 'trust list is of another realm');
  return list;
}

/** Throws a FormatError unless `next` is the list that may replace `previous`: the next number, the chain unbroken. */
export function checkFollows(next, previous) {
  must(next.realm === previous.realm, 'trust list is of another realm');
  must(next.listNo > previous.listNo, 'trust list is not newer: roll-back');
  must(next.listNo === previous.listNo + 1n, 'chain broken: a trust list is missing in between');
  must(equalBytes(next.prevHash, sha256(previous.bytes)), 'chain broken: prev_hash is not that of the previous list');
  for (const key of previous.keys) {
    const kept = findKey(next, key.kid);
    must(kept !== null, 'trust list dropped a key');
    const same = equalBytes(kept.pub, key.pub) && kept.role === key.role && kept.issuer === key.issuer;
    must(same, 'trust list changed the identity of a key');
  }
}

/** The key with this kid, or null. */
export function findKey(list, kid) {
  return list.keys.find((key) => equalBytes(key.kid, kid)) ?? null;
}

/** Key rule: not_before ≤ τ ≤ not_after, and τ < compromised_since. */
export function keyHolds(key, tau) {
  const time = toUint(tau);
  return key.notBefore <= time && time <= key.notAfter
    && (key.compromisedSince === null || time < key.compromisedSince);
}
