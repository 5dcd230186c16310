import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  checkFollows, decodeCbor, decodeTrustList, encodeCbor, encodeTrustList, findKey, keyHolds, keyId, publicKey,
  readTrustFile, sha256, signTrustList, toHex,
} from '../frag1/index.js';
import {
  flipBit, ISSUED, listFields, OTHER, Random, REALM, ROOT_KEYS, ROOTS, SECRET, throwsFormat, trustKey, trustList,
} from './support.mjs';

const LIST = encodeTrustList(listFields());

/** The list bytes after `change` has altered [version, realm, list_no, …] or its first key. */
function changedList(change) {
  const list = decodeCbor(LIST);
  change(list, list[6][0]);
  return encodeCbor(list);
}

test('round trip of a list with every field', () => {
  const list = trustList({ keys: [trustKey(SECRET, {
    names: { km: 'សាកលវិទ្យាល័យ', en: 'University', 'zh-Hant': '大學' }, types: ['degree/bachelor', 'degree/master'],
    compromisedSince: ISSUED + 5 })] });
  assert.equal(list.realm, REALM);
  assert.equal(list.listNo, 1n);
  const [key] = list.keys;
  assert.deepEqual(key.kid, keyId(publicKey(SECRET)));
  assert.equal(key.names.get('km'), 'សាកលវិទ្យាល័យ');
  assert.deepEqual(key.types, ['degree/bachelor', 'degree/master']);
  assert.equal(key.compromisedSince, BigInt(ISSUED + 5));
  assert.equal(toHex(encodeTrustList({ ...list })), toHex(list.bytes));
  assert.equal(findKey(list, new Uint8Array(8)), null);
});

test('the writer refuses every broken rule', () => {
  const lists = [{ listNo: 0 }, { prevHash: new Uint8Array(31) }, { prevHash: new Uint8Array(32).fill(1) },
    { issued: 10, nextUpdate: 10 }, { realm: 65536 }, { realm: -1 }, { keys: [trustKey(SECRET), trustKey(SECRET)] }];
  const keys = [{ pub: new Uint8Array(32) }, { pub: new Uint8Array(31) }, { role: 0 }, { role: 3 }, { issuer: '' },
    { issuer: 'A' }, { names: { 'e n': 'x' } }, { names: { '': 'x' } }, { names: { ['a'.repeat(36)]: 'x' } },
    { names: { en: '' } }, { names: { en: 'x'.repeat(257) } }, { names: { en: 'e\u0301' } }, { names: { en: 'a\n' } },
    { notBefore: 2, notAfter: 1 }, { types: ['A'] }, { types: [''] }, { types: ['a', 'a'] }];
  for (const changes of lists) {
    throwsFormat(() => encodeTrustList(listFields(changes)), JSON.stringify(changes));
  }
  for (const changes of keys) {
    throwsFormat(() => encodeTrustList(listFields({ keys: [trustKey(SECRET, changes)] })), JSON.stringify(changes));
  }
  const bounds = { names: { ['a'.repeat(35)]: 'x'.repeat(256), z: 'y', 'A-9': 'z' }, notBefore: 5, notAfter: 5 };
  for (const realm of [0, 0xffff]) {
    const bytes = encodeTrustList(listFields({ realm, keys: [trustKey(SECRET, bounds)] }));
    assert.equal(decodeTrustList(bytes).realm, realm);
  }
});

test('the reader refuses what a careless writer may write', () => {
  const rows = {
    'version 2': (list) => { list[0] = 2; },
    'version as text': (list) => { list[0] = '1'; },
    'realm too large': (list) => { list[1] = 65536; },
    'realm as text': (list) => { list[1] = '1'; },
    'list_no 0': (list) => { list[2] = 0; },
    'list_no as bytes': (list) => { list[2] = Uint8Array.of(1); },
    'issued as text': (list) => { list[3] = '1'; },
    'next_update before issued': (list) => { list[4] = 5; },
    'next_update as map': (list) => { list[4] = new Map(); },
    'first list with prev_hash': (list) => { list[5] = new Uint8Array(32).fill(1); },
    'short prev_hash': (list) => { list[5] = new Uint8Array(31); },
    'keys as map': (list) => { list[6] = new Map(); },
    'key as array': (list) => { list[6] = [[]]; },
    'an eighth item': (list) => { list.push(0); },
    'six items': (list) => { list.pop(); },
    'kid of another key': (list, key) => key.set(1n, keyId(publicKey(OTHER))),
    'kid too long': (list, key) => key.set(1n, new Uint8Array(9)),
    'pub32 off the curve': (list, key) => {
      key.set(2n, new Uint8Array(32)).set(1n, keyId(new Uint8Array(32)));
    },
    'role as bytes': (list, key) => key.set(3n, Uint8Array.of(1)),
    'role as text': (list, key) => key.set(3n, '1'),
    'role as array': (list, key) => key.set(3n, [1]),
    'role 257': (list, key) => key.set(3n, 257),
    'issuer id as bytes': (list, key) => key.set(4n, new Uint8Array(3)),
    'names as array': (list, key) => key.set(5n, []),
    'language as number': (list, key) => key.set(5n, new Map([[1, 'x']])),
    'name as bytes': (list, key) => key.set(5n, new Map([['en', new Uint8Array(2)]])),
    'not_before after not_after': (list, key) => key.set(6n, 2 ** 40),
    'not_after as text': (list, key) => key.set(7n, '9'),
    'types as text': (list, key) => key.set(8n, 'degree'),
    'type as number': (list, key) => key.set(8n, [1]),
    'type twice': (list, key) => key.set(8n, ['a', 'a']),
    'compromised_since as text': (list, key) => key.set(9n, '9'),
    'unknown key 10': (list, key) => key.set(10n, 0),
    'unknown key 0': (list, key) => key.set(0n, 0),
  };
  for (const [what, change] of Object.entries(rows)) {
    throwsFormat(() => decodeTrustList(changedList(change)), what);
  }
  for (let key = 1n; key <= 8n; key += 1n) {
    throwsFormat(() => decodeTrustList(changedList((list, first) => first.delete(key))), `without ${key}`);
  }
  throwsFormat(() => decodeTrustList(changedList((list) => list[6].push(list[6][0]))), 'kid twice');
  for (let length = 0; length < LIST.length; length += 1) {
    throwsFormat(() => decodeTrustList(LIST.slice(0, length)));
  }
});

test('mutations of a list are refused or mean what they say', () => {
  const random = new Random('trust');
  for (let round = 0; round < 3000; round += 1) {
    const bytes = flipBit(LIST, random.below(LIST.length * 8));
    let list;
    try {
      list = decodeTrustList(bytes);
    } catch (error) {
      assert.equal(error.name, 'FormatError');
      continue;
    }
    assert.equal(toHex(encodeTrustList(list)), toHex(bytes));
  }
});

test('the file counts distinct pinned roots', () => {
  const file = signTrustList(LIST, ROOTS);
  const pinned = (roots, threshold, bytes = file, realm = REALM) => readTrustFile(bytes, { realm, roots, threshold });
  assert.equal(pinned(ROOT_KEYS, 3).keys.length, 3);
  pinned([ROOT_KEYS[2]], 1);
  const [listBytes, [first, second]] = decodeCbor(file);
  const other = publicKey(new Uint8Array(32).fill(8));
  throwsFormat(() => pinned([other], 1), 'unknown root');
  throwsFormat(() => pinned([ROOT_KEYS[0], other], 2), 'one of two');
  throwsFormat(() => pinned(ROOT_KEYS, 2, encodeCbor([listBytes, [first, first]])), 'the same root twice');
  const foreign = [second[0], first[1]];
  throwsFormat(() => pinned(ROOT_KEYS, 2, encodeCbor([listBytes, [first, foreign]])), 'foreign signature');
  throwsFormat(() => pinned(ROOT_KEYS, 1, encodeCbor([listBytes, []])), 'no signature');
  throwsFormat(() => pinned(ROOT_KEYS, 1, file, REALM + 1), 'another realm');
  throwsFormat(() => pinned(ROOT_KEYS, 1, encodeCbor([listBytes, [first], 0])), 'three items');
  throwsFormat(() => pinned(ROOT_KEYS, 1, encodeCbor([listBytes, [[...first, 0]]])), 'three in a signature');
  throwsFormat(() => pinned(ROOT_KEYS, 1, encodeCbor([listBytes, [first, [second[0], new Uint8Array(63)]]])), 'short');
  throwsFormat(() => pinned(ROOT_KEYS, 1, encodeCbor(['text', [first]])), 'list as text');
  throwsFormat(() => pinned(ROOT_KEYS, 1, LIST), 'list alone');
  for (const [roots, threshold] of [[[], 0], [ROOT_KEYS, 0], [ROOT_KEYS, 4], [[ROOT_KEYS[0], ROOT_KEYS[0]], 1],
    [[new Uint8Array(32)], 1]]) {
    assert.throws(() => pinned(roots, threshold), RangeError);
  }
});

test('every flipped bit of a file signed by one root is refused', () => {
  const small = encodeTrustList(listFields({ keys: [trustKey(SECRET, { names: {} })] }));
  const file = signTrustList(small, ROOTS.slice(0, 1));
  const pins = { realm: REALM, roots: [ROOT_KEYS[0]], threshold: 1 };
  for (let bit = 0; bit < file.length * 8; bit += 1) {
    throwsFormat(() => readTrustFile(flipBit(file, bit), pins), `${bit}`);
  }
});

test('a list follows another only by the next number, the right hash and every earlier key', () => {
  const first = decodeTrustList(LIST);
  const second = (changes = {}) => decodeTrustList(encodeTrustList(
    listFields({ listNo: 2, prevHash: sha256(LIST), ...changes })));
  const [a, b, c] = listFields().keys;
  checkFollows(second(), first);
  checkFollows(second({ keys: [c, trustKey(new Uint8Array(32).fill(9)), b,
    { ...a, notAfter: ISSUED, types: ['x'], compromisedSince: 3, names: {} }] }), first);
  throwsFormat(() => checkFollows(first, first), 'itself');
  throwsFormat(() => checkFollows(first, second()), 'roll-back');
  throwsFormat(() => checkFollows(second({ realm: 2 }), first), 'realm');
  throwsFormat(() => checkFollows(second({ listNo: 3 }), first), 'gap');
  throwsFormat(() => checkFollows(second({ prevHash: flipBit(sha256(LIST), 1) }), first), 'hash');
  throwsFormat(() => checkFollows(second({ prevHash: new Uint8Array(32) }), first), 'zero hash');
  throwsFormat(() => checkFollows(second({ keys: [a, b] }), first), 'dropped');
  throwsFormat(() => checkFollows(second({ keys: [{ ...a, role: 2 }, b, c] }), first), 'role');
  throwsFormat(() => checkFollows(second({ keys: [{ ...a, issuer: 'x' }, b, c] }), first), 'issuer');
});

test('key rule at its bounds', () => {
  const key = { notBefore: 10n, notAfter: 20n, compromisedSince: null };
  assert.deepEqual([9, 10, 20, 21].map((tau) => keyHolds(key, tau)), [false, true, true, false]);
  const stolen = { ...key, compromisedSince: 15n };
  assert.deepEqual([14, 15, 16].map((tau) => keyHolds(stolen, tau)), [true, false, false]);
  assert.equal(keyHolds({ ...key, compromisedSince: 0n }, 10), false);
  assert.equal(keyHolds({ ...key, notAfter: 2n ** 64n - 1n }, 2n ** 64n - 1n), true);
});
