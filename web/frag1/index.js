// FRAG-1 in JavaScript, written from the format's specification alone.

export * from './bytes.js';
export { decodeCbor, encodeCbor } from './cbor.js';
export * from './codes.js';
export { decodeDocument, encodeDocument } from './document.js';
export { ANSWER, gatherFragments } from './gather.js';
export * from './log.js';
export { openDocument } from './open.js';
export * from './payload.js';
export { keyId, publicKey, sha256, taggedHash } from './primitives.js';
export * from './record.js';
export { sealDocument, smallestPaddedLength } from './seal.js';
export * from './status.js';
export * from './trust.js';
export { fileCode, validityCode, verify } from './verify.js';
