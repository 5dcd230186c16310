// One case for two implementations: issued by one side as a line of JSON, opened and issued again by the other.

import assert from 'node:assert/strict';
import {
  CODE, decodePayload, encodeDocument, encodeTrustList, fromHex, gatherFragments, keyId, openDocument, openStatement,
  payloadOfText, payloadText, publicKey, sealDocument, sealStatement, signTrustList, smallestPaddedLength,
  statementCounts, statusHandle, toHex,
} from '../frag1/index.js';
import { flipBit } from './support.mjs';
import { documentOf, rowOfDocument, trustOf } from './vector_forms.mjs';

/** Blocks whose normalisation has been stable since long before Unicode 15. */
const BLOCKS = [[0x20, 0x7e], [0xa0, 0x17f], [0x300, 0x36f], [0x370, 0x3ff], [0x400, 0x4ff], [0x5d0, 0x5ea],
  [0x620, 0x64a], [0x64b, 0x655], [0x904, 0x94d], [0x1100, 0x11ff], [0x1780, 0x17d3], [0x1e00, 0x1eff],
  [0x2000, 0x200d], [0x2100, 0x214f], [0x3041, 0x3096], [0x4e00, 0x9fff], [0xac00, 0xd7a3], [0xf900, 0xfa6d],
  [0x1d15e, 0x1d164], [0x1f300, 0x1f64f]];
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/gu;
const REASONS = [0, 1, 2, 3, 4, 5, 6, 8, 9, 10];
/** With more operators than this, some of the sets of t are tried, not all. */
const ALL_SETS_MAX = 6;

function randomText(random, maxBytes) {
  let text = '';
  for (let left = random.below(Math.floor(maxBytes / 4) + 1); left > 0; left -= 1) {
    const [first, last] = random.pick(BLOCKS);
    text += String.fromCodePoint(first + random.below(last - first + 1));
  }
  text = text.normalize('NFC').replace(FORBIDDEN, '');
  while (Buffer.byteLength(text) > maxBytes) {
    text = Array.from(text).slice(0, -1).join('').normalize('NFC');
  }
  return text;
}

function randomId(random, alphabet) {
  return Array.from({ length: 1 + random.below(random.pick([8, 64])) }, () => random.pick([...alphabet])).join('');
}

function randomUint(random) {
  return random.bytes(8).reduce((value, byte) => (value << 8n) | BigInt(byte), 0n) >> BigInt(random.below(64));
}

function randomAttributes(random) {
  const names = new Set();
  const wanted = 1 + random.below(random.pick([4, 4, 64]));
  while (names.size < wanted) {
    names.add(randomText(random, 60) || `n${names.size}`);
  }
  return [...names].map((name) => ({ name, value: randomText(random, random.pick([0, 40, 200])) }));
}

function randomFileSeal(random) {
  const [from, to, length] = [0, 0, 0].map(() => randomUint(random)).sort((a, b) => (a < b ? -1 : Number(a > b)));
  return { length, from, to, sha256: random.bytes(32) };
}

function randomDocument(random, realm, pub, statusKey) {
  const issued = randomUint(random) >> 1n;
  const named = {
    realm,
    issuer: randomId(random, 'abcdefghijklmnopqrstuvwxyz0123456789.-'),
    type: randomId(random, 'abcdefghijklmnopqrstuvwxyz0123456789.-/'),
    serial: randomText(random, 64) || 'S',
    issueNo: randomUint(random) || 1n,
  };
  return {
    ...named,
    kid: keyId(pub),
    issued,
    expires: random.below(2) ? issued + 1n + (randomUint(random) >> 1n) : null,
    rid: statusHandle(statusKey, named),
    attributes: randomAttributes(random),
    fileSeal: random.below(4) ? null : randomFileSeal(random),
  };
}

/** Between two random times, either included. */
function randomTau(random, [first, last]) {
  return first + randomUint(random) % (last - first + 1n);
}

/** A trust file with the document's issuer, a registrar and another key, signed by all roots; {file, pins}. */
function randomTrust(random, { realm, document, keys, period }) {
  const roots = Array.from({ length: 1 + random.below(3) }, () => random.bytes(32));
  const entry = (secret, changes) => ({
    pub: publicKey(secret), role: 1, issuer: document.issuer, names: { en: 'Issuer', km: 'អ្នកចេញ', 'zh-Hant': '皇家' },
    notBefore: period[0], notAfter: period[1], types: [], ...changes,
  });
  const list = encodeTrustList({
    realm, listNo: 1, issued: 1, nextUpdate: 2,
    keys: [
      entry(keys.other, { types: ['another/type-of-document'] }),
      entry(keys.issuer, { types: random.pick([[], [document.type], ['another/type', document.type]]) }),
      entry(keys.registrar, { role: 2, issuer: 'registrar.example', names: {} }),
    ],
  });
  const pins = { realm, threshold: 1 + random.below(roots.length), roots: roots.map(publicKey).map(toHex) };
  return { file: signTrustList(list, roots, random.bytes(32)), pins };
}

async function randomStatement(random, where, { secret, period }) {
  const [kind, reason, time] = [1 + random.below(4), random.pick(REASONS), randomUint(random)];
  const record = await sealStatement(where, { kind, reason, time }, secret, random.bytes(32));
  const tau = randomTau(random, period).toString();
  return { n: where.n, tau, record: toHex(record), kind, reason, time: time.toString() };
}

async function randomStatements(random, where, { keys, period }) {
  const statements = [];
  for (let n = random.below(4); n > 0; n -= 1) {
    const secret = random.pick([keys.issuer, keys.registrar, keys.other]);
    statements.unshift(await randomStatement(random, { ...where, n: n - 1 }, { secret, period }));
  }
  return statements;
}

function randomPeriod(random) {
  const first = randomUint(random) >> 1n;
  return [first, first + (randomUint(random) >> 1n)];
}

/**
 * A case as an object of JSON: {issuer_secret, batch_key, status_key, realm, t, m, n, document, text, records,
 * trust_file, pins, tau, statements: [{n, tau, record, kind, reason, time}…]} in the forms of test-vectors/README.md.
 */
export async function issueCase(random) {
  const [issuer, registrar, other, batchKey, statusKey] = [0, 0, 0, 0, 0].map(() => random.bytes(32));
  const keys = { issuer, registrar, other };
  const period = randomPeriod(random);
  const realm = random.below(0x10000);
  const m = 1 + random.below(random.pick([5, 15]));
  const t = 1 + random.below(m);
  const document = randomDocument(random, realm, publicKey(issuer), statusKey);
  const bytes = encodeDocument(document);
  const n = Math.min(32768, smallestPaddedLength(bytes.length) + 64 * random.below(random.pick([1, 4, 512])));
  const sealed = await sealDocument(bytes, { realm, t, m, n }, { secret: issuer, batchKey });
  const text = payloadText(sealed.payload, random.pick(['', 'https://verify.gov.kh', 'https://v.kh/']));
  const { file, pins } = randomTrust(random, { realm, document, keys, period });
  return {
    issuer_secret: toHex(issuer), batch_key: toHex(batchKey), status_key: toHex(statusKey), realm, t, m, n,
    document: rowOfDocument(document),
    text: random.below(3) ? text : text.replace('#', '%23'),
    records: sealed.records.map(toHex),
    trust_file: toHex(file),
    pins,
    tau: randomTau(random, period).toString(),
    statements: await randomStatements(random, { realm, rid: document.rid }, { keys, period }),
  };
}

/** `count` neighbours of 0..m-1, beginning with `first` and going round. */
function neighbours(first, count, m) {
  return Array.from({ length: count }, (_, i) => (first + i) % m);
}

/** Sets of t of m operators: all of them when m is small. */
function setsOf(t, m) {
  if (m > ALL_SETS_MAX) {
    return Array.from({ length: 5 }, (_, k) => neighbours(Math.floor((k * m) / 5), t, m));
  }
  return Array.from({ length: 2 ** m }, (_, bits) => neighbours(0, m, m).filter((i) => (bits >> i) & 1))
    .filter((set) => set.length === t);
}

/** Gathers the records of the operators in `set`; the others are unreachable. */
function gatherSet({ text, t }, records, set, threshold = t) {
  const payload = decodePayload(payloadOfText(text));
  const answers = records.map((bytes, i) => (set.includes(i) ? { state: 'record', bytes } : { state: 'unreachable' }));
  return { payload, gathered: gatherFragments(answers, { ...payload, threshold }) };
}

async function openCase(row, trust, document) {
  const records = row.records.map(fromHex);
  for (const set of [...setsOf(row.t, row.m), neighbours(0, row.m, row.m)]) {
    const { payload, gathered } = gatherSet(row, records, set);
    assert.equal(gathered.code, CODE.OK, 'fragments');
    const opened = await openDocument(payload, gathered, { trust, tau: BigInt(row.tau) });
    assert.deepEqual(opened.document, document, 'document');
  }
}

/** What must not open: fewer than t records, a lower t than the realm's, a changed share. */
function refuseCase(row) {
  const records = row.records.map(fromHex);
  const codeOf = (...given) => gatherSet(row, ...given).gathered.code;
  assert.equal(codeOf(records, neighbours(0, row.t - 1, row.m)), CODE.TOO_FEW_FRAGMENTS, 't - 1 records open it');
  if (row.t < row.m) {
    assert.equal(codeOf(records, neighbours(0, row.m, row.m), row.t + 1), CODE.FRAGMENT_TAMPERED, 'a low t is accepted');
  }
  const changed = [flipBit(records[0], records[0].length * 8 - 1), ...records.slice(1)];
  assert.notEqual(codeOf(changed, neighbours(0, row.t, row.m)), CODE.OK, 'a changed share is accepted');
}

async function issueAgain(row, document) {
  const { realm, t, m, n } = row;
  const sealed = await sealDocument(encodeDocument(document), { realm, t, m, n },
    { secret: fromHex(row.issuer_secret), batchKey: fromHex(row.batch_key) });
  assert.deepEqual(sealed.payload, payloadOfText(row.text), 'payload issued again');
  assert.deepEqual(sealed.records.map(toHex), row.records, 'records issued again');
  assert.equal(toHex(statusHandle(fromHex(row.status_key), { ...document, realm })), row.document.rid, 'rid');
}

async function checkStatement(row, trust, document, statement) {
  const where = { realm: row.realm, rid: document.rid, n: statement.n };
  const opened = await openStatement(where, fromHex(statement.record));
  assert.notEqual(opened, null, 'statement opens');
  assert.deepEqual([opened.kind, opened.reason, opened.time.toString()],
    [statement.kind, statement.reason, statement.time], 'statement');
  const context = { issuer: document.issuer, trust, tau: BigInt(statement.tau) };
  assert.equal(statementCounts(where, opened, context), true, 'statement counts');
}

/** Opens a case from every set of t records, issues it again from its secrets, and asserts that every byte agrees. */
export async function checkCase(row) {
  const document = documentOf(row.document);
  const trust = trustOf(row);
  await openCase(row, trust, document);
  refuseCase(row);
  await issueAgain(row, document);
  for (const statement of row.statements) {
    await checkStatement(row, trust, document, statement);
  }
}
