// The bundle for browsers: no module of Node in it, and the same bytes from it.

import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { payloadText } from '../frag1/index.js';
import { BATCH_KEY, documentFields, REALM, sealChanged, SECRET } from './support.mjs';

test('a browser bundle stands alone and seals to the same bytes', async () => {
  globalThis.crypto ??= webcrypto;
  const { outputFiles: [{ text }] } = await build({
    entryPoints: [fileURLToPath(new URL('../frag1/index.js', import.meta.url))],
    bundle: true, format: 'esm', platform: 'browser', target: 'es2020', write: false, logLevel: 'silent',
  });
  assert.doesNotMatch(text, /\bnode:|\brequire\(/);
  const frag1 = await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`);
  const sealed = await frag1.sealDocument(frag1.encodeDocument(documentFields()), { realm: REALM, t: 2, m: 3, n: 320 },
    { secret: SECRET, batchKey: BATCH_KEY });
  assert.equal(frag1.payloadText(sealed.payload), payloadText((await sealChanged()).payload));
});
