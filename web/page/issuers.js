// Draws who may issue documents. The structure and the class names are those of MARKUP.md, which verifyd's own page
// shares.

import { element, icon } from "./dom.js";
import { time } from "./dates.js";
import { row } from "./result.js";

const TIMEOUT_MS = 30_000;
const SHORT = 5; // issuers whose keys are open at once

function isList(list) {
  const isIssuer = ({ id, keys }) => typeof id === "string" && keys?.length > 0;
  const isPaged = Number.isSafeInteger(list?.total) && (list.next === null || typeof list.next === "string");
  return isPaged && Array.isArray(list.issuers) && list.issuers.every(isIssuer);
}

// A page of the service's list of issuers: those with `text` in a name or their id, from the cursor `after` on. isFresh:
// past every cache. Resolves to it, to "changed" when the cursor is of an earlier list, or to null when it cannot be
// had. Never rejects.
export async function askIssuers(aborter, { text = "", after = null, isFresh = false } = {}) {
  const timer = setTimeout(() => aborter.abort(), TIMEOUT_MS);
  const wanted = { ...(text === "" ? {} : { q: text }), ...(after === null ? {} : { after }) };
  const query = String(new URLSearchParams(wanted));
  try {
    const response = await fetch(query === "" ? "v1/issuers" : `v1/issuers?${query}`, {
      headers: { Accept: "application/json" },
      signal: aborter.signal,
      mode: "same-origin",
      cache: isFresh ? "no-cache" : "default",
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
    });
    if (response.status === 400 && after !== null) return "changed";
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

function issuer({ id, names, keys }, number, isShort, words) {
  const name = words.label(names, id);
  return element(
    "section.issuer",
    { "aria-labelledby": `issuer-${number}` },
    element("h2", { id: `issuer-${number}`, dir: "auto", lang: name.lang }, name.text),
    element("p.issuer-id", {}, element("span", {}, words.text("issuers.id")), ` ${id}`),
    element(
      "details",
      { open: isShort || keys.some((key) => key.compromised_since !== null) },
      element("summary", {}, words.text("issuers.keys", { count: keys.length })),
      element("ul.issuer-keys", {}, ...keys.map((key) => keyItem(key, words))),
    ),
  );
}

function warnings(list, isChanged, words) {
  const keys = [...(list.overdue ? ["issuers.overdue"] : []), ...(isChanged ? ["issuers.changed"] : [])];
  const items = keys.map((key) => element("li.warning", {}, icon("warning"), element("span", {}, words.text(key))));
  return items.length === 0 ? null : element("ul.warnings", {}, ...items);
}

// Without JavaScript the form asks for a page of its own, which the server draws.
function search(text, words) {
  const field = {
    id: "issuers-q",
    type: "search",
    name: "q",
    maxlength: 100,
    dir: "auto",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    value: text,
  };
  return element(
    "form.issuers-search",
    { role: "search", method: "get", action: `issuers.${words.language}` },
    element("label", { for: field.id }, words.text("issuers.search")),
    element("input", field),
    element("button.button", { type: "submit" }, words.text("issuers.submit")),
  );
}

function found(list, text, words) {
  const values = { first: 1, last: list.issuers.length, total: list.total };
  const none = text === "" ? "issuers.none" : "issuers.not_found";
  const all = element("a", { href: `issuers.${words.language}`, "data-action": "issuers" }, words.text("issuers.all"));
  return [
    element(
      "p.issuers-found",
      { id: "issuers-found", tabindex: "-1" },
      list.issuers.length === 0 ? words.text(none) : words.text("issuers.found", values),
    ),
    text === "" ? null : element("p.issuers-all", {}, all),
  ];
}

function content({ list, text, isChanged, isSilent }, words) {
  const isShort = list.issuers.length <= SHORT;
  return [
    warnings(list, isChanged, words),
    element(
      "dl.rows.facts.issuers-facts",
      {},
      row(words.text("issuers.list_no"), null, list.list_no, null),
      row(words.text("issuers.issued"), null, time(list.issued, words), null),
      row(words.text("issuers.next_update"), null, time(list.next_update, words), null),
    ),
    search(text, words),
    ...found(list, text, words),
    ...list.issuers.map((item, at) => issuer(item, at + 1, isShort, words)),
    isSilent ? element("p.notice", { role: "status" }, words.text("issuers.silence")) : null,
    list.next === null
      ? null
      : element(
          "p.issuers-pages",
          {},
          element("button.button.secondary", { type: "button", "data-action": "more" }, words.text("issuers.more")),
        ),
  ];
}

function button(name, className, words) {
  return element(className, { type: "button", "data-action": name }, words.text(`action.${name}`));
}

// view: { list, text, isChanged, isSilent }. list is the service's, of what was found with text; undefined while it is
// awaited, null when it could not be had. isChanged: it is another than the one that the reader began with. isSilent:
// the page after it could not be had.
export function drawIssuers({ list, text = "", isChanged = false, isSilent = false }, words) {
  const wait = list === undefined ? "issuers.loading" : "issuers.silence";
  return element(
    "article.issuers",
    { "aria-labelledby": "issuers-title" },
    element("h1", { id: "issuers-title", tabindex: "-1" }, words.text("issuers.title")),
    element("p.lead", {}, words.text("issuers.text")),
    ...(list
      ? content({ list, text, isChanged, isSilent }, words)
      : [element("p.notice", { role: "status" }, words.text(wait))]),
    element(
      "p.actions",
      {},
      button("again", "button.button", words),
      list === null ? button("retry", "button.button.secondary", words) : null,
    ),
  );
}
