import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  applyKinds, CODE, codeOfState, concat, KIND, keyId, openStatement, publicKey, sealStatement, statementCounts,
  statusHandle, statusKeyOf, statusLocator, toHex, u64, walkStatus, WALK_MAX,
} from '../frag1/index.js';
import { bip340Sign, gcmSeal, taggedHash } from '../frag1/primitives.js';
import {
  documentFields, flipBit, ISSUED, OTHER, Random, REALM, REGISTRAR, SECRET, STATUS_KEY, throwsFormat, trustKey,
  trustList,
} from './support.mjs';

const { rid } = documentFields();
const TRUST = trustList();
const at = (n) => ({ realm: REALM, rid, n });
const absent = { state: 'absent' };
const down = { state: 'unreachable' };

async function statement(n, kind, secret = SECRET, { reason = 1, time = ISSUED, entered = ISSUED } = {}) {
  return { state: 'record', bytes: await sealStatement(at(n), { kind, reason, time }, secret), time: entered };
}

/** Walks over rows: rows[n] are the operators' answers at n; beyond the last row all are `beyond`. */
function walk(rows, { trust = TRUST, issuer = 'rupp.edu.kh', beyond = [absent, absent, absent] } = {}) {
  return walkStatus({ realm: REALM, rid }, { issuer, trust, ask: async (locator, n) => {
    assert.deepEqual(locator, statusLocator(at(n)));
    return rows[n] ?? beyond;
  } });
}

/** A statement that no honest writer would make: any body, sealed and signed as it should be. */
async function forged(n, [kind, reason], secret = SECRET) {
  const signedPart = concat(Uint8Array.of(kind, reason), u64(ISSUED), keyId(publicKey(secret)));
  const message = taggedHash('stmt', Uint8Array.of(0, REALM), rid, Uint8Array.of(0, 0, 0, n), signedPart);
  const body = concat(signedPart, bip340Sign(secret, message, new Uint8Array(32)));
  const locator = statusLocator(at(n));
  return { state: 'record', bytes: concat(locator, await gcmSeal(statusKeyOf(at(n)), locator, body)), time: ISSUED };
}

test('handle, locators and keys differ with every input', () => {
  const base = { realm: 1, issuer: 'a', type: 'b', serial: 'c', issueNo: 1 };
  const changes = [{}, { realm: 2 }, { issuer: 'x' }, { type: 'x' }, { serial: 'x' }, { issueNo: 2 }];
  const handles = changes.map((change) => toHex(statusHandle(STATUS_KEY, { ...base, ...change })));
  assert.equal(new Set(handles).size, changes.length);
  assert.deepEqual(statusHandle(STATUS_KEY, { ...base, issueNo: 1n }), statusHandle(STATUS_KEY, base));
  const places = [at(0), at(1), { ...at(0), realm: 2 }, { ...at(0), rid: flipBit(rid, 1) }];
  assert.equal(new Set(places.map((place) => toHex(statusLocator(place)))).size, places.length);
  assert.equal(new Set(places.map((place) => toHex(statusKeyOf(place)))).size, places.length);
  for (const change of [{ issuer: 'A' }, { type: '' }, { serial: '' }, { serial: 'x'.repeat(65) }, { serial: 'a\n' },
    { issueNo: 0 }]) {
    throwsFormat(() => statusHandle(STATUS_KEY, { ...base, ...change }));
  }
});

test('a statement opens at its place only', async () => {
  const record = await sealStatement(at(3), { kind: KIND.suspended, reason: 6, time: 2n ** 40n }, SECRET);
  const opened = await openStatement(at(3), record);
  assert.deepEqual([opened.kind, opened.reason, opened.time], [2, 6, 2n ** 40n]);
  assert.deepEqual(opened.kid, keyId(publicKey(SECRET)));
  for (const where of [at(2), { ...at(3), realm: 2 }, { ...at(3), rid: flipBit(rid, 7) }]) {
    assert.equal(await openStatement(where, record), null);
  }
  for (let bit = 0; bit < record.length * 8; bit += 1) {
    assert.equal(await openStatement(at(3), flipBit(record, bit)), null);
  }
  for (const bytes of [record.slice(0, 113), concat(record, Uint8Array.of(0)), new Uint8Array(0)]) {
    assert.equal(await openStatement(at(3), bytes), null);
  }
});

test('every kind and reason of the format can be sealed, and no other', async () => {
  for (const [kind, reason] of [[1, 0], [2, 1], [3, 2], [4, 3], [1, 4], [1, 5], [1, 6], [1, 8], [1, 9], [1, 10]]) {
    const opened = await openStatement(at(0), await sealStatement(at(0), { kind, reason, time: 1 }, SECRET));
    assert.deepEqual([opened.kind, opened.reason], [kind, reason]);
  }
  for (const [kind, reason] of [[0, 0], [5, 0], [1, 7], [1, 11], [1, 255]]) {
    await assert.rejects(() => sealStatement(at(0), { kind, reason, time: 1 }, SECRET), { name: 'FormatError' });
  }
});

test('who may make a statement', async () => {
  const counts = async (secret, { issuer = 'rupp.edu.kh', tau = ISSUED, trust = TRUST } = {}) => {
    const opened = await openStatement(at(0), (await statement(0, KIND.revoked, secret)).bytes);
    return statementCounts(at(0), opened, { issuer, trust, tau });
  };
  assert.equal(await counts(SECRET), true);
  assert.equal(await counts(REGISTRAR), true, 'a registrar for every issuer');
  assert.equal(await counts(OTHER), false, 'another issuer');
  assert.equal(await counts(OTHER, { issuer: 'itc.edu.kh' }), true);
  assert.equal(await counts(new Uint8Array(32).fill(0x61)), false, 'unknown key');
  assert.equal(await counts(SECRET, { tau: ISSUED - 1001 }), false, 'before the key held');
  assert.equal(await counts(SECRET, { tau: ISSUED + 100001 }), false, 'after the key held');
  assert.equal(await counts(SECRET, { trust: trustList({ realm: 2 }) }), false, 'trust list of another realm');
  const stolen = trustList({ keys: [trustKey(SECRET, { compromisedSince: ISSUED })] });
  assert.equal(await counts(SECRET, { trust: stolen }), false, 'compromised');
  assert.equal(await counts(SECRET, { trust: stolen, tau: ISSUED - 1 }), true);
});

test('a statement with a bad signature, kind or reason changes nothing but counts in the walk', async () => {
  const opened = await openStatement(at(0), (await statement(0, KIND.revoked)).bytes);
  const context = { issuer: 'rupp.edu.kh', trust: TRUST, tau: ISSUED };
  for (let bit = 0; bit < 512; bit += 61) {
    assert.equal(statementCounts(at(0), { ...opened, signature: flipBit(opened.signature, bit) }, context), false);
  }
  assert.equal(statementCounts(at(1), opened, context), false, 'moved to another n');
  for (const body of [[0, 0], [5, 0], [1, 7], [1, 11], [255, 255]]) {
    const walked = await walk([[await forged(0, body)], [await statement(1, KIND.suspended)]], { beyond: [absent] });
    assert.deepEqual([walked.code, walked.count], [CODE.SUSPENDED, 2], `${body}`);
  }
  assert.equal((await walk([[await forged(0, [1, 10])]])).code, CODE.REVOKED);
  const noise = { state: 'record', bytes: new Random('noise').bytes(114), time: ISSUED };
  const short = { state: 'record', bytes: new Uint8Array(3), time: ISSUED };
  const walked = await walk([[noise], [short], [await statement(2, KIND.superseded)]], { beyond: [absent] });
  assert.deepEqual([walked.code, walked.count], [CODE.SUPERSEDED, 3]);
});

test('state machine', () => {
  const { revoked, suspended, reinstated, superseded } = KIND;
  const after = (...steps) => steps.reduce((state, kinds) => applyKinds(state, [].concat(kinds)), null);
  const rows = [
    [null], [null, []], [null, reinstated], [revoked, revoked], [suspended, suspended], [superseded, superseded],
    [null, suspended, reinstated], [suspended, suspended, reinstated, suspended], [suspended, suspended, suspended],
    [null, suspended, suspended, reinstated], [suspended, reinstated, suspended], [revoked, suspended, revoked],
    [revoked, revoked, reinstated], [revoked, revoked, suspended, reinstated], [revoked, revoked, superseded],
    [superseded, superseded, suspended], [superseded, superseded, suspended, reinstated],
    [revoked, superseded, revoked], [superseded, suspended, superseded, reinstated],
    [revoked, [superseded, revoked]], [revoked, [revoked, superseded]], [suspended, [suspended, reinstated]],
    [suspended, suspended, [suspended, reinstated]], [superseded, suspended, [reinstated, superseded]],
    [suspended, [], suspended, []], [revoked, [1, 2, 3, 4]],
  ];
  rows.forEach(([expected, ...steps], row) => assert.equal(after(...steps), expected, `row ${row}`));
  assert.deepEqual([null, 1, 2, 4].map(codeOfState), [CODE.OK, CODE.REVOKED, CODE.SUSPENDED, CODE.SUPERSEDED]);
});

test('walk: one operator that holds a statement is enough', async () => {
  const revoked = await statement(0, KIND.revoked);
  for (const row of [[revoked, absent, absent], [absent, revoked, down], [down, down, revoked]]) {
    assert.equal((await walk([row])).code, CODE.REVOKED);
  }
  const suspended = [absent, await statement(0, KIND.suspended), absent];
  const reinstated = [await statement(1, KIND.reinstated), absent, absent];
  const back = await walk([suspended, reinstated]);
  assert.deepEqual([back.state, back.code, back.count, back.complete], [null, CODE.OK, 2, true]);
});

test('walk: different statements at one n are all applied, and each by the time of its own entry', async () => {
  const [revoked, suspended] = [await statement(0, KIND.revoked), await statement(0, KIND.suspended, REGISTRAR)];
  assert.equal((await walk([[revoked, suspended]], { beyond: [absent, absent] })).code, CODE.REVOKED);
  assert.equal((await walk([[suspended, revoked]], { beyond: [absent, absent] })).code, CODE.REVOKED);
  const late = { ...revoked, time: ISSUED + 200000 };
  assert.equal((await walk([[late, absent]], { beyond: [absent, absent] })).code, CODE.OK);
  assert.equal((await walk([[late, revoked]], { beyond: [absent, absent] })).code, CODE.REVOKED);
});

test('walk: complete only when some operator answered throughout', async () => {
  const ignored = await statement(0, KIND.reinstated);
  const complete = async (rows, beyond) => (await walk(rows, { beyond })).complete;
  assert.equal(await complete([], [absent]), true);
  assert.equal(await complete([], [down, absent]), true);
  assert.equal(await complete([], [down, down]), false);
  assert.equal(await complete([], []), false);
  assert.equal(await complete([[ignored, down]], [absent, down]), true);
  assert.equal(await complete([[ignored, down]], [down, absent]), false);
});

test('walk: it ends at its limit', async () => {
  let asked = 0;
  const noise = { state: 'record', bytes: new Uint8Array(114), time: ISSUED };
  const walked = await walkStatus({ realm: REALM, rid }, { issuer: 'rupp.edu.kh', trust: TRUST, ask: async () => {
    asked += 1;
    return [noise];
  } });
  assert.deepEqual([walked.code, walked.count, walked.complete, asked], [CODE.OK, WALK_MAX, false, WALK_MAX]);
});
