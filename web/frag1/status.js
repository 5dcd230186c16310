// FRAG-1 §6: status handle, statements, and the walk over them.

import { concat, equalBytes, isBytes, readU64, u16, u32, u64 } from './bytes.js';
import { encodeCbor } from './cbor.js';
import { CODE, must } from './codes.js';
import { isSerial } from './document.js';
import {
  bip340Sign, bip340Verify, gcmOpen, gcmSeal, keyId, prf, publicKey, randomBytes, taggedHash,
} from './primitives.js';
import { isDocumentType, isIssuerId } from './text.js';
import { findKey, keyHolds, ROLE } from './trust.js';

export const KIND = Object.freeze({ revoked: 1, suspended: 2, reinstated: 3, superseded: 4 });
export const STATUS_RECORD_BYTES = 114;
export const WALK_MAX = 256;

const HANDLE_BYTES = 16;
const SIGNED_BYTES = 18;
const KID_AT = 10;
/** CRLReason of RFC 5280 §5.3.1; 7 is not used there. */
const REASONS = [0, 1, 2, 3, 4, 5, 6, 8, 9, 10];
/** Order in which statements of one n are applied: the most severe comes last. */
const SEVERITY = [KIND.reinstated, KIND.suspended, KIND.superseded, KIND.revoked];

/** rid from the issuer's status key: 16 bytes by which a document can be revoked without its QR code. */
export function statusHandle(statusKey, { realm, issuer, type, serial, issueNo }) {
  must(isIssuerId(issuer) && isDocumentType(type) && isSerial(serial), 'issuer, type or serial is not one');
  must(issueNo >= 1, 'issue number is not at least 1');
  return prf(statusKey, 'rid', u16(realm), encodeCbor([issuer, type, serial, issueNo])).slice(0, HANDLE_BYTES);
}

function place({ realm, rid, n }) {
  return concat(u16(realm), rid, u32(n));
}

/** s_n, under which operators keep statement n. */
export function statusLocator(where) {
  return taggedHash('status', place(where)).slice(0, HANDLE_BYTES);
}

/** K_n, which opens statement n. Secret from everyone who does not know rid. */
export function statusKeyOf(where) {
  return taggedHash('status-key', place(where));
}

function statementMessage(where, signedPart) {
  return taggedHash('stmt', place(where), signedPart);
}

function isKindAndReason(kind, reason) {
  return SEVERITY.includes(kind) && REASONS.includes(reason);
}

/** The status record of a statement {kind, reason, time} at {realm, rid, n}, signed; aux: 32 random bytes if absent. */
export async function sealStatement(where, { kind, reason, time }, secret, aux = randomBytes(32)) {
  must(isKindAndReason(kind, reason), 'kind is not 1 to 4, or reason not a CRL reason');
  const signedPart = concat(Uint8Array.of(kind, reason), u64(time), keyId(publicKey(secret)));
  const body = concat(signedPart, bip340Sign(secret, statementMessage(where, signedPart), aux));
  const locator = statusLocator(where);
  return concat(locator, await gcmSeal(statusKeyOf(where), locator, body));
}

/** The statement in a status record, or null when it does not open. Its signature has not been checked. */
export async function openStatement(where, record) {
  const locator = statusLocator(where);
  if (!isBytes(record, STATUS_RECORD_BYTES) || !equalBytes(record.subarray(0, HANDLE_BYTES), locator)) {
    return null;
  }
  const body = await gcmOpen(statusKeyOf(where), locator, record.subarray(HANDLE_BYTES));
  if (body === null) {
    return null;
  }
  return {
    kind: body[0],
    reason: body[1],
    time: readU64(body, 2),
    kid: body.slice(KID_AT, SIGNED_BYTES),
    signedPart: body.slice(0, SIGNED_BYTES),
    signature: body.slice(SIGNED_BYTES),
  };
}

/** Whether a statement counts for a document of `issuer`: signed by a key that may, which held at the entry's time. */
export function statementCounts(where, statement, { issuer, trust, tau }) {
  const key = trust.realm === where.realm ? findKey(trust, statement.kid) : null;
  return key !== null
    && isKindAndReason(statement.kind, statement.reason)
    && (key.role === ROLE.registrar || key.issuer === issuer)
    && keyHolds(key, tau)
    && bip340Verify(key.pub, statementMessage(where, statement.signedPart), statement.signature);
}

function next(state, kind) {
  if (state === KIND.revoked || kind === KIND.revoked) {
    return KIND.revoked;
  }
  if (state === KIND.superseded || kind === KIND.superseded) {
    return KIND.superseded;
  }
  if (kind === KIND.reinstated) {
    return null;
  }
  return kind;
}

/** The state after the statements of one n: null (in force) or the kind that took the document out of force. */
export function applyKinds(state, kinds) {
  return SEVERITY.filter((kind) => kinds.includes(kind)).reduce(next, state);
}

/** The code of §8 for a state. */
export function codeOfState(state) {
  const codes = { [KIND.revoked]: CODE.REVOKED, [KIND.suspended]: CODE.SUSPENDED, [KIND.superseded]: CODE.SUPERSEDED };
  return state === null ? CODE.OK : codes[state];
}

async function countingKinds(where, answers, context) {
  const kinds = [];
  for (const answer of answers.filter(({ state }) => state === 'record')) {
    const statement = await openStatement(where, answer.bytes);
    if (statement !== null && statementCounts(where, statement, { ...context, tau: answer.time })) {
      kinds.push(statement.kind);
    }
  }
  return kinds;
}

/**
 * Walks n = 0, 1, 2 … until nobody holds a record. `ask(s_n, n)` answers for every operator, in a fixed order,
 * {state: 'record', bytes, time} | {state: 'absent'} | {state: 'unreachable'}.
 *
 * Returns {state, code, count, complete}: complete is false when no operator answered throughout, or when the walk
 * reached its limit; then the absence of a statement proves nothing.
 */
export async function walkStatus({ realm, rid }, { issuer, trust, ask }) {
  let state = null;
  let steady = null;
  for (let n = 0; n < WALK_MAX; n += 1) {
    const where = { realm, rid, n };
    const answers = await ask(statusLocator(where), n);
    const reached = answers.map((answer, i) => answer.state !== 'unreachable' && (steady === null || steady[i]));
    steady = reached;
    if (!answers.some((answer) => answer.state === 'record')) {
      return { state, code: codeOfState(state), count: n, complete: steady.includes(true) };
    }
    state = applyKinds(state, await countingKinds(where, answers, { issuer, trust }));
  }
  return { state, code: codeOfState(state), count: WALK_MAX, complete: false };
}
