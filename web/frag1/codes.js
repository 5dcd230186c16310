// The frozen codes of FRAG-1 §8 and the errors that carry them.

export const VALID = 'VALID';
export const NOT_VALID = 'NOT_VALID';
export const INCONCLUSIVE = 'INCONCLUSIVE';

const TABLE = [
  [0, 'OK', VALID],
  [1, 'QR_MALFORMED', NOT_VALID],
  [2, 'QR_CHECKSUM', NOT_VALID],
  [10, 'NOT_FOUND', NOT_VALID],
  [11, 'FRAGMENT_TAMPERED', NOT_VALID],
  [12, 'TOO_FEW_FRAGMENTS', INCONCLUSIVE],
  [13, 'ERASED', NOT_VALID],
  [14, 'OPERATORS_DISAGREE', INCONCLUSIVE],
  [20, 'NOT_IN_LOG', INCONCLUSIVE],
  [21, 'CHECKPOINT_SIGNATURE', INCONCLUSIVE],
  [22, 'LOG_INCONSISTENT', INCONCLUSIVE],
  [23, 'ANCHOR_PENDING', VALID],
  [24, 'ANCHOR_MISSING', VALID],
  [25, 'EQUIVOCATION', INCONCLUSIVE],
  [30, 'SPLICED', NOT_VALID],
  [31, 'BAD_DOCUMENT', NOT_VALID],
  [32, 'ISSUER_UNKNOWN', NOT_VALID],
  [33, 'ISSUER_SIGNATURE', NOT_VALID],
  [34, 'ISSUER_KEY_TIME', NOT_VALID],
  [35, 'ISSUER_SCOPE', NOT_VALID],
  [40, 'REVOKED', NOT_VALID],
  [41, 'SUSPENDED', NOT_VALID],
  [42, 'SUPERSEDED', NOT_VALID],
  [43, 'EXPIRED', NOT_VALID],
  [44, 'NOT_YET_VALID', NOT_VALID],
  [45, 'STATUS_STALE', INCONCLUSIVE],
  [50, 'FILE_MISMATCH', NOT_VALID],
];

/** Name → number: `CODE.SPLICED === 30`. */
export const CODE = Object.freeze(Object.fromEntries(TABLE.map(([code, name]) => [name, code])));

const BY_CODE = new Map(TABLE.map(([code, name, verdict]) => [code, { name, verdict }]));

function lookup(code) {
  const row = BY_CODE.get(code);
  if (row === undefined) {
    throw new RangeError(`${code} is not a FRAG-1 code`);
  }
  return row;
}

/** The name of a code, as §8 writes it. */
export function codeName(code) {
  return lookup(code).name;
}

/** VALID, NOT_VALID or INCONCLUSIVE for a code. 23 and 24 are VALID with a warning. */
export function verdictOf(code) {
  return lookup(code).verdict;
}

/** A verification step that ended with a code other than OK. The text never holds a secret. */
export class VerifyError extends Error {
  constructor(code, message) {
    super(`${codeName(code)}: ${message}`);
    this.name = 'VerifyError';
    this.code = code;
  }
}

/** Bytes or text that are not what FRAG-1 prescribes. The reader that knows the step gives it a code. */
export class FormatError extends Error {
  constructor(message) {
    super(message);
    this.name = 'FormatError';
  }
}

/** Throws a FormatError unless `condition` holds. */
export function must(condition, message) {
  if (!condition) {
    throw new FormatError(message);
  }
}
