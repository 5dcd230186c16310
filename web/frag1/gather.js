// FRAG-1 §8 step 2: from the operators' answers to t good shares, or to the code that says why not.

import { toHex } from './bytes.js';
import { CODE, FormatError } from './codes.js';
import { decodeLeaf, decodeRecord } from './record.js';

/** What an operator may answer, and what the reader may find of it. */
export const ANSWER = Object.freeze({
  record: 'record', erased: 'erased', absent: 'absent', unreachable: 'unreachable', notAsked: 'not_asked',
});

function formatOrNull(read) {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatError) {
      return null;
    }
    throw error;
  }
}

function groupOf(groups, leaf) {
  const name = toHex(leaf.bytes);
  if (!groups.has(name)) {
    groups.set(name, { leaf, members: [] });
  }
  return groups.get(name);
}

/** The code does not bind t, so a leaf that claims less than the realm's t could be one operator's own making. */
function mayBe(leaf, { threshold }) {
  return leaf.header.t >= threshold;
}

/** Files a record under its leaf; false when it is tampered or its number was given before under that leaf. */
function addRecord(groups, answer, operator, wanted) {
  const record = formatOrNull(() => decodeRecord(answer.bytes, wanted.realm, wanted.locator));
  if (record === null || !mayBe(record.leaf, wanted)) {
    return false;
  }
  const group = groupOf(groups, record.leaf);
  if (group.members.some(({ index }) => index === record.index)) {
    return false;
  }
  group.members.push({ operator, index: record.index, share: record.share, time: answer.time });
  return true;
}

/** The finding for one answer; good records are filed in `groups`. */
function assess(groups, answer, operator, wanted) {
  switch (answer.state) {
    case ANSWER.record:
      return addRecord(groups, answer, operator, wanted) ? 'good' : 'tampered';
    case ANSWER.erased: {
      const leaf = formatOrNull(() => decodeLeaf(answer.bytes, wanted.realm, wanted.locator));
      return leaf !== null && mayBe(leaf, wanted) ? 'erased' : 'tampered';
    }
    case ANSWER.absent:
    case ANSWER.unreachable:
    case ANSWER.notAsked:
      return answer.state;
    default:
      throw new RangeError('unknown state of an operator');
  }
}

function isComplete({ leaf, members }) {
  return members.length >= leaf.header.t;
}

/** A complete group before others, then the one with the most records, then the first seen; null without a record. */
function bestOf(groups) {
  return groups.slice()
    .sort((a, b) => isComplete(b) - isComplete(a) || b.members.length - a.members.length)[0] ?? null;
}

/** The least t the document can have: that of the leaves shown, or the realm's while another leaf may come. */
function leastThreshold(groups, open, threshold) {
  return groups.length > 0 && open === 0 ? Math.min(...groups.map(({ leaf }) => leaf.header.t)) : threshold;
}

function outcome(groups, findings, threshold) {
  const count = (...states) => findings.filter((state) => states.includes(state)).length;
  const open = count('unreachable', 'not_asked');
  const undecided = groups.length > 1 ? CODE.OPERATORS_DISAGREE : CODE.TOO_FEW_FRAGMENTS;
  if (groups.some(isComplete)) {
    return CODE.OK;
  }
  if (open >= threshold || groups.some(({ leaf, members }) => members.length + open >= leaf.header.t)) {
    return undecided;
  }
  if (count('erased') > 0) {
    return CODE.ERASED;
  }
  if (findings.length - count('absent') < leastThreshold(groups, open, threshold)) {
    return CODE.NOT_FOUND;
  }
  return count('tampered') > 0 ? CODE.FRAGMENT_TAMPERED : undecided;
}

/**
 * Judges the answers for {realm, locator}, one of every configured operator in order:
 * {state: 'record', bytes, time} | {state: 'erased', bytes: leaf} | {state: 'absent' | 'unreachable' | 'not_asked'}.
 * `threshold` is the least t of the realm's issuers: a record or leaf that claims less counts as tampered.
 *
 * Returns {code, findings, leaf, shares, tau}: findings hold for every operator 'good', 'tampered', 'disagrees',
 * 'erased', 'absent', 'unreachable' or 'not_asked'. With code 0, `shares` are exactly t {index, share} of one leaf and
 * tau is the latest entry time among them (null when an answer had none); otherwise leaf, shares and tau are null.
 */
export function gatherFragments(answers, { realm, locator, threshold }) {
  const byLeaf = new Map();
  const findings = answers.map((answer, operator) => assess(byLeaf, answer, operator, { realm, locator, threshold }));
  const groups = [...byLeaf.values()];
  const code = outcome(groups, findings, threshold);
  const best = bestOf(groups);
  groups.filter((group) => group !== best).forEach(({ members }) => {
    members.forEach(({ operator }) => { findings[operator] = 'disagrees'; });
  });
  if (code !== CODE.OK) {
    return { code, findings, leaf: null, shares: null, tau: null };
  }
  const used = best.members.slice(0, best.leaf.header.t);
  return { code, findings, leaf: best.leaf, shares: used, tau: latest(used.map(({ time }) => time)) };
}

function latest(times) {
  if (times.some((time) => time === undefined || time === null)) {
    return null;
  }
  return times.map(BigInt).reduce((a, b) => (a > b ? a : b));
}
