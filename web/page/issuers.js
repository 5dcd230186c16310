// Draws who may issue documents. The structure and the class names are those of MARKUP.md, which verifyd's own page
// shares.

import { element, icon } from "./dom.js";
import { time } from "./dates.js";
import { row } from "./result.js";

const TIMEOUT_MS = 30_000;

function isList(list) {
  const isIssuer = ({ id, keys }) => typeof id === "string" && keys?.length > 0;
  return Array.isArray(list?.issuers) && list.issuers.every(isIssuer);
}

// Resolves to the service's list of issuers, or to null when it cannot be had. Never rejects.
export async function askIssuers(aborter) {
  const timer = setTimeout(() => aborter.abort(), TIMEOUT_MS);
  try {
    const response = await fetch("v1/issuers", {
      headers: { Accept: "application/json" },
      signal: aborter.signal,
      mode: "same-origin",
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
    });
    const list = response.ok ? await response.json() : null;
    return isList(list) ? list : null;
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

function types(list, words) {
  const shown = list.map(({ type, labels }) => words.label(labels, type));
  if (shown.length === 0) shown.push({ text: words.text("issuers.all_types"), lang: null });
  return element("ul.types", {}, ...shown.map(({ text, lang }) => element("li", { lang }, text)));
}

function keyItem(key, words) {
  const isRegistrar = key.role === "registrar";
  const rows = [
    ["role", words.text(`issuers.role_${isRegistrar ? "registrar" : "issuer"}`)],
    ["not_before", time(key.not_before, words)],
    ["not_after", time(key.not_after, words)],
    ["key", key.kid],
  ];
  if (!isRegistrar) rows.unshift(["types", types(key.types, words)]);
  if (key.compromised_since !== null) rows.unshift(["compromised", time(key.compromised_since, words)]);
  return element(
    "li.issuer-key",
    { "data-state": key.compromised_since === null ? null : "compromised" },
    element("dl.rows.facts", {}, ...rows.map(([name, value]) => row(words.text(`issuers.${name}`), null, value, null))),
  );
}

function issuer({ id, names, keys }, number, words) {
  const name = words.label(names, id);
  return element(
    "section.issuer",
    { "aria-labelledby": `issuer-${number}` },
    element("h2", { id: `issuer-${number}`, dir: "auto", lang: name.lang }, name.text),
    element("p.issuer-id", {}, element("span", {}, words.text("issuers.id")), ` ${id}`),
    element("ul.issuer-keys", {}, ...keys.map((key) => keyItem(key, words))),
  );
}

function content(list, words) {
  return [
    list.overdue
      ? element(
          "ul.warnings",
          {},
          element("li.warning", {}, icon("warning"), element("span", {}, words.text("issuers.overdue"))),
        )
      : null,
    element(
      "dl.rows.facts.issuers-facts",
      {},
      row(words.text("issuers.list_no"), null, list.list_no, null),
      row(words.text("issuers.issued"), null, time(list.issued, words), null),
      row(words.text("issuers.next_update"), null, time(list.next_update, words), null),
    ),
    list.issuers.length === 0 ? element("p", {}, words.text("issuers.none")) : null,
    ...list.issuers.map((item, at) => issuer(item, at + 1, words)),
  ];
}

function button(name, className, words) {
  return element(className, { type: "button", "data-action": name }, words.text(`action.${name}`));
}

// list is the service's; undefined while it is awaited, null when it could not be had.
export function drawIssuers(list, words) {
  const wait = list === undefined ? "issuers.loading" : "issuers.silence";
  return element(
    "article.issuers",
    { "aria-labelledby": "issuers-title" },
    element("h1", { id: "issuers-title", tabindex: "-1" }, words.text("issuers.title")),
    element("p.lead", {}, words.text("issuers.text")),
    ...(list ? content(list, words) : [element("p.notice", { role: "status" }, words.text(wait))]),
    element(
      "p.actions",
      {},
      button("again", "button.button", words),
      list === null ? button("retry", "button.button.secondary", words) : null,
    ),
  );
}
