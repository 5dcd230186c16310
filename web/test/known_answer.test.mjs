import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CODE, decodeDocument, decodePayload, encodeDocument, gatherFragments, KIND, openDocument, payloadText, sealDocument,
  sealStatement, toHex,
} from '../frag1/index.js';
import {
  BATCH_KEY, documentFields, ISSUED, REALM, sealChanged, SECRET, trustList,
} from './support.mjs';

test('the document, its code, fragments and status statement have the published bytes', async () => {
  const fields = documentFields();
  const sealed = await sealDocument(encodeDocument(fields), { realm: REALM, t: 2, m: 3, n: 320 },
    { secret: SECRET, batchKey: BATCH_KEY });
  assert.equal(payloadText(sealed.payload),
    'AEAACIKP555NPSAC23MCVNRFI5ZDMC7E5KWTV6OGKWDSPBOUF3LRZSAVLFKNOTYQDECOU4U4WKMEFX5CAED3SQPO');
  assert.equal(toHex(sealed.locator), 'ea873d292ceb14eb4ad45c9645643040');
  assert.equal(toHex(sealed.key), '622ab419dbdaf5515b8d9df7c47a3347d0fc1e9cb263917aa8759b545ea30bf2');
  assert.equal(toHex(sealed.leaf.slice(24, 32)), '7ae11e078b85e9af');
  assert.equal(sealed.leaf.length, 24 + 32 * 3);
  assert.deepEqual(sealed.records.map((record) => record.length), new Array(3).fill(25 + 32 * 3 + 320));

  const statement = await sealStatement({ realm: REALM, rid: fields.rid, n: 0 },
    { kind: KIND.revoked, reason: 1, time: 1764550800 }, SECRET, new Uint8Array(32));
  assert.equal(toHex(statement.slice(0, 16)), 'bcf1ef203dfc574e3a30231ce0e465c7');
  assert.equal(statement.length, 114);
});

test('the known document opens from each pair of operators', async () => {
  const sealed = await sealChanged();
  const payload = decodePayload(sealed.payload);
  for (const absent of [0, 1, 2]) {
    const answers = sealed.records.map((bytes, i) => (
      i === absent ? { state: 'unreachable' } : { state: 'record', bytes, time: ISSUED + i }));
    const gathered = gatherFragments(answers, { ...payload, threshold: 2 });
    assert.equal(gathered.code, CODE.OK);
    const opened = await openDocument(payload, gathered, { trust: trustList(), tau: gathered.tau });
    assert.deepEqual(opened.document, decodeDocument(encodeDocument(documentFields())));
  }
});
