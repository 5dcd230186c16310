import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  compareBytes, equalBytes, fromBase32, fromHex, toBase32, toHex, u16, u32, u64, xorBytes,
} from '../frag1/bytes.js';
import {
  bip340Sign, bip340Verify, ctrStream, gcmOpen, gcmSeal, isPublicKey, prf, publicKey, sha256, taggedHash, utf8,
} from '../frag1/primitives.js';
import { CODE, codeName, verdictOf } from '../frag1/codes.js';
import { flipBit, Random, throwsFormat } from './support.mjs';

test('base32 of RFC 4648 §10, without padding', () => {
  const rows = [['', ''], ['f', 'MY'], ['fo', 'MZXQ'], ['foo', 'MZXW6'], ['foob', 'MZXW6YQ'], ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI']];
  for (const [text, base] of rows) {
    assert.equal(toBase32(utf8(text)), base);
    assert.deepEqual(fromBase32(base), utf8(text));
  }
});

test('base32 refuses every other spelling', () => {
  const texts = ['my', 'MY======', 'MZ', 'M', 'MZX', 'MZXW6Y', 'M1', 'M0', 'M8', 'MY ', 'ＭＹ', 'MZXW6YTBO', 'A', 'AAA',
    'AAAAAA'];
  for (const text of texts) {
    throwsFormat(() => fromBase32(text), text);
  }
});

test('hexadecimal and integers', () => {
  assert.deepEqual(fromHex('00fFa0'), Uint8Array.of(0, 255, 160));
  for (const text of ['0', 'zz', '0x00', ' 00']) {
    throwsFormat(() => fromHex(text));
  }
  assert.equal(toHex(u64(0xffffffffffffffffn)), 'ffffffffffffffff');
  assert.equal(toHex(u64(Number.MAX_SAFE_INTEGER)), '001fffffffffffff');
  for (const value of [-1, 1.5, 2 ** 53, 1n << 64n, '1']) {
    assert.throws(() => u64(value), RangeError);
  }
  assert.throws(() => u16(65536), RangeError);
});

test('comparing and joining byte strings', () => {
  const [empty, a, ab, ac, b] = ['', 'a', 'ab', 'ac', 'b'].map(utf8);
  assert.deepEqual([empty, a, ab, ac, b], [ac, b, empty, ab, a].sort(compareBytes));
  assert.equal(compareBytes(ab, utf8('ab')), 0);
  assert.deepEqual([equalBytes(ab, utf8('ab')), equalBytes(ab, ac), equalBytes(ab, a), equalBytes(empty, empty)],
    [true, false, false, true]);
  assert.deepEqual(xorBytes(ab, ac), Uint8Array.of(0, 1));
  assert.throws(() => xorBytes(a, ab), RangeError);
  assert.equal(toHex(u32(0xfffffffe)), 'fffffffe');
});

test('tagged hash: SHA-256 of tag hash, tag hash and the joined parts', () => {
  const tag = sha256(utf8('frag1/loc'));
  assert.deepEqual(taggedHash('loc', utf8('ab'), utf8('c')), sha256(Uint8Array.from([...tag, ...tag, 97, 98, 99])));
});

test('PRF depends on key, label and content', () => {
  const key = new Uint8Array(32);
  const base = toHex(prf(key, 'key', Uint8Array.of(1)));
  assert.notEqual(toHex(prf(key, 'aux', Uint8Array.of(1))), base);
  assert.notEqual(toHex(prf(flipBit(key, 0), 'key', Uint8Array.of(1))), base);
  assert.throws(() => prf(new Uint8Array(31), 'key'), RangeError);
});

test('AES-256-GCM: test case 14 of the GCM specification (zero key, zero nonce)', async () => {
  const sealed = await gcmSeal(new Uint8Array(32), new Uint8Array(0), new Uint8Array(16));
  assert.equal(toHex(sealed), 'cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919');
});

test('AES-256-GCM refuses every flipped bit of ciphertext, tag, aad and key', async () => {
  const random = new Random('gcm');
  const [key, aad] = [random.bytes(32), random.bytes(3)];
  const sealed = await gcmSeal(key, aad, random.bytes(5));
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    assert.equal(await gcmOpen(key, aad, flipBit(sealed, bit)), null);
  }
  assert.equal(await gcmOpen(flipBit(key, 255), aad, sealed), null);
  assert.equal(await gcmOpen(key, flipBit(aad, 0), sealed), null);
  assert.equal(await gcmOpen(key, aad, sealed.slice(0, 15)), null);
});

test('AES-256-CTR from a zero counter: block 0 is the GCM hash key of test case 13', async () => {
  const stream = await ctrStream(new Uint8Array(32), 48);
  assert.equal(toHex(stream.slice(0, 16)), 'dc95c078a2408989ad48a21492842087');
  assert.equal((await ctrStream(new Uint8Array(32), 0)).length, 0);
});

test('BIP-340: vector 0 and 1 of the BIP, and refusals', () => {
  const secret = fromHex(`${'00'.repeat(31)}03`);
  const pub = publicKey(secret);
  const zero = new Uint8Array(32);
  assert.equal(toHex(pub), 'f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9');
  const signature = bip340Sign(secret, zero, zero);
  assert.equal(toHex(signature), 'e907831f80848d1069a5371b402410364bdf1c5f8307b0084c55f1ce2dca8215'
    + '25f66a4a85ea8b71e482a74f382d2ce5ebeee8fdb2172f477df4900d310536c0');
  assert.equal(bip340Verify(pub, zero, signature), true);
  for (let bit = 0; bit < 512; bit += 37) {
    assert.equal(bip340Verify(pub, zero, flipBit(signature, bit)), false);
  }
  assert.equal(bip340Verify(pub, flipBit(zero, 9), signature), false);
  assert.equal(bip340Verify(new Uint8Array(32).fill(255), zero, signature), false);
  assert.equal(bip340Verify(pub, zero, signature.slice(1)), false);
});

test('x-only keys off the curve are refused (BIP-340 vector 5)', () => {
  assert.equal(isPublicKey(fromHex('eefdea4cdb677750a420fee807eacf21eb9898ae79b9768766e4faa04a2d4a34')), false);
  assert.equal(isPublicKey(new Uint8Array(32)), false);
  assert.equal(isPublicKey(new Uint8Array(32).fill(255)), false);
  assert.equal(isPublicKey(new Uint8Array(31)), false);
});

test('codes', () => {
  assert.equal(CODE.OPERATORS_DISAGREE, 14);
  assert.equal(codeName(45), 'STATUS_STALE');
  assert.deepEqual([0, 23, 24].map(verdictOf), ['VALID', 'VALID', 'VALID']);
  assert.deepEqual([12, 14, 20, 21, 22, 25, 45].map(verdictOf), new Array(7).fill('INCONCLUSIVE'));
  assert.deepEqual(new Set([1, 2, 10, 11, 13, 30, 31, 32, 33, 34, 35, 40, 41, 42, 43, 44, 50].map(verdictOf)),
    new Set(['NOT_VALID']));
  assert.throws(() => verdictOf(3), RangeError);
});
