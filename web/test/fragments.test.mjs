// Shamir, records, and opening: every t of m, every damage.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CODE, concat, decodeHeader, decodeLeaf, decodePayload, decodeRecord, encodeDocument, encodeHeader, encodeRecord,
  openDocument, sealDocument, smallestPaddedLength, toHex,
} from '../frag1/index.js';
import { combineFragments, unpadDocument } from '../frag1/open.js';
import { sealPadded } from '../frag1/seal.js';
import { interpolate, shareOf } from '../frag1/shamir.js';
import {
  BATCH_KEY, documentFields, endsWith, flipBit, ISSUED, Random, REALM, sealChanged, SECRET, throwsFormat, trustList,
} from './support.mjs';

const shares = (sealed) => sealed.records.map((bytes) => (
  decodeRecord(bytes, REALM, decodePayload(sealed.payload).locator)));

function combine(sealed, indexes, change = {}) {
  const chosen = shares(sealed).filter(({ index }) => indexes.includes(index));
  const payload = { ...decodePayload(sealed.payload), ...change.payload };
  return combineFragments(payload, change.leaf ?? chosen[0].leaf, change.shares ?? chosen);
}

test('shares of one byte by hand: 0x53 + 0xca·x over GF(2^8)', () => {
  const secret = Uint8Array.of(0x53, 0, 0, 1);
  const slope = Uint8Array.of(0xca, 0, 1, 0x80);
  assert.deepEqual(shareOf(secret, [slope], 1), Uint8Array.of(0x99, 0, 1, 0x81));
  assert.deepEqual(shareOf(secret, [slope], 2), Uint8Array.of(0x53 ^ 0x8f, 0, 2, 0x1a));
  assert.deepEqual(shareOf(secret, [], 9), secret);
});

test('every t of m combines from first, last and mixed shares; t-1 shares say nothing about the secret', () => {
  const random = new Random('shamir');
  for (let m = 1; m <= 15; m += 1) {
    for (let t = 1; t <= m; t += 1) {
      const secret = random.bytes(64);
      const slopes = Array.from({ length: t - 1 }, () => random.bytes(64));
      const all = Array.from({ length: m }, (_, i) => ({ index: i + 1, share: shareOf(secret, slopes, i + 1) }));
      const mixed = [...all].sort((a, b) => (a.index * 7) % 16 - (b.index * 7) % 16).slice(0, t);
      for (const chosen of [all.slice(0, t), all.slice(-t), mixed]) {
        assert.deepEqual(interpolate(chosen), secret);
        assert.deepEqual(interpolate(chosen, m), all[m - 1].share);
      }
      if (t > 1) {
        assert.notDeepEqual(interpolate(all.slice(0, t - 1)), secret);
      }
    }
  }
});

test('shares need distinct numbers that are not zero', () => {
  const share = new Uint8Array(4);
  for (const indexes of [[], [0], [1, 1], [256], [1.5]]) {
    assert.throws(() => interpolate(indexes.map((index) => ({ index, share }))), RangeError);
  }
});

test('header: bounds of t, m and N', () => {
  const header = { realm: 65535, t: 15, m: 15, n: 32768 };
  assert.equal(toHex(encodeHeader(header)), '01ffffff80000000');
  assert.deepEqual(decodeHeader(encodeHeader(header)), header);
  const rows = [{ t: 0 }, { t: 3 }, { m: 16, t: 16 }, { n: 64 }, { n: 129 }, { n: 32832 }, { n: 0 }, { t: 1.5 }];
  for (const row of rows) {
    throwsFormat(() => encodeHeader({ realm: 1, t: 2, m: 2, n: 128, ...row }), JSON.stringify(row));
  }
  assert.throws(() => encodeHeader({ realm: 65536, t: 1, m: 1, n: 128 }), RangeError);
  const bad = ['0200012301400000', '0100010301400000', '0100014301400000', '0100012300400000', '0100012301410000',
    '0100012381000000', '0100012301400100', '0100012301400001', '01000123014000', '010001230140000000'];
  for (const hex of bad) {
    throwsFormat(() => decodeHeader(Uint8Array.from(Buffer.from(hex, 'hex'))), hex);
  }
});

test('record: every flipped bit, every truncation and an extra byte are refused', async () => {
  const sealed = await sealChanged({}, { m: 2 });
  const { locator } = decodePayload(sealed.payload);
  const [bytes] = sealed.records;
  decodeRecord(bytes, REALM, locator);
  // h_2 is the one part that share 1 cannot vouch for; that is what comparing leaves and step 4 are for.
  const other = { from: (24 + 32) * 8, to: (24 + 64) * 8 };
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    if (bit < other.from || bit >= other.to) {
      throwsFormat(() => decodeRecord(flipBit(bytes, bit), REALM, locator), `bit ${bit}`);
    }
  }
  for (let length = 0; length < bytes.length; length += 1) {
    throwsFormat(() => decodeRecord(bytes.slice(0, length), REALM, locator));
  }
  throwsFormat(() => decodeRecord(concat(bytes, Uint8Array.of(0)), REALM, locator));
  throwsFormat(() => decodeRecord(bytes, REALM + 1, locator));
  throwsFormat(() => decodeRecord(bytes, REALM, flipBit(locator, 3)));
});

test('record: i must be 1 to m, and a leaf exact', async () => {
  const sealed = await sealChanged();
  const { locator } = decodePayload(sealed.payload);
  for (const index of [0, 2, 4, 255]) {
    throwsFormat(() => decodeRecord(encodeRecord(sealed.leaf, index, sealed.shares[0]), REALM, locator));
  }
  assert.equal(decodeLeaf(sealed.leaf, REALM, locator).hashes.length, 3);
  for (let length = 0; length < sealed.leaf.length; length += 1) {
    throwsFormat(() => decodeLeaf(sealed.leaf.slice(0, length), REALM, locator));
  }
  throwsFormat(() => decodeLeaf(concat(sealed.leaf, new Uint8Array(32)), REALM, locator));
});

test('documents open for every t of m, and for N at its bounds', async () => {
  for (let m = 1; m <= 15; m += 1) {
    for (let t = 1; t <= m; t += m > 5 ? 3 : 1) {
      const sealed = await sealChanged({}, { t, m });
      const indexes = Array.from({ length: t }, (_, i) => m - i);
      assert.equal(unpadDocument(await combine(sealed, indexes)).document.issuer, 'rupp.edu.kh');
    }
  }
  const value = 'v'.repeat(32000);
  const large = await sealChanged({ attributes: [{ name: 'a', value }] }, { t: 15, m: 15, n: 32768 });
  const padded = await combine(large, Array.from({ length: 15 }, (_, i) => i + 1));
  assert.equal(unpadDocument(padded).document.attributes[0].value, value);
});

test('a document fills N to the last byte, and not beyond', async () => {
  const sized = (length) => ({ attributes: [{ name: 'a', value: 'v'.repeat(length) }] });
  let length = 0;
  const fits = async (bytes) => sealChanged(sized(bytes), { n: 256 }).then(() => true, () => false);
  while (await fits(length)) {
    length += 1;
  }
  const last = await sealChanged(sized(length - 1), { n: 256 });
  const padded = await combine(last, [1, 2]);
  assert.equal(padded[255], 0x80);
  assert.equal(unpadDocument(padded).document.attributes[0].value.length, length - 1);
  assert.deepEqual([0, 63, 64, 127, 128].map(smallestPaddedLength), [128, 128, 192, 192, 256]);
});

test('step 4: whatever does not belong together is spliced', async () => {
  const sealed = await sealChanged();
  const foreign = await sealChanged({ serial: 'RUPP-2026-000124' });
  const payload = decodePayload(sealed.payload);
  const [first] = shares(sealed);
  const damaged = { ...first, share: flipBit(first.share, 77) };
  await endsWith(CODE.SPLICED, () => combine(sealed, [1, 2], { payload: { d: flipBit(payload.d, 0) } }));
  await endsWith(CODE.SPLICED, () => combine(sealed, [1, 2], { payload: { head: flipBit(payload.head, 0) } }));
  await endsWith(CODE.SPLICED, () => combine(sealed, [1, 2], { payload: decodePayload(foreign.payload) }));
  await endsWith(CODE.SPLICED, () => combine(sealed, [], { leaf: first.leaf, shares: [damaged, shares(sealed)[1]] }));
  await endsWith(CODE.SPLICED, () => combine(sealed, [], {
    leaf: first.leaf, shares: [first, { ...shares(sealed)[1], index: 3 }],
  }));
  await assert.rejects(() => combine(sealed, [1]), RangeError);
  await assert.rejects(() => combine(sealed, [1, 2, 3]), RangeError);
});

test('step 4: a leaf that commits to another share 3 is spliced although 1 and 2 open', async () => {
  const sealed = await sealChanged();
  const { locator } = decodePayload(sealed.payload);
  const leaf = flipBit(sealed.leaf, (24 + 64 + 5) * 8);
  const members = [1, 2].map((i) => decodeRecord(encodeRecord(leaf, i, sealed.shares[i - 1]), REALM, locator));
  await endsWith(CODE.SPLICED, () => combineFragments(decodePayload(sealed.payload), members[0].leaf, members));
});

test('step 5: bad padding and bad documents', async () => {
  const sealed = await sealChanged();
  const good = await combine(sealed, [1, 3]);
  const end = good.lastIndexOf(0x80);
  const changed = (at, value) => good.map((byte, i) => (i === at ? value : byte));
  const cases = [changed(end, 0), changed(end, 0x81), changed(end + 1, 1), changed(319, 0x80), changed(64, 0xff),
    new Uint8Array(320), new Uint8Array(320).fill(0x80, 0, 64),
    good.map((byte, i) => (i < 64 ? byte : [0x80][i - 64] ?? 0)),
    good.map((byte, i) => (i < 64 ? byte : [0x00, 0x80][i - 64] ?? 0))];
  for (const padded of cases) {
    await endsWith(CODE.BAD_DOCUMENT, () => unpadDocument(padded));
  }
  const split = await sealPadded(changed(end + 1, 1), { realm: REALM, t: 2, m: 3, n: 320 }, BATCH_KEY);
  const [a, b] = shares(split);
  await endsWith(CODE.BAD_DOCUMENT, () => openDocument(decodePayload(split.payload), { leaf: a.leaf, shares: [a, b] },
    { trust: trustList(), tau: ISSUED }));
});

test('only a document that names the signing key is sealed', async () => {
  const header = { realm: REALM, t: 2, m: 3, n: 320 };
  const keys = { secret: SECRET, batchKey: BATCH_KEY };
  const refused = async (bytes, changed) => assert.rejects(
    () => sealDocument(bytes, { ...header, ...changed }, keys), { name: 'FormatError' });
  await refused(encodeDocument(documentFields({ kid: new Uint8Array(8) })));
  await refused(new Uint8Array(20));
  await refused(encodeDocument(documentFields()).slice(1));
  await refused(encodeDocument(documentFields()), { n: 192 });
  await refused(encodeDocument(documentFields()), { t: 4 });
});

test('sealing is repeatable, and another batch key or header changes everything', async () => {
  const base = await sealChanged();
  assert.deepEqual(await sealChanged(), base);
  const others = [await sealChanged({}, {}, { batchKey: flipBit(BATCH_KEY, 0) }), await sealChanged({}, { m: 4 }),
    await sealChanged({}, { n: 384 }), await sealChanged({}, { realm: 2 })];
  for (const other of others) {
    assert.notDeepEqual(other.payload.slice(3), base.payload.slice(3));
    assert.notDeepEqual(other.shares[0].slice(0, 64), base.shares[0].slice(0, 64));
  }
});
