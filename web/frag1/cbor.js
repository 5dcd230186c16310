// Deterministic CBOR as FRAG-1 §1 allows it: unsigned integers, byte strings, text, arrays and maps.
// Integers are BigInt, maps are Map with BigInt or string keys; everything else is refused.

import { compareBytes, concat, toUint } from './bytes.js';
import { FormatError, must } from './codes.js';
import { decodeText, encodeText } from './text.js';

const UINT = 0;
const BSTR = 2;
const TSTR = 3;
const ARRAY = 4;
const MAP = 5;

/** Deeper than any FRAG-1 structure (a trust list's language names have depth 4). */
const DEPTH_MAX = 8;

function head(major, value) {
  const big = toUint(value);
  const widths = [[0x17n, 0], [0xffn, 1], [0xffffn, 2], [0xffffffffn, 4], [0xffffffffffffffffn, 8]];
  const bytes = widths.find(([max]) => big <= max)[1];
  const out = new Uint8Array(1 + bytes);
  out[0] = (major << 5) | (bytes === 0 ? Number(big) : 24 + Math.log2(bytes));
  for (let i = bytes, rest = big; i > 0; i -= 1, rest >>= 8n) {
    out[i] = Number(rest & 0xffn);
  }
  return out;
}

function encodeMap(map) {
  const entries = Array.from(map, ([key, value]) => [encodeCbor(key), encodeCbor(value)]);
  entries.sort(([a], [b]) => compareBytes(a, b));
  for (let i = 1; i < entries.length; i += 1) {
    must(compareBytes(entries[i - 1][0], entries[i][0]) !== 0, 'duplicate map key');
  }
  return concat(head(MAP, entries.length), ...entries.flat());
}

/** dCBOR of a number, BigInt, string, Uint8Array, Array or Map; FormatError for text against the rules. */
export function encodeCbor(value) {
  if (typeof value === 'number' || typeof value === 'bigint') {
    return head(UINT, value);
  }
  if (typeof value === 'string') {
    const bytes = encodeText(value);
    return concat(head(TSTR, bytes.length), bytes);
  }
  if (value instanceof Uint8Array) {
    return concat(head(BSTR, value.length), value);
  }
  if (Array.isArray(value)) {
    return concat(head(ARRAY, value.length), ...value.map(encodeCbor));
  }
  if (value instanceof Map) {
    return encodeMap(value);
  }
  throw new TypeError('no CBOR for this value');
}

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  take(length) {
    must(length <= this.bytes.length - this.at, 'CBOR ends too early');
    const part = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return part;
  }

  head() {
    const [initial] = this.take(1);
    const information = initial & 0x1f;
    if (information < 24) {
      return [initial >> 5, BigInt(information)];
    }
    must(information <= 27, 'CBOR of indefinite length or reserved form');
    let value = 0n;
    for (const byte of this.take(1 << (information - 24))) {
      value = (value << 8n) | BigInt(byte);
    }
    const shortest = information === 24 ? 24n : 1n << (8n << BigInt(information - 25));
    must(value >= shortest, 'CBOR integer is not in its shortest form');
    return [initial >> 5, value];
  }

  length(value) {
    must(value <= BigInt(this.bytes.length - this.at), 'CBOR ends too early');
    return Number(value);
  }

  item(depth) {
    must(depth <= DEPTH_MAX, 'CBOR is nested too deeply');
    const [major, value] = this.head();
    switch (major) {
      case UINT:
        return value;
      case BSTR:
        return this.take(this.length(value)).slice();
      case TSTR:
        return decodeText(this.take(this.length(value)));
      case ARRAY:
        return Array.from({ length: this.length(value) }, () => this.item(depth + 1));
      case MAP:
        return this.map(this.length(value), depth + 1);
      default:
        throw new FormatError('CBOR type that FRAG-1 does not use');
    }
  }

  map(count, depth) {
    const map = new Map();
    let previous = null;
    for (let i = 0; i < count; i += 1) {
      const start = this.at;
      const key = this.item(depth);
      must(typeof key === 'bigint' || typeof key === 'string', 'CBOR map key of a type that FRAG-1 does not use');
      const encoded = this.bytes.subarray(start, this.at);
      must(previous === null || compareBytes(previous, encoded) < 0, 'CBOR map keys are not in order');
      previous = encoded;
      map.set(key, this.item(depth));
    }
    return map;
  }
}

/** The one value that `bytes` encode; FormatError unless they are exactly its dCBOR. */
export function decodeCbor(bytes) {
  const reader = new Reader(bytes);
  const value = reader.item(0);
  must(reader.at === bytes.length, 'bytes after the end of the CBOR');
  return value;
}

/** A decoded array of exactly `length` items; FormatError otherwise. */
export function arrayOf(value, length, what) {
  must(Array.isArray(value) && value.length === length, `${what} is not an array of ${length}`);
  return value;
}

/** A decoded map whose keys are all `required` ones and any of the `optional` ones; FormatError otherwise. */
export function mapOf(value, required, optional, what) {
  must(value instanceof Map, `${what} is not a map`);
  for (const key of required) {
    must(value.has(key), `${what} lacks key ${key}`);
  }
  for (const key of value.keys()) {
    must(required.includes(key) || optional.includes(key), `${what} has an unknown key`);
  }
  return value;
}
