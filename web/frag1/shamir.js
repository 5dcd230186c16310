// Shamir's secret sharing over GF(2^8) modulo 0x11B, four bytes in a 32-bit word. Branches depend on operator numbers
// and coefficients made of them, which are public; never on a share.

const HIGH_BITS = 0x80808080;
const LOW_BITS = 0x7f7f7f7f;

/** The words that hold the bytes of a share, in a copy. */
function words(bytes) {
  if (bytes.length % 4 !== 0) {
    throw new RangeError('a share has a multiple of four bytes');
  }
  return new Uint32Array(bytes.slice().buffer);
}

/** Each byte of a word times x. */
function doubled(word) {
  return ((word & LOW_BITS) << 1) ^ (((word & HIGH_BITS) >>> 7) * 0x1b);
}

/** target = target · scalar XOR addend, bytewise; all but the scalar may be secret. */
function multiplyAdd(target, scalar, addend) {
  for (let i = 0; i < target.length; i += 1) {
    let power = target[i];
    let product = addend[i];
    for (let bits = scalar; bits !== 0; bits >>= 1) {
      if (bits & 1) {
        product ^= power;
      }
      power = doubled(power);
    }
    target[i] = product;
  }
}

/** Product of two public field elements. */
export function multiply(a, b) {
  let product = 0;
  for (let power = a, bits = b; bits !== 0; bits >>= 1) {
    if (bits & 1) {
      product ^= power;
    }
    power = (power << 1) ^ (power & 0x80 ? 0x11b : 0);
  }
  return product;
}

/** Inverse of a public element other than 0: a^254. */
function inverse(a) {
  let result = 1;
  let power = a;
  for (let bits = 254; bits !== 0; bits >>= 1) {
    if (bits & 1) {
      result = multiply(result, power);
    }
    power = multiply(power, power);
  }
  return result;
}

/** S_index = secret XOR R_1·i XOR R_2·i² … for coefficients [R_1, R_2, …] of the secret's length. */
export function shareOf(secret, coefficients, index) {
  const sum = new Uint32Array(secret.length / 4);
  for (const coefficient of [...coefficients].reverse()) {
    multiplyAdd(sum, index, words(coefficient));
  }
  multiplyAdd(sum, index, words(secret));
  return new Uint8Array(sum.buffer);
}

function checkIndexes(shares) {
  const indexes = shares.map(({ index }) => index);
  const valid = indexes.every((index) => Number.isInteger(index) && index >= 1 && index <= 255);
  if (shares.length === 0 || !valid || new Set(indexes).size !== indexes.length) {
    throw new RangeError('shares have distinct numbers from 1 to 255');
  }
}

/** Lagrange's coefficient at `at` for share `index` among `indexes`. */
function weight(index, indexes, at) {
  return indexes.filter((other) => other !== index)
    .reduce((product, other) => multiply(product, multiply(at ^ other, inverse(index ^ other))), 1);
}

/** The value at `at` (0: the secret) of the polynomial through shares [{index, share}]. */
export function interpolate(shares, at = 0) {
  checkIndexes(shares);
  const indexes = shares.map(({ index }) => index);
  const sum = new Uint32Array(shares[0].share.length / 4);
  for (const { index, share } of shares) {
    const term = words(share);
    multiplyAdd(term, weight(index, indexes, at), sum);
    sum.set(term);
  }
  return new Uint8Array(sum.buffer);
}
