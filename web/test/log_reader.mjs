// A reader of logs for the test vectors: RFC 9162 proofs as recursion from the root down, the C2SP text forms as
// regular expressions, Ed25519 by Node.js. Refusals are FormatErrors. Sizes and indices are BigInt.

import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { concat, equalBytes, fromHex, leafHash, nodeHash, sha256, toHex } from '../frag1/index.js';
import { must } from '../frag1/codes.js';

const SIZE_MAX = 1n << 62n;
const TIME_MAX = (1n << 63n) - 1n;
const U64_MAX = (1n << 64n) - 1n;
const NOTE_MAX = 8192;
const LINES_MAX = 32;
const TYPES = { signature: 0x01, cosignature: 0x04 };
const utf8 = (text) => new TextEncoder().encode(text);
const EMPTY_ROOT = sha256(new Uint8Array(0));

function splitOf(count) {
  let split = 1n;
  while (2n * split < count) {
    split *= 2n;
  }
  return split;
}

/** The root that an inclusion proof leads to. */
function includedRoot(index, size, leaf, proof) {
  if (size === 1n) {
    must(proof.length === 0, 'the proof is too long');
    return leaf;
  }
  must(proof.length > 0, 'the proof is too short');
  const [rest, last, split] = [proof.slice(0, -1), proof.at(-1), splitOf(size)];
  return index < split ? nodeHash(includedRoot(index, split, leaf, rest), last)
    : nodeHash(last, includedRoot(index - split, size - split, leaf, rest));
}

export function checkInclusion({ index, size, leaf, root, proof }) {
  must(size <= SIZE_MAX && index < size, 'no such leaf');
  must(equalBytes(includedRoot(index, size, leaf, proof), root), 'the proof leads to another root');
}

/** The old and the new root that a consistency proof leads to; `known` is the old root where it is a subtree. */
function grownRoots(oldSize, size, proof, known) {
  if (oldSize === size) {
    must(proof.length === (known === null ? 1 : 0), 'the proof has another length');
    return known === null ? [proof[0], proof[0]] : [known, known];
  }
  must(proof.length > 0, 'the proof is too short');
  const [rest, last, split] = [proof.slice(0, -1), proof.at(-1), splitOf(size)];
  if (oldSize <= split) {
    const [before, after] = grownRoots(oldSize, split, rest, known);
    return [before, nodeHash(after, last)];
  }
  return grownRoots(oldSize - split, size - split, rest, null).map((hash) => nodeHash(last, hash));
}

export function checkConsistency({ oldSize, size, oldRoot, root, proof }) {
  must(size <= SIZE_MAX && oldSize <= size, 'no such trees');
  if (oldSize === 0n) {
    must(proof.length === 0 && equalBytes(oldRoot, EMPTY_ROOT), 'nothing has one root and one proof');
    must(size > 0n || equalBytes(root, EMPTY_ROOT), 'nothing has one root');
    return;
  }
  const [before, after] = grownRoots(oldSize, size, proof, oldRoot);
  must(equalBytes(before, oldRoot) && equalBytes(after, root), 'the proof leads to other roots');
}

const TILE = /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

/** {kind, level, index, width} of a tile's path. */
export function parseTile(path) {
  const [, level, groups, width = '256'] = TILE.exec(path) ?? [];
  must(groups !== undefined && !groups.startsWith('x000'), 'not the path of a tile');
  const index = BigInt(groups.replace(/[x/]/g, ''));
  must(index <= U64_MAX && (path.includes('.p/') ? Number(width) < 256 : true), 'out of range');
  const isEntries = level === 'entries';
  must(isEntries || Number(level) <= 63, 'there is no such level');
  return { kind: isEntries ? 'entries' : 'tile', level: isEntries ? 0 : Number(level), index, width: Number(width) };
}

function decimal(text, most) {
  must(/^(?:0|[1-9][0-9]*)$/.test(text) && BigInt(text) <= most, 'not a number in range');
  return BigInt(text);
}

function base64(text) {
  const bytes = Buffer.from(text, 'base64');
  must(text.length > 0 && bytes.toString('base64') === text, 'not canonical base64');
  return new Uint8Array(bytes);
}

function hashOf(text) {
  const hash = base64(text);
  must(hash.length === 32, 'not a hash');
  return hash;
}

function keyId(name, type, pub) {
  return sha256(concat(utf8(`${name}\n`), Uint8Array.of(type), pub)).slice(0, 4);
}

/** {name, pub, signatureId, cosignatureId} of a key. */
export function logKey(name, pub) {
  const [signatureId, cosignatureId] = [TYPES.signature, TYPES.cosignature].map((type) => keyId(name, type, pub));
  return { name, pub, signatureId, cosignatureId };
}

/** The same of a verifier key's text. */
export function parseLogKey(vkey) {
  const [, name, id, text] = /^([!-*,-~]{1,255})\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/.exec(vkey) ?? [];
  must(text !== undefined, 'not a verifier key');
  const [type, pub] = [base64(text)[0], base64(text).slice(1)];
  must(Object.values(TYPES).includes(type), 'not an Ed25519 key');
  must(id === toHex(keyId(name, type, pub)), 'id and key do not belong together');
  return logKey(name, pub);
}

function isSigned(pub, message, signature) {
  const key = createPublicKey({ key: concat(fromHex('302a300506032b6570032100'), pub), format: 'der', type: 'spki' });
  return verify(null, message, key, signature);
}

function signWith(seed, message) {
  const der = concat(fromHex('302e020100300506032b657004220420'), seed);
  return new Uint8Array(sign(null, message, createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' })));
}

function parseLine(line) {
  const [, name, text] = /^— ([^\s+]+) (\S+)$/u.exec(line) ?? [];
  must(text !== undefined, 'not a signature line');
  const bytes = base64(text);
  must(bytes.length > 4, 'a line without a signature');
  return { name, id: bytes.slice(0, 4), signature: bytes.slice(4) };
}

function linesOf(text) {
  must(text.endsWith('\n'), 'no line feed at the end');
  return text.slice(0, -1).split('\n');
}

/** {text, origin, size, root, signatures} of a checkpoint's note. */
export function parseCheckpoint(note) {
  must(utf8(note).length <= NOTE_MAX && !/[\u0000-\u0009\u000b-\u001f]/.test(note), 'not a note');
  const end = note.lastIndexOf('\n\n');
  must(end > 0, 'no signatures');
  const text = note.slice(0, end + 1);
  const [origin, size, root, ...extensions] = linesOf(text);
  must(root !== undefined && origin !== '' && !extensions.includes(''), 'a line is missing or empty');
  const signatures = linesOf(note.slice(end + 2)).map(parseLine);
  must(signatures.length <= LINES_MAX, 'too many signatures');
  const checkpoint = { text, origin, size: decimal(size, SIZE_MAX), root: hashOf(root), signatures };
  must(checkpoint.size > 0n || equalBytes(checkpoint.root, EMPTY_ROOT), 'nothing has one root');
  return checkpoint;
}

function cosignedMessage(time, text) {
  return utf8(`cosignature/v1\ntime ${time}\n${text}`);
}

/** The latest time of a key's cosignatures, all of which must be right; 0 without one, null without a line. */
function cosignedTime({ text, signatures }, key) {
  const times = signatures.filter(({ name, id }) => name === key.name && equalBytes(id, key.cosignatureId))
    .map(({ signature }) => {
      must(signature.length === 72, 'a cosignature of another length');
      const time = Buffer.from(signature).readBigUInt64BE(0);
      const message = cosignedMessage(time, text);
      must(time <= TIME_MAX && isSigned(key.pub, message, signature.slice(8)), 'a wrong cosignature');
      return time;
    });
  return times.reduce((latest, time) => (latest === null || time > latest ? time : latest), null);
}

/** The time by a log's own clock of its checkpoint, 0 when it does not say. */
export function checkCheckpoint(checkpoint, key) {
  must(checkpoint.origin === key.name, 'another log');
  const plain = checkpoint.signatures.filter(({ name, id }) => name === key.name && equalBytes(id, key.signatureId));
  must(plain.length > 0, 'not signed by the log');
  for (const { signature } of plain) {
    must(signature.length === 64 && isSigned(key.pub, utf8(checkpoint.text), signature), 'a wrong signature');
  }
  return cosignedTime(checkpoint, key) ?? 0n;
}

export function checkCosigned(checkpoint, key) {
  const time = cosignedTime(checkpoint, key);
  must(time !== null, 'not cosigned');
  return time;
}

function lineOf(name, id, ...signature) {
  return `— ${name} ${Buffer.from(concat(id, ...signature)).toString('base64')}\n`;
}

/** An operator's note. */
export function signCheckpoint({ seed, pub, origin, size, root, time }) {
  must(/^[!-*,-~]{1,255}$/.test(origin) && size <= SIZE_MAX && time <= TIME_MAX, 'cannot be signed');
  must(size > 0n || equalBytes(root, EMPTY_ROOT), 'nothing has one root');
  const key = logKey(origin, pub);
  const text = `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`;
  const clock = Buffer.alloc(8);
  clock.writeBigUInt64BE(time);
  return `${text}\n${lineOf(origin, key.signatureId, signWith(seed, utf8(text)))}${
    lineOf(origin, key.cosignatureId, clock, signWith(seed, cosignedMessage(time, text)))}`;
}

/** Number, hashes and checkpoint of a text whose first line has been matched. */
function proofLines(text) {
  const end = text.indexOf('\n\n');
  must(end >= 0, 'no empty line');
  const [number, ...hashes] = text.slice(0, end).split('\n');
  must(hashes.length <= 64 && end + 2 < text.length, 'too many hashes, or no checkpoint');
  return { number: decimal(number, U64_MAX), proof: hashes.map(hashOf), checkpoint: text.slice(end + 2) };
}

/** {index, extra, time} of an offline proof that `entry` is in the log of `key`. */
export function checkTlogProof(text, entry, key) {
  const [head, extra] = /^c2sp\.org\/tlog-proof@v1\n(?:extra ([^\n]+)\n)?index /.exec(text) ?? [];
  must(head !== undefined, 'not an offline proof');
  const { number: index, proof, checkpoint } = proofLines(text.slice(head.length));
  const parsed = parseCheckpoint(checkpoint);
  const time = checkCheckpoint(parsed, key);
  checkInclusion({ index, size: parsed.size, leaf: leafHash(entry), root: parsed.root, proof });
  return { index, extra: extra === undefined ? new Uint8Array(0) : base64(extra), time };
}

/** {oldSize, proof, checkpoint} of a request to a witness. */
export function parseRequest(text) {
  must(text.startsWith('old '), 'not a request');
  const { number: oldSize, proof, checkpoint } = proofLines(text.slice('old '.length));
  return { oldSize, proof, checkpoint };
}
