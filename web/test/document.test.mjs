import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeCbor, decodeDocument, encodeCbor, encodeDocument, toHex } from '../frag1/index.js';
import { documentFields, flipBit, Random, throwsFormat } from './support.mjs';

const HASH = new Uint8Array(32).fill(9);
const pairs = (count, name = (i) => `n${i}`) => Array.from({ length: count }, (_, i) => ({ name: name(i), value: '' }));

/** D of the known document after `change` has altered the CBOR map that it is. */
function changedMap(change) {
  const map = decodeCbor(encodeDocument(documentFields({ expires: 1864547200, fileSeal: seal() })));
  change(map);
  return encodeCbor(map);
}

function seal(changes = {}) {
  return { length: 100, from: 10, to: 20, sha256: HASH, ...changes };
}

function accepted(changes) {
  const bytes = encodeDocument(documentFields(changes));
  const decoded = decodeDocument(bytes);
  assert.equal(toHex(encodeDocument(decoded)), toHex(bytes));
  return decoded;
}

test('round trip with every field', () => {
  const decoded = accepted({ expires: 1864547200, fileSeal: seal() });
  assert.equal(decoded.issuer, 'rupp.edu.kh');
  assert.equal(decoded.issueNo, 1n);
  assert.equal(decoded.expires, 1864547200n);
  assert.deepEqual(decoded.attributes[0], { name: 'name', value: 'សុខ ដារ៉ា' });
  assert.deepEqual(decoded.fileSeal, { length: 100n, from: 10n, to: 20n, sha256: HASH });
  assert.equal(accepted({}).expires, null);
  assert.equal(accepted({}).fileSeal, null);
});

test('what is just allowed', () => {
  const max = 0xffffffffffffffffn;
  accepted({ issuer: 'a', type: '/', serial: 's' });
  accepted({ issuer: '0-.z'.repeat(16), type: 'a/b.c-'.repeat(10) + 'abcd', serial: 'ខ'.repeat(21) + 'x' });
  accepted({ issueNo: max, issued: max - 1n, expires: max });
  accepted({ issued: 0, expires: 1 });
  accepted({ attributes: pairs(64, (i) => String(i).padStart(64, 'x')) });
  accepted({ attributes: [{ name: 'n', value: 'v'.repeat(30000) }] });
  accepted({ fileSeal: seal({ length: 0, from: 0, to: 0 }) });
  accepted({ fileSeal: seal({ length: max, from: max, to: max }) });
  accepted({ fileSeal: seal({ from: 0, to: 100 }) });
  accepted({ attributes: [{ name: 'a', value: 'x' }, { name: 'A', value: 'x' }] });
});

const REFUSED = {
  'issuer is empty': { issuer: '' },
  'issuer is too long': { issuer: 'a'.repeat(65) },
  'issuer has upper case': { issuer: 'RUPP.edu.kh' },
  'issuer has a slash': { issuer: 'a/b' },
  'issuer has an underscore': { issuer: 'a_b' },
  'issuer ends with a line feed': { issuer: 'abc\n' },
  'issuer is Khmer': { issuer: 'ខ' },
  'kid is short': { kid: new Uint8Array(7) },
  'kid is long': { kid: new Uint8Array(9) },
  'kid is text': { kid: '12345678' },
  'type is empty': { type: '' },
  'type is too long': { type: 'a'.repeat(65) },
  'type has a space': { type: 'a b' },
  'type has upper case': { type: 'Degree' },
  'serial is empty': { serial: '' },
  'serial is too long': { serial: 'a'.repeat(65) },
  'serial is too long in bytes': { serial: 'ខ'.repeat(22) },
  'serial holds a control character': { serial: 'a\u0001' },
  'serial is not NFC': { serial: 'e\u0301' },
  'serial is a number': { serial: 5 },
  'issue number is 0': { issueNo: 0 },
  'expires equals issued': { issued: 5, expires: 5 },
  'expires is before issued': { issued: 5, expires: 4 },
  'rid is short': { rid: new Uint8Array(15) },
  'rid is long': { rid: new Uint8Array(17) },
  'no attributes': { attributes: [] },
  'too many attributes': { attributes: pairs(65) },
  'attribute without a name': { attributes: [{ name: '', value: 'x' }] },
  'attribute name too long': { attributes: [{ name: 'n'.repeat(65), value: 'x' }] },
  'attribute name twice': {
    attributes: [{ name: 'a', value: 'x' }, { name: 'b', value: '' }, { name: 'a', value: 'y' }],
  },
  'attribute name with a control character': { attributes: [{ name: 'a\t', value: 'x' }] },
  'attribute value with a bidirectional override': { attributes: [{ name: 'a', value: 'x\u202ey' }] },
  'attribute value not NFC': { attributes: [{ name: 'a', value: 'A\u030a' }] },
  'attribute value is a number': { attributes: [{ name: 'a', value: 1 }] },
  'file seal from after to': { fileSeal: seal({ from: 21 }) },
  'file seal to after length': { fileSeal: seal({ to: 101 }) },
  'file seal hash is short': { fileSeal: seal({ sha256: new Uint8Array(31) }) },
};

test('the writer refuses every broken rule', () => {
  for (const [what, changes] of Object.entries(REFUSED)) {
    throwsFormat(() => encodeDocument(documentFields(changes)), what);
  }
});

test('the reader refuses what a careless writer may write', () => {
  const rows = {
    'unknown key 0': (map) => map.set(0n, 1),
    'unknown key 11': (map) => map.set(11n, 1),
    'text key': (map) => map.set('x', 1),
    'issuer as bytes': (map) => map.set(1n, new Uint8Array(3)),
    'issuer upper case': (map) => map.set(1n, 'RUPP'),
    'kid as text': (map) => map.set(2n, '12345678'),
    'kid too long': (map) => map.set(2n, new Uint8Array(9)),
    'type empty': (map) => map.set(3n, ''),
    'serial too long': (map) => map.set(4n, 'a'.repeat(65)),
    'serial as a number': (map) => map.set(4n, 7),
    'issue number 0': (map) => map.set(5n, 0),
    'issue number as text': (map) => map.set(5n, '1'),
    'issued as text': (map) => map.set(6n, '1'),
    'issued after expires': (map) => map.set(6n, 1864547200),
    'expires as text': (map) => map.set(7n, '9'),
    'expires as array': (map) => map.set(7n, [1864547200]),
    'rid as array': (map) => map.set(8n, []),
    'rid too short': (map) => map.set(8n, new Uint8Array(15)),
    'attributes as map': (map) => map.set(9n, new Map()),
    'attributes empty': (map) => map.set(9n, []),
    'attribute of one': (map) => map.set(9n, [['a']]),
    'attribute of three': (map) => map.set(9n, [['a', 'b', 'c']]),
    'attribute as text': (map) => map.set(9n, ['ab']),
    'attribute name as number': (map) => map.set(9n, [[1, 'b']]),
    'attribute value as bytes': (map) => map.set(9n, [['a', new Uint8Array(1)]]),
    'attribute name twice': (map) => map.set(9n, [['a', 'b'], ['a', 'c']]),
    '65 attributes': (map) => map.set(9n, pairs(65).map(({ name, value }) => [name, value])),
    'file seal of three': (map) => map.set(10n, [1, 0, 0]),
    'file seal of five': (map) => map.set(10n, [1, 0, 0, HASH, 0]),
    'file seal as map': (map) => map.set(10n, new Map()),
    'file seal bound as text': (map) => map.set(10n, ['1', 0, 0, HASH]),
    'file seal range outside': (map) => map.set(10n, [1, 0, 2, HASH]),
    'file seal hash too long': (map) => map.set(10n, [1, 0, 1, new Uint8Array(33)]),
  };
  decodeDocument(changedMap(() => {}));
  for (const [what, change] of Object.entries(rows)) {
    throwsFormat(() => decodeDocument(changedMap(change)), what);
  }
  for (const key of [1n, 2n, 3n, 4n, 5n, 6n, 8n, 9n]) {
    throwsFormat(() => decodeDocument(changedMap((map) => map.delete(key))), `without key ${key}`);
  }
  for (const key of [7n, 10n]) {
    decodeDocument(changedMap((map) => map.delete(key)));
  }
  for (const value of [[], 1, 'text', new Uint8Array(4), new Map()]) {
    throwsFormat(() => decodeDocument(encodeCbor(value)));
  }
});

test('every truncation is refused, and every accepted mutation re-encodes to itself', () => {
  const bytes = encodeDocument(documentFields({ expires: 1864547200, fileSeal: seal() }));
  for (let length = 0; length < bytes.length; length += 1) {
    throwsFormat(() => decodeDocument(bytes.slice(0, length)));
  }
  const random = new Random('document');
  for (let round = 0; round < bytes.length * 8 + 4000; round += 1) {
    const mutated = flipBit(bytes, round < bytes.length * 8 ? round : random.below(bytes.length * 8));
    if (round >= bytes.length * 8) {
      mutated[random.below(mutated.length)] = random.below(256);
    }
    let decoded;
    try {
      decoded = decodeDocument(mutated);
    } catch (error) {
      assert.equal(error.name, 'FormatError');
      continue;
    }
    assert.equal(toHex(encodeDocument(decoded)), toHex(mutated));
  }
});
