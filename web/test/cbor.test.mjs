import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex, toHex } from '../frag1/bytes.js';
import { decodeCbor, encodeCbor } from '../frag1/cbor.js';
import { Random, throwsFormat } from './support.mjs';

const hexOf = (value) => toHex(encodeCbor(value));
const valueOf = (hex) => decodeCbor(fromHex(hex));

test('integers in their shortest form (RFC 8949 appendix A)', () => {
  const rows = [[0n, '00'], [23n, '17'], [24n, '1818'], [100n, '1864'], [255n, '18ff'], [256n, '190100'],
    [1000n, '1903e8'],
    [65535n, '19ffff'], [65536n, '1a00010000'], [1000000n, '1a000f4240'], [4294967295n, '1affffffff'],
    [4294967296n, '1b0000000100000000'], [18446744073709551615n, '1bffffffffffffffff']];
  for (const [value, hex] of rows) {
    assert.equal(hexOf(value), hex);
    assert.equal(valueOf(hex), value);
  }
});

test('strings, arrays and maps', () => {
  assert.equal(hexOf('ü'), '62c3bc');
  assert.equal(hexOf(fromHex('01020304')), '4401020304');
  assert.equal(hexOf([1, [2, 3], 'a']), '83018202036161');
  const map = new Map([['aa', 1], ['b', 2], [100, 3], [10, 4]]);
  assert.equal(hexOf(map), 'a40a0418640361620262616101');
  assert.deepEqual([...valueOf(hexOf(map)).keys()], [10n, 100n, 'b', 'aa']);
  assert.equal(valueOf('63efbbbf'), '\ufeff', 'a byte order mark is a character');
});

test('the reader refuses what is not deterministic or not used', () => {
  const rows = {
    'long integers': ['1800', '1817', '190000', '1900ff', '1a00000000', '1a0000ffff', '1b0000000000000000',
      '1b00000000ffffffff'],
    'long lengths': ['5800', '580141', '7800', '780161', '9800', 'b800', '59000161'],
    'reserved and indefinite': ['1c', '1d', '1e', '1f', `1c01${'00'.repeat(15)}`, '5f4101ff', '7f6161ff',
      '9f01ff', 'bf0101ff', 'ff'],
    'negative integers': ['20', '3863', '8120'],
    tags: ['c000', 'c11a514b67b0', 'd818456449455446'],
    'simple values and floats': ['f4', 'f5', 'f6', 'f7', 'f0', 'f8ff', 'f90000', 'fa47c35000', 'fb3ff199999999999a'],
    'map keys out of order or repeated': ['a202000100', 'a201000100', 'a2616200616100', 'a26261610061620a',
      'a26161000100'],
    'map keys of other types': ['a1400a', 'a1800a', 'a1a00a'],
    'bytes left over': ['0000', '8000', '616161'],
    'ends too early': ['', '18', '19ff', '1bffffffffffffff', '41', '6261', '81', '8201', 'a1', 'a101', 'a20100'],
    'lengths beyond the end': ['5bffffffffffffffff', '7bffffffffffffffff', '9bffffffffffffffff', 'bbffffffffffffffff',
      '9a7fffffff00'],
    'not UTF-8': ['61ff', '62c328', '62e280', '62c080', '63eda080', '64f4908080', '6180'],
    'not NFC': ['6365cc81', '63e284aa', '66e1848be185a1'],
    'control characters': ['6100', '610a', '6109', '611f', '617f', '62c280', '62c29f'],
    'bidirectional overrides': ['63e280aa', '63e280ae', '63e281a6', '63e281a9'],
    'nested too deeply': ['818181818181818181818100'],
  };
  for (const [what, list] of Object.entries(rows)) {
    for (const hex of list) {
      throwsFormat(() => valueOf(hex), `${what}: ${hex}`);
    }
  }
});

test('neighbours of the forbidden characters are allowed', () => {
  for (const text of [' ', '~', '\u00a0', '\u2029', '\u202f', '\u2065', '\u206a', '\u200e', '\u200b', '\ufffd']) {
    assert.equal(decodeCbor(encodeCbor(text)), text);
  }
});

test('the writer refuses the same texts, duplicate keys and foreign values', () => {
  for (const text of ['a\n', 'e\u0301', '\u202e', '\ud800', 'x\udfff', '\u0085']) {
    throwsFormat(() => encodeCbor(text));
  }
  throwsFormat(() => encodeCbor(new Map([[1, 0], [1n, 0]])));
  for (const value of [null, undefined, true, {}, 1.5, -1]) {
    assert.throws(() => encodeCbor(value));
  }
});

test('whatever the reader accepts is what the writer writes: random bytes and mutations', () => {
  const random = new Random('cbor');
  const seed = encodeCbor(new Map([[1, 'a'], [2, [1, 'ខ', new Uint8Array(3)]], ['km', new Map([[300, 70000]])]]));
  let accepted = 0;
  for (let round = 0; round < 20000; round += 1) {
    const bytes = round % 2 ? random.bytes(1 + random.below(4)) : seed.slice();
    if (round % 2 === 0) {
      bytes[random.below(bytes.length)] = random.below(256);
    }
    let value;
    try {
      value = decodeCbor(bytes);
    } catch (error) {
      assert.equal(error.name, 'FormatError');
      continue;
    }
    accepted += 1;
    assert.equal(toHex(encodeCbor(value)), toHex(bytes));
  }
  assert.ok(accepted > 500, `${accepted} accepted`);
});
