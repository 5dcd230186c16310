// Step 2: operators' answers to a code.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CODE, decodePayload, encodeRecord, fragmentHash, gatherFragments } from '../frag1/index.js';
import { flipBit, ISSUED, REALM, sealChanged } from './support.mjs';

const sealed = await sealChanged();
const { locator } = decodePayload(sealed.payload);
/** A leaf of the same locator that commits to another share 1: what an operator that lies could keep. */
const otherLeaf = flipBit(sealed.leaf, (24 + 5) * 8);
const otherSealed = await sealChanged({ serial: 'X' });

const record = (i, leaf = sealed.leaf) => (
  { state: 'record', bytes: encodeRecord(leaf, i, sealed.shares[i - 1]), time: ISSUED + i });
const one = record(1);
const two = record(2);
const three = record(3);
const bad = { state: 'record', bytes: flipBit(two.bytes, 2000), time: ISSUED };
const foreign = { state: 'record', bytes: otherSealed.records[1], time: ISSUED };
const absent = { state: 'absent' };
const down = { state: 'unreachable' };
const later = { state: 'not_asked' };
const erased = { state: 'erased', bytes: sealed.leaf };
const erasedOther = { state: 'erased', bytes: otherLeaf };
const erasedBad = { state: 'erased', bytes: sealed.leaf.slice(1) };

function gather(answers, threshold = 2) {
  return gatherFragments(answers, { realm: REALM, locator, threshold });
}

test('outcome of two-of-three', () => {
  const { OK, NOT_FOUND, FRAGMENT_TAMPERED, TOO_FEW_FRAGMENTS, ERASED, OPERATORS_DISAGREE } = CODE;
  const rows = [
    [OK, [one, two, three]], [OK, [one, two, later]], [OK, [absent, two, three]], [OK, [one, bad, three]],
    [OK, [one, erased, three]], [OK, [one, two, record(3, otherLeaf)]], [OK, [one, down, three]],
    [TOO_FEW_FRAGMENTS, [down, down, down]], [TOO_FEW_FRAGMENTS, [later, later, later]],
    [TOO_FEW_FRAGMENTS, [one, down, down]], [TOO_FEW_FRAGMENTS, [one, down, absent]],
    [TOO_FEW_FRAGMENTS, [one, down, bad]], [TOO_FEW_FRAGMENTS, [absent, down, down]],
    [TOO_FEW_FRAGMENTS, [one, erased, down]], [TOO_FEW_FRAGMENTS, [erased, down, down]],
    [TOO_FEW_FRAGMENTS, [bad, down, down]],
    [OPERATORS_DISAGREE, [one, record(2, otherLeaf), down]], [TOO_FEW_FRAGMENTS, [one, erasedOther, down]],
    [OPERATORS_DISAGREE, [one, record(2, otherLeaf), later]],
    [ERASED, [erased, erased, erased]], [ERASED, [one, erased, absent]], [ERASED, [one, erased, bad]],
    [ERASED, [erased, absent, absent]], [ERASED, [erased, down, absent]], [ERASED, [erased, bad, down]],
    [NOT_FOUND, [absent, absent, absent]], [NOT_FOUND, [absent, absent, down]], [NOT_FOUND, [one, absent, absent]],
    [NOT_FOUND, [absent, bad, absent]], [NOT_FOUND, [absent, absent, later]],
    [FRAGMENT_TAMPERED, [bad, bad, bad]], [FRAGMENT_TAMPERED, [one, bad, absent]], [FRAGMENT_TAMPERED, [one, bad, bad]],
    [FRAGMENT_TAMPERED, [one, one, absent]], [FRAGMENT_TAMPERED, [one, one, one]],
    [FRAGMENT_TAMPERED, [one, foreign, absent]],
    [FRAGMENT_TAMPERED, [one, erasedBad, absent]], [FRAGMENT_TAMPERED, [bad, down, absent]],
    [FRAGMENT_TAMPERED, [one, record(2, otherLeaf), bad]],
    [OPERATORS_DISAGREE, [one, record(2, otherLeaf), absent]],
  ];
  rows.forEach(([code, answers], row) => assert.equal(gather(answers).code, code, `row ${row}`));
});

test('the leaf says t, but not less than the realm', async () => {
  assert.equal(gather([absent, down, down], 3).code, CODE.NOT_FOUND);
  assert.equal(gather([absent, down, down], 1).code, CODE.TOO_FEW_FRAGMENTS);
  assert.equal(gather([one, absent, down], 1).code, CODE.TOO_FEW_FRAGMENTS);
  assert.equal(gather([one, two, absent], 1).code, CODE.OK);
  assert.equal(gather([erased, down, absent], 1).code, CODE.TOO_FEW_FRAGMENTS, 'an erased leaf is no record');
  const lower = gather([one, two, erased], 3);
  assert.equal(lower.code, CODE.FRAGMENT_TAMPERED);
  assert.deepEqual(lower.findings, ['tampered', 'tampered', 'tampered']);
  assert.equal(gather([one, two, down], 3).code, CODE.FRAGMENT_TAMPERED);
  assert.equal(gather([one, two, absent], 3).code, CODE.NOT_FOUND);
  const single = await sealChanged({}, { t: 1, m: 3 });
  const wanted = { realm: REALM, locator: decodePayload(single.payload).locator, threshold: 2 };
  const alone = { state: 'record', bytes: single.records[0], time: 1 };
  assert.equal(gatherFragments([alone, absent, down], wanted).code, CODE.FRAGMENT_TAMPERED);
  assert.equal(gatherFragments([alone, down, down], wanted).code, CODE.TOO_FEW_FRAGMENTS);
});

test('a leaf that claims a high t neither hides a complete set nor ends the search for one', () => {
  const high = (i, t = 3) => {
    const leaf = Uint8Array.from(sealed.leaf, (byte, at) => (at === 3 ? t << 4 | 3 : byte));
    const hash = fragmentHash(leaf.slice(0, 8), locator, i, sealed.shares[i - 1]);
    leaf.set(hash, 24 + 32 * (i - 1));
    return { state: 'record', bytes: encodeRecord(leaf, i, sealed.shares[i - 1]), time: ISSUED };
  };
  const gathered = gather([high(1), two, three]);
  assert.equal(gathered.code, CODE.OK);
  assert.deepEqual(gathered.findings, ['disagrees', 'good', 'good']);
  assert.equal(gather([high(1), down, down]).code, CODE.TOO_FEW_FRAGMENTS);
  assert.equal(gather([high(1), two, down]).code, CODE.OPERATORS_DISAGREE);
  assert.equal(gather([high(1), absent, down]).code, CODE.TOO_FEW_FRAGMENTS);
});

test('findings name what is wrong with each operator', () => {
  assert.deepEqual(gather([one, bad, absent, down, later, erased]).findings,
    ['good', 'tampered', 'absent', 'unreachable', 'not_asked', 'erased']);
  assert.deepEqual(gather([one, two, record(3, otherLeaf)]).findings, ['good', 'good', 'disagrees']);
  assert.deepEqual(gather([one, one, two]).findings, ['good', 'tampered', 'good']);
  assert.deepEqual(gather([foreign, erasedBad, one]).findings, ['tampered', 'tampered', 'good']);
});

test('a liar who comes first cannot take the number of an honest operator', () => {
  const gathered = gather([record(2, otherLeaf), two, three]);
  assert.equal(gathered.code, CODE.OK);
  assert.deepEqual(gathered.findings, ['disagrees', 'good', 'good']);
});

test('exactly t shares are used, and tau is the latest of their entries', () => {
  const gathered = gather([one, { ...two, time: 5 }, three]);
  assert.deepEqual(gathered.shares.map(({ index }) => index), [1, 2]);
  assert.equal(gathered.tau, BigInt(ISSUED + 1));
  assert.equal(gather([one, { ...two, time: 2n ** 64n - 1n }, three]).tau, 2n ** 64n - 1n);
  assert.equal(gather([one, { ...two, time: undefined }, three]).tau, null);
  assert.equal(gather([{ ...one, time: null }, two, three]).tau, null);
  assert.equal(gather([one, absent, down]).shares, null);
  assert.equal(gather([one, absent, down]).leaf, null);
});

test('records for another realm count as tampered, and unknown states are the caller\'s mistake', () => {
  const gathered = gatherFragments([one, two, three], { realm: REALM + 1, locator, threshold: 2 });
  assert.equal(gathered.code, CODE.FRAGMENT_TAMPERED);
  assert.throws(() => gather([{ state: 'lost' }]), RangeError);
});
