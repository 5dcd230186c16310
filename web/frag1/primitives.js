// FRAG-1 §1: the primitives of suite 1. Hashes and signatures are @noble, AES is WebCrypto.

import { schnorr } from '@noble/curves/secp256k1';
import { hmac } from '@noble/hashes/hmac';
import { sha256 } from '@noble/hashes/sha2';
import { crypto } from '#webcrypto';
import { concat, isBytes } from './bytes.js';

export { sha256 };

const ZERO_NONCE = new Uint8Array(12);
const TAG_BITS = 128;
const encoder = new TextEncoder();

/** UTF-8 of a string. */
export function utf8(text) {
  return encoder.encode(text);
}

/** TH(l, x): BIP-340 tagged hash with tag "frag1/" ‖ label, 32 bytes. */
export function taggedHash(label, ...parts) {
  const tag = sha256(utf8(`frag1/${label}`));
  return sha256(concat(tag, tag, ...parts));
}

/** PRF(key, l, x) = HMAC-SHA256(key32, "frag1/" ‖ label ‖ 00 ‖ x), 32 bytes, secret when the key is. */
export function prf(key, label, ...parts) {
  if (!isBytes(key, 32)) {
    throw new RangeError('a PRF key has 32 bytes');
  }
  return hmac(sha256, key, concat(utf8(`frag1/${label}`), Uint8Array.of(0), ...parts));
}

export function randomBytes(length) {
  return crypto.getRandomValues(new Uint8Array(length));
}

function subtle() {
  if (!crypto?.subtle) {
    throw new Error('WebCrypto is missing: the page must be served over https or from localhost');
  }
  return crypto.subtle;
}

function importKey(key, name, usage) {
  if (!isBytes(key, 32)) {
    throw new RangeError('an AES-256 key has 32 bytes');
  }
  return subtle().importKey('raw', key, { name }, false, [usage]);
}

function gcmParameters(additionalData) {
  return { name: 'AES-GCM', iv: ZERO_NONCE, additionalData, tagLength: TAG_BITS };
}

/** AES-256-GCM with the zero nonce → ciphertext ‖ tag16. The key must never be used for a second message. */
export async function gcmSeal(key, additionalData, plaintext) {
  const handle = await importKey(key, 'AES-GCM', 'encrypt');
  return new Uint8Array(await subtle().encrypt(gcmParameters(additionalData), handle, plaintext));
}

/** The plaintext of ciphertext ‖ tag16, or null when the tag does not match. */
export async function gcmOpen(key, additionalData, sealed) {
  const handle = await importKey(key, 'AES-GCM', 'decrypt');
  try {
    return new Uint8Array(await subtle().decrypt(gcmParameters(additionalData), handle, sealed));
  } catch (error) {
    if (error?.name === 'OperationError') {
      return null;
    }
    throw error;
  }
}

/** AES-256-CTR of `length` zero bytes under the zero IV. */
export async function ctrStream(key, length) {
  if (length === 0) {
    return new Uint8Array(0);
  }
  const handle = await importKey(key, 'AES-CTR', 'encrypt');
  const parameters = { name: 'AES-CTR', counter: new Uint8Array(16), length: 128 };
  return new Uint8Array(await subtle().encrypt(parameters, handle, new Uint8Array(length)));
}

/** The x-only public key (32 bytes) of a 32-byte secret. */
export function publicKey(secret) {
  return schnorr.getPublicKey(secret);
}

/** Whether 32 bytes are the x coordinate of a curve point (BIP-340 lift_x). */
export function isPublicKey(bytes) {
  if (!isBytes(bytes, 32)) {
    return false;
  }
  try {
    schnorr.utils.lift_x(schnorr.utils.bytesToNumberBE(bytes));
    return true;
  } catch {
    return false;
  }
}

/** kid = TH("kid", pub32)[0:8]. */
export function keyId(pub) {
  return taggedHash('kid', pub).slice(0, 8);
}

/** BIP-340 signature, 64 bytes, over a 32-byte message with 32 bytes of auxiliary randomness. */
export function bip340Sign(secret, message, aux) {
  return schnorr.sign(message, secret, aux);
}

/** Whether a BIP-340 signature holds; false for keys or signatures of the wrong form. */
export function bip340Verify(pub, message, signature) {
  return isBytes(pub, 32) && isBytes(signature, 64) && schnorr.verify(signature, message, pub);
}
