// Byte strings: joining, comparing, integers, hexadecimal and base32. All integers are big-endian.

import { FormatError, must } from './codes.js';

const U64_MAX = (1n << 64n) - 1n;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export function concat(...parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Equality whose time depends on the lengths alone. */
export function equalBytes(a, b) {
  if (a.length !== b.length) {
    return false;
  }
  let difference = 0;
  for (let i = 0; i < a.length; i += 1) {
    difference |= a[i] ^ b[i];
  }
  return difference === 0;
}

/** Bytewise order, a shorter prefix first: -1, 0 or 1. */
export function compareBytes(a, b) {
  const common = Math.min(a.length, b.length);
  for (let i = 0; i < common; i += 1) {
    if (a[i] !== b[i]) {
      return a[i] < b[i] ? -1 : 1;
    }
  }
  return Math.sign(a.length - b.length);
}

export function xorBytes(a, b) {
  if (a.length !== b.length) {
    throw new RangeError('xor of byte strings of different lengths');
  }
  return a.map((byte, i) => byte ^ b[i]);
}

/** Whether `value` is a Uint8Array of exactly `length` bytes. */
export function isBytes(value, length) {
  return value instanceof Uint8Array && value.length === length;
}

function fixedWidth(value, width, max) {
  const big = toUint(value);
  if (big > max) {
    throw new RangeError(`integer does not fit in ${width} bytes`);
  }
  const out = new Uint8Array(width);
  let rest = big;
  for (let i = width - 1; i >= 0; i -= 1) {
    out[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return out;
}

/** A caller's integer (number or BigInt) as an unsigned 64-bit BigInt; RangeError otherwise. */
export function toUint(value) {
  const ok = typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value));
  if (!ok || value < 0 || BigInt(value) > U64_MAX) {
    throw new RangeError('not an unsigned 64-bit integer');
  }
  return BigInt(value);
}

export const u16 = (value) => fixedWidth(value, 2, 0xffffn);
export const u32 = (value) => fixedWidth(value, 4, 0xffffffffn);
export const u64 = (value) => fixedWidth(value, 8, U64_MAX);

export function readU16(bytes, at) {
  return (bytes[at] << 8) | bytes[at + 1];
}

/** Eight bytes as a BigInt. */
export function readU64(bytes, at) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(at);
}

export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function fromHex(text) {
  must(typeof text === 'string' && /^(?:[0-9a-fA-F]{2})*$/.test(text), 'not hexadecimal');
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

/** RFC 4648 base32, upper case, without padding. */
export function toBase32(bytes) {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32[(held >>> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? text + BASE32[(held << (5 - bits)) & 31] : text;
}

/** The inverse of toBase32; FormatError on any other spelling of the same bytes. */
export function fromBase32(text) {
  const out = new Uint8Array(Math.floor((text.length * 5) / 8));
  let at = 0;
  let bits = 0;
  let held = 0;
  for (const character of text) {
    const value = BASE32.indexOf(character);
    must(value >= 0, 'not upper-case base32');
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out[at] = held >>> bits;
      at += 1;
      held &= (1 << bits) - 1;
    }
  }
  if (bits >= 5 || held !== 0) {
    throw new FormatError('base32 is not canonical');
  }
  return out;
}
