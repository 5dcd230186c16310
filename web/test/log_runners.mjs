// What a test of tree.json and log.json asks of log_reader.mjs.

import assert from 'node:assert/strict';
import { ed25519 } from '@noble/curves/ed25519';
import { fromHex, toHex } from '../frag1/index.js';
import {
  checkCheckpoint, checkConsistency, checkCosigned, checkInclusion, checkTlogProof, parseCheckpoint, parseLogKey,
  parseRequest, parseTile, signCheckpoint,
} from './log_reader.mjs';

const utf8 = (text) => new TextEncoder().encode(text);

function checkpoint(test, { vkey }) {
  const parsed = parseCheckpoint(test.note);
  const time = checkCheckpoint(parsed, parseLogKey(vkey));
  assert.deepEqual([parsed.size, toHex(parsed.root), time], [BigInt(test.size), test.root, BigInt(test.time)]);
}

/** By "file/group type"; a runner throws unless everything in the test holds. */
export const LOG_CHECK = {
  'tree/Inclusion': (test) => checkInclusion({
    index: BigInt(test.index), size: BigInt(test.size), leaf: fromHex(test.leaf), root: fromHex(test.root),
    proof: test.proof.map(fromHex),
  }),
  'tree/Consistency': (test) => checkConsistency({
    oldSize: BigInt(test.old_size), size: BigInt(test.size), oldRoot: fromHex(test.old_root), root: fromHex(test.root),
    proof: test.proof.map(fromHex),
  }),
  'tree/Tile': (test) => {
    const { kind, level, index, width } = parseTile(test.path);
    assert.deepEqual([kind, level, index, width], [test.kind, test.level, BigInt(test.index), test.width]);
  },
  'log/Key': (test) => {
    const { name, pub, signatureId, cosignatureId } = parseLogKey(test.vkey);
    assert.deepEqual([name, toHex(pub), toHex(signatureId), toHex(cosignatureId)],
      [test.name, test.pub32, test.signature_id, test.cosignature_id]);
  },
  'log/Sign': (test) => {
    const seed = fromHex(test.seed);
    const note = signCheckpoint({
      seed, pub: ed25519.getPublicKey(seed), origin: test.origin, size: BigInt(test.size), root: fromHex(test.root),
      time: BigInt(test.time),
    });
    assert.equal(note, test.note);
  },
  'log/Checkpoint': checkpoint,
  'log/Cosignature': (test, { vkey }) => {
    assert.equal(checkCosigned(parseCheckpoint(test.note), parseLogKey(vkey)), BigInt(test.time));
  },
  'log/TlogProof': (test, { vkey }) => {
    const { index, extra, time } = checkTlogProof(test.text, utf8(test.entry), parseLogKey(vkey));
    assert.deepEqual([index, toHex(extra), time], [BigInt(test.index), test.extra, BigInt(test.time)]);
  },
  'log/Request': (test) => {
    const { oldSize, proof, checkpoint: note } = parseRequest(test.text);
    assert.deepEqual([oldSize, proof.map(toHex), note], [BigInt(test.old_size), test.proof, test.checkpoint]);
  },
};
