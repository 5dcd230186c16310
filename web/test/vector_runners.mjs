// What a test of each group type of test-vectors/ asks of web/frag1, in both directions. A runner throws when the
// implementation does not behave as a valid test says; for an invalid test it must throw or give other outputs.

import assert from 'node:assert/strict';
import { ed25519 } from '@noble/curves/ed25519';
import {
  applyKinds, checkFollows, codeOfState, concat, decodeDocument, decodeEntry, decodeHeader, decodePayload,
  decodeRecord, decodeTrustList, decodeVerifierKey, encodeDocument, encodeHeader, encodeTrustList, encodeVerifierKey,
  fileCode, fromHex, gatherFragments, issueEntry, keyId, leafHash, nodeHash, openDocument, openStatement,
  payloadOfText, payloadText, publicKey, readTrustFile, sealDocument, sealStatement, sha256, statementCounts,
  statusHandle, statusKeyOf, statusLocator, taggedHash, toHex, VerifyError, verify,
} from '../frag1/index.js';
import { combineFragments, unpadDocument } from '../frag1/open.js';
import { encodePayload } from '../frag1/payload.js';
import { bip340Sign, bip340Verify, ctrStream, gcmOpen, gcmSeal, isPublicKey, prf } from '../frag1/primitives.js';
import { coefficients, documentMessage, maskKey, signDocument, smallestPaddedLength } from '../frag1/seal.js';
import { interpolate, multiply, shareOf } from '../frag1/shamir.js';
import { LOG_CHECK } from './log_runners.mjs';
import { documentOf, sealOf, trustOf } from './vector_forms.mjs';

const STATES = { record: 'record', erased: 'erased', absent: 'absent', unreachable: 'unreachable', none: 'not_asked' };

/** Asserts that bytes are the hex of the test's `field`. */
function same(test, field, bytes) {
  assert.equal(toHex(bytes), test[field], field);
}

function headerOf({ realm, t, m, n }) {
  return { realm, t, m, n };
}

function answersOf(test) {
  return test.answers.map(({ kind, bytes }) => {
    assert.ok(kind in STATES, `answer of kind ${kind}`);
    return { state: STATES[kind], bytes: fromHex(bytes) };
  });
}

/** Steps 1, 2 and 4 to 6: {code, document}. */
async function open(test) {
  try {
    const payload = decodePayload(payloadOfText(test.text));
    const gathered = gatherFragments(answersOf(test), { ...payload, threshold: test.threshold });
    if (gathered.code !== 0) {
      return { code: gathered.code, document: null };
    }
    const { document } = await openDocument(payload, gathered, { trust: trustOf(test), tau: BigInt(test.tau) });
    return { code: 0, document };
  } catch (error) {
    if (error instanceof VerifyError) {
      return { code: error.code, document: null };
    }
    throw error;
  }
}

function assertDocument(test, document) {
  assert.deepEqual(document, test.document === undefined ? null : documentOf(test.document), 'document');
}

/** Answers to s_n from a test's statements [{n, tau, record}]; an operator for each statement of one n. */
function statusAnswers(test, n) {
  const held = test.statements.filter((statement) => statement.n === n)
    .map(({ tau, record }) => ({ state: 'record', bytes: fromHex(record), time: BigInt(tau) }));
  return held.length > 0 ? held : [{ state: 'absent' }];
}

/** Every step of issuing, one by one, against the test's intermediate values. */
async function checkIssueSteps(test, document) {
  const header = headerOf(test);
  const [secret, batchKey] = [fromHex(test.issuer_secret), fromHex(test.batch_key)];
  const message = documentMessage(test.realm, document);
  same(test, 'msg', message);
  same(test, 'aux', prf(batchKey, 'aux', message));
  same(test, 'sig', bip340Sign(secret, message, fromHex(test.aux)));
  const padded = signDocument(document, header, { secret, batchKey });
  same(test, 'plaintext', padded);
  const headerBytes = encodeHeader(header);
  same(test, 'hdr', headerBytes);
  const key = prf(batchKey, 'key', headerBytes, padded);
  same(test, 'k', key);
  const encrypted = await gcmSeal(key, headerBytes, padded);
  same(test, 'sealed', encrypted);
  same(test, 'mask', taggedHash('mask', headerBytes, encrypted));
  same(test, 'd', maskKey(key, headerBytes, encrypted));
  assert.deepEqual((await coefficients(key, headerBytes, header)).map(toHex), test.stream, 'stream');
  assert.ok(smallestPaddedLength(document.length) <= test.n, 'N holds the document');
}

/** The issued records open again, from the first t of them and from the last t. */
async function checkIssueOpens(test, document) {
  const payload = decodePayload(fromHex(test.payload));
  const records = test.records.map((hex) => decodeRecord(fromHex(hex), test.realm, payload.locator));
  for (const chosen of [records.slice(0, test.t), records.slice(-test.t)]) {
    const opened = unpadDocument(await combineFragments(payload, chosen[0].leaf, chosen));
    assert.equal(toHex(opened.bytes), toHex(document), 'opened document');
    same(test, 'sig', opened.signature);
  }
}

async function issue(test) {
  const document = encodeDocument(documentOf(test.document));
  const sealed = await sealDocument(document, headerOf(test),
    { secret: fromHex(test.issuer_secret), batchKey: fromHex(test.batch_key) });
  same(test, 'cbor', document);
  same(test.document, 'rid',
    statusHandle(fromHex(test.status_key), { ...documentOf(test.document), realm: test.realm }));
  await checkIssueSteps(test, document);
  same(test, 'k', sealed.key);
  same(test, 'payload', sealed.payload);
  assert.equal(payloadText(sealed.payload), test.text, 'text');
  same(test, 'locator', sealed.locator);
  same(test, 'leaf', sealed.leaf);
  assert.deepEqual(sealed.records.map(toHex), test.records, 'records');
  await checkIssueOpens(test, document);
}

async function sealedStatement(test) {
  const where = { realm: test.realm, rid: fromHex(test.rid), n: test.n };
  const record = await sealStatement(where, { kind: test.kind, reason: test.reason, time: BigInt(test.time) },
    fromHex(test.signer_secret), new Uint8Array(32));
  same(test, 'id', statusLocator(where));
  same(test, 'key', statusKeyOf(where));
  same(test, 'record', record);
  const opened = await openStatement(where, fromHex(test.record));
  assert.equal(toHex(concat(opened.signedPart, opened.signature)), test.body, 'body');
}

async function openedStatement(test, group) {
  const where = { realm: test.realm, rid: fromHex(test.rid), n: test.n };
  const opened = await openStatement(where, fromHex(test.record));
  assert.notEqual(opened, null, 'the record opens');
  const context = { issuer: test.issuer, trust: trustOf(group), tau: BigInt(test.tau) };
  assert.equal(statementCounts(where, opened, context), true);
  if (test.result === 'valid') {
    assert.deepEqual([opened.kind, opened.reason, opened.time], [test.kind, test.reason, BigInt(test.time)]);
  }
}

function trustFile(test) {
  const list = trustOf(test);
  assert.equal(list.listNo, BigInt(test.list_no));
  same(test, 'list_hash', sha256(list.bytes));
  assert.equal(list.keys.length, test.key_count);
  assert.equal(toHex(encodeTrustList(list)), toHex(list.bytes), 'list written again');
}

function qrText(test) {
  const payload = payloadOfText(test.text);
  const decoded = decodePayload(payload);
  same(test, 'payload', payload);
  assert.equal(decoded.realm, test.realm);
  same(test, 'link', decoded.d);
  same(test, 'head', decoded.head);
  same(test, 'locator', decoded.locator);
  same(test, 'payload', encodePayload(test.realm, fromHex(test.link), fromHex(test.head)));
  assert.ok(test.text.endsWith(payloadText(payload)), 'text written again');
}

async function endToEnd(test) {
  const result = await verify(test.text, {
    trust: trustOf(test),
    threshold: test.threshold,
    now: BigInt(test.now),
    tau: BigInt(test.tau),
    askRecords: async () => answersOf(test),
    askStatus: async (locator, n) => statusAnswers(test, n),
  });
  assert.deepEqual([result.code, result.name, result.verdict], [test.code, test.name, test.verdict]);
  assertDocument(test, result.document);
}

function joined(test) {
  const shares = test.shares.map(({ i, share }) => ({ index: i, share: fromHex(share) }));
  same(test, 'secret', interpolate(shares));
}

function merkle(test) {
  const entry = fromHex(test.entry);
  const decoded = decodeEntry(entry);
  same(test, 'entry', issueEntry(BigInt(test.time), fromHex(test.leaf)));
  assert.deepEqual([decoded.kind, decoded.time, toHex(decoded.leaf.bytes)], ['issue', BigInt(test.time), test.leaf]);
  same(test, 'left', leafHash(entry));
  same(test, 'right', leafHash(new Uint8Array(0)));
  same(test, 'node', nodeHash(fromHex(test.left), fromHex(test.right)));
}

function verifierKey(test) {
  const pub = ed25519.getPublicKey(fromHex(test.seed));
  same(test, 'pub32', pub);
  assert.equal(encodeVerifierKey(test.name, pub), test.vkey);
  const decoded = decodeVerifierKey(test.vkey);
  assert.deepEqual([decoded.name, decoded.pub], [test.name, pub]);
}

/** Outcome runners return the code they saw; it is compared with the test's whether that is valid or not. */
export const OUTCOME = {
  'open/Open': async (test) => {
    const { code, document } = await open(test);
    assertDocument(test, document);
    return code;
  },
  'status/Walk': (test) => codeOfState(test.kinds.reduce((state, kind) => applyKinds(state, [kind]), null)),
  'end_to_end/Verify': async (test) => {
    await endToEnd(test);
    return test.code;
  },
  'end_to_end/FileSeal': (test, group) => fileCode(sealOf(group), fromHex(test.file)),
};

/** Check runners throw unless everything in the test holds. */
export const CHECK = {
  'hash_kdf/TaggedHash': (test) => same(test, 'hash', taggedHash(test.label, fromHex(test.msg))),
  'hash_kdf/Prf': (test) => same(test, 'out', prf(fromHex(test.key), test.label, fromHex(test.msg))),
  'hash_kdf/Kid': (test) => {
    assert.ok(isPublicKey(fromHex(test.pub32)));
    same(test, 'kid', keyId(fromHex(test.pub32)));
  },
  'hash_kdf/Header': (test) => {
    same(test, 'hdr', encodeHeader(headerOf(test)));
    assert.deepEqual(decodeHeader(fromHex(test.hdr)), headerOf(test));
  },
  'hash_kdf/Rid': (test) => same(test, 'rid', statusHandle(fromHex(test.status_key), {
    realm: test.realm, issuer: test.issuer, type: test.type, serial: test.serial, issueNo: BigInt(test.issue_no),
  })),
  'hash_kdf/AesGcm': async (test) => {
    const [key, aad] = [fromHex(test.key), fromHex(test.aad)];
    const opened = await gcmOpen(key, aad, fromHex(test.sealed));
    assert.notEqual(opened, null);
    same(test, 'msg', opened);
    same(test, 'sealed', await gcmSeal(key, aad, fromHex(test.msg)));
  },
  'hash_kdf/AesCtr': async (test) => same(test, 'stream', await ctrStream(fromHex(test.key), test.stream.length / 2)),
  'hash_kdf/Merkle': merkle,
  'hash_kdf/Vkey': verifierKey,
  'dcbor/Document': (test) => {
    const decoded = decodeDocument(fromHex(test.cbor));
    assertDocument(test, decoded);
    same(test, 'cbor', encodeDocument(decoded));
    same(test, 'cbor', encodeDocument(documentOf(test.document)));
  },
  'qr_payload/QrText': qrText,
  'shamir/Multiply': ({ a, b, product }) => {
    assert.equal(multiply(a, b), product);
    const zero = new Uint8Array(4);
    assert.deepEqual(shareOf(zero, [Uint8Array.of(b, 0, b, b)], a), Uint8Array.of(product, 0, product, product));
  },
  'shamir/Share': (test) => {
    const stream = test.stream.map(fromHex);
    assert.equal(stream.length, test.t - 1);
    const shares = Array.from({ length: test.m }, (_, i) => shareOf(fromHex(test.secret), stream, i + 1));
    assert.deepEqual(shares.map(toHex), test.shares);
    same(test, 'secret', interpolate(shares.map((share, i) => ({ index: i + 1, share })).slice(-test.t)));
  },
  'shamir/Join': joined,
  'issue/Issue': issue,
  'trust/TrustFile': trustFile,
  'trust/Follows': (test) => checkFollows(decodeTrustList(fromHex(test.next)), decodeTrustList(fromHex(test.current))),
  'status/Seal': sealedStatement,
  'status/Open': openedStatement,
  'bip340/SignAndVerify': (test) => {
    const [secret, message] = [fromHex(test.secret), fromHex(test.msg)];
    same(test, 'pub32', publicKey(secret));
    same(test, 'sig', bip340Sign(secret, message, fromHex(test.aux)));
    assert.ok(bip340Verify(fromHex(test.pub32), message, fromHex(test.sig)));
  },
  'bip340/Verify': (test) => {
    assert.ok(isPublicKey(fromHex(test.pub32)));
    assert.ok(bip340Verify(fromHex(test.pub32), fromHex(test.msg), fromHex(test.sig)));
  },
  ...LOG_CHECK,
};

/** For these an invalid test must be refused by the reader or writer itself, not merely give other bytes. */
const REFUSED = ['hash_kdf/Header', 'hash_kdf/Rid', 'hash_kdf/Merkle', 'hash_kdf/Vkey', 'dcbor/Document',
  'issue/Issue', 'trust/TrustFile', 'trust/Follows', 'status/Seal', 'qr_payload/QrText', ...Object.keys(LOG_CHECK)];

async function checkRefused(run, where, test) {
  await assert.rejects(async () => run(), (error) => {
    const refusal = error.name === 'FormatError' || error.name === 'VerifyError';
    const mismatch = error.name === 'AssertionError' && !REFUSED.includes(where);
    return (refusal || mismatch) && (error.code === test.code || test.code === undefined);
  });
}

/** Runs one test of `file` (without .json). */
export async function runTest(file, group, test) {
  const where = `${file}/${group.type}`;
  if (where in OUTCOME) {
    const code = await OUTCOME[where](test, group);
    assert.equal(code, test.code);
    assert.equal(code === 0 ? 'valid' : 'invalid', test.result);
    return;
  }
  assert.ok(where in CHECK, `no runner for ${where}`);
  const run = async () => CHECK[where](test, group);
  if (test.result === 'valid') {
    await run();
  } else {
    await checkRefused(run, where, test);
  }
}
