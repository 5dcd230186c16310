// Draws a verdict. The structure and the class names are those of MARKUP.md, which verifyd's own page shares.

import { drawAnchors } from "./anchors.js";
import { element, icon } from "./dom.js";
import { calendarDay, moment, time } from "./dates.js";

const KHMER = /[\u1780-\u17ff]/;

function section(className, titleId, title, ...children) {
  return element(
    `section.${className}`,
    { "aria-labelledby": titleId },
    element("h2", { id: titleId }, title),
    ...children,
  );
}

// Of a verdict that no checkpoint stands behind only the time of the check can be told.
function asOf({ status_as_of: status, as_of: ledgers, checked }, words) {
  const [key, told] = [["status.as_of", status], ["ledgers.as_of", ledgers], ["checked.on", checked]].find(
    ([, candidate]) => candidate,
  ) ?? [null, null];
  return key === null ? null : element("p.verdict-time", {}, `${words.text(key)} `, time(told, words));
}

function banner(verdict, group, answer, words) {
  return element(
    "header.verdict",
    {},
    icon(verdict, "verdict-icon"),
    element(
      "div.verdict-words",
      {},
      element(
        "h1.verdict-title",
        { id: "verdict-title", tabindex: "-1" },
        element("span.verdict-label", {}, words.text(`verdict.${verdict}`)),
        " ",
        element("span.verdict-sentence", {}, words.text(`result.${group}.title`)),
      ),
      element("p.verdict-text", {}, words.text(`result.${group}.text`)),
      asOf(answer, words),
    ),
  );
}

function warnings(checks, words) {
  const found = checks.filter((check) => check.state === "warning");
  if (found.length === 0) return null;
  return element(
    "ul.warnings",
    {},
    ...found.map(({ name, step }) =>
      element(
        "li.warning",
        {},
        icon("warning"),
        element("span", {}, words.first([`warning.${name}`, `warning.${step}`, "warning.other"])),
      ),
    ),
  );
}

// One line to compare. The value stands exactly as it was signed; a day gets its reading in words under it.
export function row(label, lang, value, valueLang, note = null) {
  const shown = value instanceof Node ? value : String(value);
  const dd = element("dd", { dir: "auto", lang: valueLang ?? (KHMER.test(String(value)) ? "km" : null) }, shown);
  if (note !== null) dd.append(element("span.row-note", { dir: "ltr" }, note));
  return element("div.row", {}, element("dt", { lang }, label), dd);
}

function attributeRow({ name, value, labels }, words) {
  const label = words.label(labels, name);
  return row(label.text, label.lang, value, null, calendarDay(value, words));
}

function factRows({ document: shown, issuer }, words) {
  const name = words.label(issuer.names, issuer.id);
  const rows = [
    ["issuer", name.text, name.lang],
    ["issuer_id", issuer.id],
    ["serial", shown.serial],
  ];
  if (String(shown.issue_no) !== "1") rows.push(["issue_no", shown.issue_no]);
  rows.push(["issued", time(shown.issued, words)]);
  rows.push(["expires", shown.expires === null ? words.text("fact.expires_never") : time(shown.expires, words)]);
  return rows.map(([fact, value, lang]) => row(words.text(`fact.${fact}`), null, value, lang ?? null));
}

function sheet(answer, words) {
  const type = words.label(answer.document.type_labels, answer.document.type);
  return section(
    "document",
    "compare-title",
    words.text("compare.title"),
    element("p.lead", {}, words.text("compare.text")),
    element(
      "div.sheet",
      {},
      element("p.sheet-type", { lang: type.lang }, type.text),
      element("dl.rows.attributes", {}, ...answer.attributes.map((attribute) => attributeRow(attribute, words))),
      element("h3.sheet-heading", {}, words.text("details.title")),
      element("dl.rows.facts", {}, ...factRows(answer, words)),
    ),
  );
}

function address(host, words) {
  return section(
    "address",
    "address-title",
    words.text("address.title"),
    element("p", {}, `${words.text("address.here")} `, element("strong.host", {}, host)),
    element("p", {}, words.text("address.expect")),
  );
}

// What is wrong with its log, or with what it said about the status, if that is it.
function operatorWords({ state, log, withholds, anchors }, words) {
  const refused = (anchors ?? []).some((anchor) => anchor.state === "refused") ? "anchor_refused" : log;
  const withheld = withholds === true ? "withheld" : state;
  return words.first([`operator.${refused}`, `operator.${withheld}`, `operator.${state}`]) ?? state;
}

function operators(list, words) {
  if (!Array.isArray(list) || list.length === 0) return null;
  return element(
    "ul.operators",
    {},
    ...list.map((operator) =>
      element(
        "li.operator",
        { "data-state": operator.state },
        element("span.operator-name", {}, operator.name),
        " ",
        element("span.operator-state", {}, operatorWords(operator, words)),
      ),
    ),
  );
}

// A check that failed without deciding the verdict is drawn as undecided: a ledger that could not be asked is no fault
// of the document.
function check({ step, state, operators: asked }, answer, words) {
  const shown = state === "failed" && answer.verdict === "INCONCLUSIVE" ? "undecided" : state;
  if (!words.has(`check.${step}.name`) || !words.has(`state.${shown}`)) return null;
  return element(
    "li.check",
    { "data-state": shown },
    icon(shown),
    element(
      "div.check-words",
      {},
      element(
        "p.check-line",
        {},
        element("span.check-name", {}, words.text(`check.${step}.name`)),
        " ",
        element("span.check-state", {}, words.text(`state.${shown}`)),
      ),
      element("p.check-text", {}, words.text(`check.${step}.text`)),
      operators(asked, words),
      ...(step === "anchor" ? drawAnchors(answer, shown, words) : []),
    ),
  );
}

function checks(answer, words) {
  const { checks: list, code, name } = answer;
  return section(
    "checks",
    "checks-title",
    words.text("checks.title"),
    element("ol.check-list", {}, ...list.map((item) => check(item, answer, words))),
    code === 0 ? null : element("p.reference", {}, words.text("reference", { code, name })),
  );
}

function actions(names, words) {
  return element(
    "p.actions",
    {},
    ...names.map((name, place) =>
      element(
        place === 0 ? "button.button" : "button.button.secondary",
        { type: "button", "data-action": name },
        words.text(`action.${name}`),
      ),
    ),
  );
}

function next(group, words) {
  return section("next", "next-title", words.text("next.title"), element("p", {}, words.text(`result.${group}.next`)));
}

// What a printout says of itself; shown on paper only.
function printNote(host, words) {
  return element("p.print-note", {}, words.text("print.note", { host, time: moment(new Date().toISOString(), words) }));
}

// The answer of the service as an article. host is the address the page was loaded from.
export function drawAnswer(answer, host, words) {
  const { verdict } = answer;
  const group = words.group(answer.name, verdict);
  const valid = verdict === "VALID";
  return element(
    "article.result",
    { "data-verdict": verdict, "aria-labelledby": "verdict-title" },
    banner(verdict, group, answer, words),
    warnings(answer.checks, words),
    valid ? sheet(answer, words) : null,
    next(group, words),
    valid ? address(host, words) : null,
    checks(answer, words),
    actions(verdict === "INCONCLUSIVE" ? ["retry", "again", "print"] : ["again", "print"], words),
    printNote(host, words),
  );
}

// No verdict was to be had: reason is "no_answer" or "busy".
export function drawSilence(reason, words) {
  return element(
    "article.result",
    { "data-verdict": "INCONCLUSIVE", "aria-labelledby": "verdict-title" },
    banner("INCONCLUSIVE", reason, {}, words),
    next(reason, words),
    actions(["retry", "again"], words),
  );
}
