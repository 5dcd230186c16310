// FRAG-1 §8: one verification, without the log and anchor steps (3), which need the operators' checkpoints.

import { concat, equalBytes } from './bytes.js';
import { CODE, codeName, VerifyError, verdictOf, VALID } from './codes.js';
import { gatherFragments } from './gather.js';
import { openDocument } from './open.js';
import { decodePayload, payloadOfText } from './payload.js';
import { sha256 } from './primitives.js';
import { walkStatus } from './status.js';

/** Step 7 without the status: 0, 43 or 44. */
export function validityCode({ issued, expires }, now) {
  if (expires !== null && now >= expires) {
    return CODE.EXPIRED;
  }
  return issued > now ? CODE.NOT_YET_VALID : CODE.OK;
}

/** Step 8: 0 when `file` is the sealed one, else 50; a document without a file seal matches no file. */
export function fileCode(seal, file) {
  if (seal === null || BigInt(file.length) !== seal.length) {
    return CODE.FILE_MISMATCH;
  }
  const outside = concat(file.subarray(0, Number(seal.from)), file.subarray(Number(seal.to)));
  return equalBytes(sha256(outside), seal.sha256) ? CODE.OK : CODE.FILE_MISMATCH;
}

function isFresh(status, { now, statusAsOf, statusAgeMax }) {
  if (!status.complete) {
    return false;
  }
  return statusAsOf === undefined || statusAgeMax === undefined || now - BigInt(statusAsOf) <= BigInt(statusAgeMax);
}

async function checkStatus(document, realm, options) {
  const status = await walkStatus({ realm, rid: document.rid },
    { issuer: document.issuer, trust: options.trust, ask: options.askStatus });
  const codes = [
    status.code,
    validityCode(document, options.now),
    isFresh(status, options) ? CODE.OK : CODE.STATUS_STALE,
  ];
  return codes.find((code) => code !== CODE.OK) ?? CODE.OK;
}

async function run(text, options, found) {
  const payload = decodePayload(payloadOfText(text));
  const answers = await options.askRecords(payload.locator);
  const gathered = gatherFragments(answers, { ...payload, threshold: options.threshold });
  found.operators = gathered.findings;
  if (gathered.code !== CODE.OK) {
    return gathered.code;
  }
  found.tau = options.tau ?? gathered.tau;
  const opened = await openDocument(payload, gathered, { trust: options.trust, tau: found.tau });
  found.opened = opened;
  const code = await checkStatus(opened.document, payload.realm, options);
  if (code !== CODE.OK || options.file === undefined) {
    return code;
  }
  return fileCode(opened.document.fileSeal, options.file);
}

async function codeOf(text, options, found) {
  try {
    return await run(text, options, found);
  } catch (error) {
    if (error instanceof VerifyError) {
      return error.code;
    }
    throw error;
  }
}

/**
 * Verifies a QR text. Options:
 *   trust          a list from readTrustFile
 *   threshold      the least t that issuers of the realm use
 *   now            Unix seconds
 *   askRecords     async (locator) → answers as gatherFragments takes them
 *   askStatus      async (s_n, n) → answers as walkStatus takes them
 *   tau            optional: the anchored time of the entry instead of the operators' own
 *   statusAsOf, statusAgeMax   optional: how fresh the status is known to be, and the most it may lag, in seconds
 *   file           optional: the bytes of the file presented
 *
 * Returns {code, name, verdict, operators, tau, document, key}; document and key are null unless the verdict is VALID.
 */
export async function verify(text, options) {
  const found = { operators: [], tau: null, opened: null };
  const code = await codeOf(text, { ...options, now: BigInt(options.now) }, found);
  const verdict = verdictOf(code);
  const shown = verdict === VALID ? found.opened : null;
  return {
    code,
    name: codeName(code),
    verdict,
    operators: found.operators,
    tau: found.tau,
    document: shown?.document ?? null,
    key: shown?.key ?? null,
  };
}
