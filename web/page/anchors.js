// Draws where the logs of the ledgers are recorded on public blockchains, under the check of that. The structure is
// that of MARKUP.md.

import { element } from "./dom.js";
import { time } from "./dates.js";

function shortened(hash) {
  return hash.length > 20 ? `${hash.slice(0, 10)}…${hash.slice(-6)}` : hash;
}

// A link only to what can be one: the service writes what it was configured with.
function transactionText({ transaction, url }, words) {
  const short = shortened(transaction);
  if (typeof url !== "string" || !/^https?:\/\//.test(url)) return element("code", { title: transaction }, short);
  return element(
    "a",
    { href: url, rel: "noopener noreferrer", target: "_blank", title: words.text("anchor.link") },
    element("code", {}, short),
  );
}

function place(anchor, words) {
  return element(
    "span.anchor-place",
    {},
    `${words.text("anchor.block")} ${anchor.block}, ${words.text("anchor.transaction")} `,
    transactionText(anchor, words),
  );
}

function item(name, anchor, words) {
  const { chain, state } = anchor;
  if (!words.has(`anchor.${state}`)) return null;
  const found = typeof anchor.transaction === "string";
  return element(
    "li.anchor",
    { "data-state": state },
    element("span.operator-name", {}, name),
    " ",
    element("span.anchor-state", {}, words.text(`anchor.${state}`, { chain })),
    ...(found ? [" ", time(anchor.time, words), " ", place(anchor, words)] : []),
  );
}

function list(operators, words) {
  const items = operators.flatMap(({ name, anchors }) => (anchors ?? []).map((anchor) => item(name, anchor, words)));
  return items.length === 0 ? null : element("ul.anchors", {}, ...items);
}

// What stands under the check: how old the document is at least, and the record of each ledger's log on each chain.
// Returns elements; none for an answer that tells nothing of it.
export function drawAnchors(answer, state, words) {
  const operators = answer.checks.find(({ step }) => step === "fragments")?.operators ?? [];
  const existed = answer.existed_by?.anchored === true ? answer.existed_by.time : null;
  return [
    state === "not_checked" ? element("p.check-text", {}, words.text("anchor.none")) : null,
    existed === null
      ? null
      : element("p.check-text.anchor-existed", {}, `${words.text("anchor.existed")} `, time(existed, words)),
    list(operators, words),
  ];
}
