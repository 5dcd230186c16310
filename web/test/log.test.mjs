import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  concat, decodeEntry, decodeVerifierKey, encodeVerifierKey, fromHex, issueEntry, leafHash, nodeHash,
  sha256, statusEntry, toHex, trustEntry,
} from '../frag1/index.js';
import { Random, sealChanged, throwsFormat } from './support.mjs';

const random = new Random('log');

test('entries', () => {
  assert.equal(toHex(issueEntry(2n ** 63n, Uint8Array.of(0xab))), '018000000000000000ab');
  const record = random.bytes(114);
  assert.equal(toHex(statusEntry(1, record)), `020000000000000001${toHex(record)}`);
  throwsFormat(() => statusEntry(1, record.slice(1)));
  const list = random.bytes(9);
  assert.equal(toHex(trustEntry(256, 258, list)), `0300000000000001000102${toHex(sha256(list))}`);
  assert.throws(() => issueEntry(-1, record), RangeError);
});

test('entries come back, and others are refused', async () => {
  const { leaf } = await sealChanged();
  const record = random.bytes(114);
  const issue = decodeEntry(issueEntry(7, leaf));
  assert.deepEqual([issue.kind, issue.time, issue.leaf.bytes], ['issue', 7n, leaf]);
  assert.deepEqual(decodeEntry(statusEntry(8, record)), { kind: 'status', time: 8n, record });
  const listHash = sha256(leaf);
  assert.deepEqual(decodeEntry(trustEntry(9, 5, leaf)), { kind: 'trust', time: 9n, realm: 5, listHash });
  const good = [issueEntry(7, leaf), statusEntry(8, record), trustEntry(9, 5, leaf)];
  for (const entry of good) {
    throwsFormat(() => decodeEntry(entry.slice(0, -1)));
    throwsFormat(() => decodeEntry(concat(entry, Uint8Array.of(0))));
    for (const kind of [0, 4, 255]) {
      throwsFormat(() => decodeEntry(entry.map((byte, i) => (i === 0 ? kind : byte))));
    }
  }
  throwsFormat(() => decodeEntry(new Uint8Array(0)));
  throwsFormat(() => decodeEntry(issueEntry(1, new Uint8Array(0))));
});

test('Merkle hashes: leaves and a root of the RFC 6962 reference tests', () => {
  const leaves = ['', '00', '10', '2021'].map((hex) => leafHash(fromHex(hex)));
  assert.equal(toHex(leaves[0]), '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
  const left = nodeHash(leaves[0], leaves[1]);
  assert.equal(toHex(left), 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125');
  assert.equal(toHex(nodeHash(left, nodeHash(leaves[2], leaves[3]))),
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7');
});

test('vkey: the example of signed notes, and refusals', () => {
  const vkey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
  const key = decodeVerifierKey(vkey);
  assert.equal(key.name, 'PeterNeumann');
  assert.equal(toHex(key.id), 'c74f20a3');
  assert.equal(encodeVerifierKey(key.name, key.pub), vkey);
  const typed = 'AhpVbnVzZWQ';
  const bad = ['', 'PeterNeumann', vkey.replace('c74f', 'c74e'), vkey.replace('c74f20a3', 'C74F20A3'),
    vkey.replace('PeterNeumann', 'Peter Neumann'), vkey.replace('PeterNeumann', ''), `${vkey}A`, vkey.slice(0, -1),
    `${vkey}\n`, vkey.replace('ARpc', 'AhpC'), vkey.replace('Peter', 'peter'), `a+00000000+${typed}`];
  for (const text of bad) {
    throwsFormat(() => decodeVerifierKey(text), text);
  }
  throwsFormat(() => encodeVerifierKey('a b', key.pub));
  throwsFormat(() => encodeVerifierKey('a+b', key.pub));
  throwsFormat(() => encodeVerifierKey('a', key.pub.slice(1)));
});
