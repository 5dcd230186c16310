// Asks the service for a verdict. The code and the picture travel in the body of a POST and nowhere else.

const TIMEOUT_MS = 30_000;
const VERDICTS = ["VALID", "NOT_VALID", "INCONCLUSIVE"];

// The last part of a problem's type (RFC 9457) → what it means to the reader.
const PROBLEMS = new Map([
  ["no-code-found", { problem: "no_code_in_picture" }],
  ["picture-unreadable", { problem: "picture_unreadable" }],
  ["media-type", { problem: "picture_type" }],
  ["body-too-large", { problem: "picture_too_large" }],
  ["too-many-requests", { silence: "busy" }],
  ["busy", { silence: "busy" }],
]);

const NO_ANSWER = { silence: "no_answer" };

function isAnswer(answer) {
  return (
    VERDICTS.includes(answer?.verdict) &&
    Array.isArray(answer.checks) &&
    (answer.verdict !== "VALID" || (answer.document && answer.issuer && Array.isArray(answer.attributes)))
  );
}

async function read(response) {
  const type = response.headers.get("content-type") ?? "";
  const content = await response.json();
  if (response.ok && type.startsWith("application/json")) return isAnswer(content) ? { answer: content } : NO_ANSWER;
  if (!type.startsWith("application/problem+json")) return NO_ANSWER;
  return PROBLEMS.get(String(content.type).split(":").pop()) ?? NO_ANSWER;
}

// Resolves to { answer }, the service's verdict; { problem }, a picture that cannot be used; or { silence }, no verdict
// at all ("no_answer" or "busy"), which says nothing about the document. Never rejects. Aborting gives no_answer.
async function post(body, type, aborter) {
  const timer = setTimeout(() => aborter.abort(), TIMEOUT_MS);
  try {
    return await read(
      await fetch("v1/verify", {
        method: "POST",
        body,
        headers: { "Content-Type": type, Accept: "application/json" },
        signal: aborter.signal,
        mode: "same-origin",
        credentials: "omit",
        cache: "no-store",
        redirect: "error",
        referrerPolicy: "no-referrer",
      }),
    );
  } catch {
    return NO_ANSWER;
  } finally {
    clearTimeout(timer);
  }
}

export function askText(qr, aborter) {
  return post(JSON.stringify({ qr }), "application/json", aborter);
}

export function askPicture(picture, aborter) {
  return post(picture, picture.type, aborter);
}
