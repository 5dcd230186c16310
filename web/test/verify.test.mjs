// The whole way from a QR text to a verdict.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CODE, concat, encodeLeaf, encodeRecord, KIND, keyId, payloadText, publicKey, sealStatement, sha256,
  toHex, verify,
} from '../frag1/index.js';
import {
  documentFields, flipBit, ISSUED, OTHER, REALM, REGISTRAR, sealChanged, SECRET, trustKey, trustList,
} from './support.mjs';

const FILE = new TextEncoder().encode('head of the file, the place of the code, and its tail');
const FILE_SEAL = { length: FILE.length, from: 18, to: 39, sha256: sha256(concat(FILE.slice(0, 18), FILE.slice(39))) };
const NOW = ISSUED + 10;

/** Three operators that hold the sealed document, and the status records given by their s_n. */
async function setting({ fields = {}, header = {}, keys = {}, statements = [], ...options } = {}) {
  const sealed = await sealChanged(fields, header, keys);
  const status = new Map();
  for (const [n, kind] of statements.entries()) {
    const where = { realm: REALM, rid: documentFields().rid, n };
    const record = await sealStatement(where, { kind, reason: 0, time: NOW }, SECRET);
    status.set(toHex(record.slice(0, 16)), record);
  }
  return {
    text: payloadText(sealed.payload, 'https://verify.example.kh/'),
    trust: trustList(),
    threshold: 2,
    now: NOW,
    askRecords: async (locator) => {
      assert.deepEqual(locator, sealed.locator);
      return sealed.records.map((bytes, i) => ({ state: 'record', bytes, time: ISSUED + i }));
    },
    askStatus: async (locator) => {
      const bytes = status.get(toHex(locator));
      return [0, 1, 2].map(() => (bytes ? { state: 'record', bytes, time: NOW } : { state: 'absent' }));
    },
    ...options,
  };
}

async function verdictOn(changes) {
  const { text, ...options } = await setting(changes);
  return verify(text, options);
}

async function assertCode(code, changes, message) {
  const result = await verdictOn(changes);
  assert.equal(result.code, code, message);
  if (result.verdict !== 'VALID') {
    assert.equal(result.document, null);
    assert.equal(result.key, null);
  }
}

test('VALID shows the document, its key and the operators', async () => {
  const result = await verdictOn();
  assert.deepEqual([result.code, result.name, result.verdict], [0, 'OK', 'VALID']);
  assert.equal(result.document.attributes[1].value, 'Sok Dara');
  assert.equal(result.key.names.get('en'), 'Royal University of Phnom Penh');
  assert.deepEqual(result.operators, ['good', 'good', 'good']);
  assert.equal(result.tau, BigInt(ISSUED + 1));
});

test('steps 1 and 2', async () => {
  const { text, ...options } = await setting();
  assert.equal((await verify('https://example.org', options)).code, CODE.QR_MALFORMED);
  const misread = text.slice(0, -1) + (text.endsWith('A') ? 'B' : 'A');
  assert.equal((await verify(misread, options)).code, CODE.QR_CHECKSUM);
  const askRecords = (state) => async () => [0, 1, 2].map(() => ({ state }));
  await assertCode(CODE.NOT_FOUND, { askRecords: askRecords('absent') });
  await assertCode(CODE.TOO_FEW_FRAGMENTS, { askRecords: askRecords('unreachable') });
});

test('step 4: fragments with a code whose locator they claim but which has another key', async () => {
  const [mine, theirs] = [await sealChanged(), await sealChanged({ serial: 'X' })];
  const leaf = encodeLeaf(theirs.leaf.slice(0, 8), mine.locator, theirs.shares);
  const records = theirs.shares.map((share, i) => encodeRecord(leaf, i + 1, share));
  await assertCode(CODE.SPLICED, { askRecords: async () => (
    records.map((bytes) => ({ state: 'record', bytes, time: ISSUED }))) });
});

test('step 6: unknown key, signature, time and scope, in this order', async () => {
  const foreign = new Uint8Array(32).fill(0x61);
  const only = (changes) => ({ trust: trustList({ keys: [trustKey(SECRET, changes)] }) });
  await assertCode(CODE.ISSUER_UNKNOWN, { fields: { kid: keyId(publicKey(foreign)) }, keys: { secret: foreign } });
  await assertCode(CODE.ISSUER_UNKNOWN, { trust: trustList({ realm: 2 }) });
  await assertCode(CODE.ISSUER_SIGNATURE, { keys: { secret: OTHER } });
  await assertCode(CODE.ISSUER_SIGNATURE, { fields: { kid: keyId(publicKey(OTHER)) } });
  await assertCode(CODE.ISSUER_SIGNATURE, { keys: { secret: OTHER }, ...only({ notAfter: ISSUED - 1, issuer: 'x' }) });
  await assertCode(CODE.ISSUER_KEY_TIME, only({ notAfter: ISSUED }));
  await assertCode(CODE.ISSUER_KEY_TIME, only({ notBefore: ISSUED + 2 }));
  await assertCode(CODE.ISSUER_KEY_TIME, only({ compromisedSince: ISSUED + 1 }));
  await assertCode(CODE.ISSUER_KEY_TIME, only({ compromisedSince: ISSUED, issuer: 'x' }));
  await assertCode(CODE.ISSUER_SCOPE, only({ issuer: 'x' }));
  await assertCode(CODE.ISSUER_SCOPE, only({ types: ['degree/master'] }));
  await assertCode(CODE.ISSUER_SCOPE, only({ role: 2 }));
  await assertCode(CODE.ISSUER_SCOPE, { fields: { kid: keyId(publicKey(REGISTRAR)), issuer: 'moeys.gov.kh' },
    keys: { secret: REGISTRAR } });
  await assertCode(CODE.OK, only({ types: ['degree/master', 'degree/bachelor'], notBefore: ISSUED + 1,
    notAfter: ISSUED + 1, compromisedSince: ISSUED + 2 }));
});

test('an anchored time takes the place of the operators\' own', async () => {
  await assertCode(CODE.ISSUER_KEY_TIME, { tau: ISSUED - 1001 });
  await assertCode(CODE.OK, { tau: ISSUED - 1000 });
});

test('step 7: status, expiry, not yet valid, freshness, in this order', async () => {
  const down = async () => [{ state: 'unreachable' }];
  await assertCode(CODE.REVOKED, { statements: [KIND.revoked] });
  await assertCode(CODE.SUSPENDED, { statements: [KIND.suspended] });
  await assertCode(CODE.SUPERSEDED, { statements: [KIND.superseded] });
  await assertCode(CODE.OK, { statements: [KIND.suspended, KIND.reinstated] });
  await assertCode(CODE.REVOKED, { statements: [KIND.revoked], fields: { expires: NOW } });
  await assertCode(CODE.EXPIRED, { fields: { expires: NOW } });
  await assertCode(CODE.OK, { fields: { expires: NOW + 1 } });
  await assertCode(CODE.NOT_YET_VALID, { fields: { issued: NOW + 1 } });
  await assertCode(CODE.OK, { fields: { issued: NOW } });
  await assertCode(CODE.EXPIRED, { fields: { expires: NOW }, askStatus: down });
  await assertCode(CODE.NOT_YET_VALID, { fields: { issued: NOW + 1 }, askStatus: down });
  await assertCode(CODE.STATUS_STALE, { askStatus: down });
  await assertCode(CODE.STATUS_STALE, { statusAsOf: NOW - 61, statusAgeMax: 60 });
  await assertCode(CODE.OK, { statusAsOf: NOW - 60, statusAgeMax: 60 });
});

test('step 8: the file presented', async () => {
  const fields = { fileSeal: FILE_SEAL };
  const at = (i) => flipBit(FILE, i * 8);
  await assertCode(CODE.OK, { fields });
  await assertCode(CODE.OK, { fields, file: FILE });
  await assertCode(CODE.OK, { fields, file: at(18) });
  await assertCode(CODE.OK, { fields, file: at(38) });
  const others = [at(17), at(39), at(0), at(FILE.length - 1), FILE.slice(1), concat(FILE, Uint8Array.of(0)),
    new Uint8Array(0)];
  for (const file of others) {
    await assertCode(CODE.FILE_MISMATCH, { fields, file });
  }
  await assertCode(CODE.FILE_MISMATCH, { file: FILE }, 'a document that seals no file matches none');
  await assertCode(CODE.REVOKED, { fields, file: at(0), statements: [KIND.revoked] });
});

test('a failing ledger client is not turned into a verdict', async () => {
  const { text, ...options } = await setting({ askRecords: async () => { throw new TypeError('network'); } });
  await assert.rejects(() => verify(text, options), TypeError);
});
