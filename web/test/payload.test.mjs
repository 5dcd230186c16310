import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CODE, decodePayload, encodePayload, payloadOfText, payloadText, taggedHash, concat, toBase32,
} from '../frag1/index.js';
import { endsWith, flipBit, Random } from './support.mjs';

const random = new Random('payload');
const PAYLOAD = encodePayload(0x1234, random.bytes(32), random.bytes(16));
const TEXT = payloadText(PAYLOAD);

test('payload and text have their lengths and come back', () => {
  assert.equal(PAYLOAD.length, 55);
  assert.equal(TEXT.length, 88);
  const decoded = decodePayload(PAYLOAD);
  assert.equal(decoded.realm, 0x1234);
  assert.deepEqual(decoded.d, PAYLOAD.slice(3, 35));
  assert.deepEqual(decoded.head, PAYLOAD.slice(35, 51));
  assert.deepEqual(decoded.locator, taggedHash('loc', PAYLOAD.slice(0, 51)).slice(0, 16));
});

test('accepted spellings of the text', () => {
  const spellings = [TEXT, `#${TEXT}`, `%23${TEXT}`, `https://verify.example.kh/#${TEXT}`,
    `https://verify.example.kh/%23${TEXT}`, payloadText(PAYLOAD, 'https://v.gov.kh')];
  for (const text of spellings) {
    assert.deepEqual(payloadOfText(text), PAYLOAD);
  }
});

test('every other spelling is malformed', async () => {
  const texts = ['', '#', TEXT.slice(1), `${TEXT}A`, `A${TEXT}`, TEXT.toLowerCase(), `${TEXT}=`, `${TEXT}\n`,
    ` ${TEXT}`, `${TEXT} `, `https://v.gov.kh/${TEXT}`, `https://v.gov.kh/?q=${TEXT}`, `https://v.gov.kh/#${TEXT}#`,
    `https://v.gov.kh/#${TEXT.toLowerCase()}`, `https://v.gov.kh/#${TEXT.slice(0, 87)}`, `x#${TEXT}A`,
    `x%2523${TEXT}`, `x#${TEXT.slice(0, 87)}1`, `x#${TEXT.slice(0, 87)}é`, `x%${TEXT}`, 'https://example.org/',
    `${TEXT.slice(0, 40)}-${TEXT.slice(40)}`, `#${TEXT.slice(0, 40)} ${TEXT.slice(41)}`];
  for (const text of texts) {
    await endsWith(CODE.QR_MALFORMED, () => payloadOfText(text), text);
  }
});

test('another suite or length is malformed, even with a right checksum', async () => {
  const other = concat(Uint8Array.of(2), PAYLOAD.slice(1, 51));
  const summed = concat(other, taggedHash('chk', other).slice(0, 4));
  await endsWith(CODE.QR_MALFORMED, () => decodePayload(summed));
  await endsWith(CODE.QR_MALFORMED, () => decodePayload(payloadOfText(toBase32(summed))));
  for (const length of [0, 1, 51, 54]) {
    await endsWith(CODE.QR_MALFORMED, () => decodePayload(PAYLOAD.slice(0, length)));
  }
  await endsWith(CODE.QR_MALFORMED, () => decodePayload(concat(PAYLOAD, Uint8Array.of(0))));
});

test('every flipped bit is noticed', async () => {
  for (let bit = 0; bit < PAYLOAD.length * 8; bit += 1) {
    await endsWith(bit < 8 ? CODE.QR_MALFORMED : CODE.QR_CHECKSUM, () => decodePayload(flipBit(PAYLOAD, bit)));
  }
});

test('every other character at every place is noticed', async () => {
  for (let at = 0; at < TEXT.length; at += 1) {
    const text = TEXT.slice(0, at) + (TEXT[at] === 'A' ? 'B' : 'A') + TEXT.slice(at + 1);
    await assert.rejects(async () => decodePayload(payloadOfText(text)), (error) => error.name === 'VerifyError');
  }
});
