// The page: takes the code from the address or a form, asks, and shows the verdict.
//
// Nothing of a code or a document is stored: both live in this module's memory while they are on the screen, and go when
// the page is left, the start page is shown again or another code is asked for.

import { askPicture, askText } from "./ask.js";
import { askIssuers, drawIssuers } from "./issuers.js";
import { initialLanguage, remember } from "./language.js";
import { preparePhoto } from "./photo.js";
import { announceStep, drawProgress } from "./progress.js";
import { drawAnswer, drawSilence } from "./result.js";
import { element } from "./dom.js";
import { fill, Words } from "./words.js";

const SLOW_AFTER_MS = 4_000;

class Page {
  constructor() {
    this.words = new Words(initialLanguage(location.pathname, navigator.languages ?? []));
    this.view = { kind: "start" };
    this.aborter = null;
    this.start = document.getElementById("start");
    this.stage = document.getElementById("view");
    this.announcement = document.getElementById("announcement");
    this.photoInput = document.getElementById("photo");
    this.codeInput = document.getElementById("code");
  }

  // Shows a view: { kind: "start", problem?, field? }, { kind: "progress", at, slow }, { kind: "answer", answer, retry },
  // { kind: "silence", reason, retry } or { kind: "issuers", retry, … }, the rest as for drawIssuers.
  show(view) {
    this.view = view;
    this.draw();
    const heading = (view.kind === "start" ? this.start : this.stage).querySelector(
      view.problem ? ".field-problem h3" : "h1",
    );
    if (view.kind !== "progress" || view.at === "read") {
      window.scrollTo(0, 0);
      heading?.focus({ preventScroll: !view.problem });
    }
  }

  draw() {
    const { kind } = this.view;
    this.start.hidden = kind !== "start";
    this.stage.hidden = kind === "start";
    this.drawStage();
    this.announcement.textContent = kind === "progress" ? announceStep(this.view.at, this.view.slow, this.words) : "";
    this.drawProblem();
    this.drawTitle();
  }

  // The next step of a running verification replaces only the steps, so that the focused heading stays where it is.
  drawStage() {
    const fresh = this.drawn();
    const [shownHeading, freshHeading] = [this.stage, fresh[0]].map((root) => root?.querySelector("#progress-title"));
    if (shownHeading && shownHeading.textContent === freshHeading?.textContent) {
      shownHeading.nextElementSibling.replaceWith(freshHeading.nextElementSibling);
    } else {
      this.stage.replaceChildren(...fresh);
    }
  }

  drawn() {
    const { kind, answer, reason, at, slow } = this.view;
    if (kind === "issuers") return [drawIssuers(this.view, this.words)];
    if (kind === "answer") return [drawAnswer(answer, location.host, this.words)];
    if (kind === "silence") return [drawSilence(reason, this.words)];
    return kind === "progress" ? [drawProgress(at, slow, this.words)] : [];
  }

  drawProblem() {
    for (const field of ["photo", "code"]) {
      const box = document.getElementById(`${field}-problem`);
      const name = this.view.field === field ? this.view.problem : null;
      box.hidden = !name;
      box.replaceChildren(
        ...(name
          ? [
              element("h3", { tabindex: "-1" }, this.words.text(`problem.${name}.title`)),
              element("p", {}, this.words.text(`problem.${name}.text`)),
            ]
          : []),
      );
    }
  }

  // The title says what the heading says.
  drawTitle() {
    const sentence = this.stage.querySelector(".verdict-sentence, #progress-title, #issuers-title");
    document.title = [...(sentence ? [sentence.textContent] : []), this.words.text("site.name")].join(" – ");
  }

  // Puts the whole page, and the view on it, into the words' language.
  speak() {
    document.documentElement.lang = this.words.language;
    fill(document, this.words);
    for (const link of document.querySelectorAll("[data-language]")) {
      if (link.dataset.language === this.words.language) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    this.draw();
  }

  // Asks with one attempt after another until one is not a picture without a code. attempts is a function that resolves
  // to functions of an AbortController; field is the form that a problem is shown at.
  async verify(attempts, field) {
    const aborter = this.begin();
    this.show({ kind: "progress", at: "read", slow: false });
    const timer = setTimeout(
      () => this.showIfCurrent(aborter, { kind: "progress", at: "ask", slow: true }),
      SLOW_AFTER_MS,
    );
    let outcome = { problem: "picture_type" };
    for (const attempt of await attempts()) {
      this.showIfCurrent(aborter, { kind: "progress", at: "ask", slow: false });
      outcome = await attempt(aborter);
      if (outcome.problem !== "no_code_in_picture") break;
    }
    clearTimeout(timer);
    this.showIfCurrent(
      aborter,
      this.outcomeView(outcome, field, () => this.verify(attempts, field)),
    );
  }

  // Another code may have been asked for meanwhile, or the page left: then the answer is dropped.
  showIfCurrent(aborter, view) {
    if (this.aborter === aborter) this.show(view);
  }

  outcomeView({ answer, problem, silence }, field, retry) {
    if (answer) return { kind: "answer", answer, retry };
    return problem && field
      ? { kind: "start", problem, field }
      : { kind: "silence", reason: silence ?? "no_answer", retry };
  }

  verifyText(text, field = null) {
    return this.verify(async () => [(aborter) => askText(text, aborter)], field);
  }

  verifyPhoto(file) {
    const attempts = async () => (await preparePhoto(file)).map((picture) => (aborter) => askPicture(picture, aborter));
    return this.verify(attempts, "photo");
  }

  // Begins something that takes the place of whatever was asked for before.
  begin() {
    this.aborter?.abort();
    this.aborter = new AbortController();
    return this.aborter;
  }

  async showIssuers() {
    const aborter = this.begin();
    this.show({ kind: "issuers" });
    const list = await askIssuers(aborter);
    this.showIfCurrent(aborter, { kind: "issuers", list, retry: () => this.showIssuers() });
  }

  // What was found before stays until there is something else, and the reader goes on with that.
  async findIssuers(text, isChanged = false) {
    const aborter = this.begin();
    this.announcement.textContent = this.words.text("issuers.loading");
    const list = await askIssuers(aborter, { text, isFresh: isChanged });
    const retry = () => this.findIssuers(text);
    this.showIfCurrent(aborter, { kind: "issuers", list, text, isChanged, retry });
    if (this.aborter === aborter && list) this.lookAt(isChanged ? ".issuers .warning:last-child" : "#issuers-found");
  }

  async moreIssuers() {
    const { view } = this;
    const aborter = this.begin();
    this.announcement.textContent = this.words.text("issuers.loading");
    const more = await askIssuers(aborter, { text: view.text, after: view.list.next });
    if (this.aborter !== aborter) return;
    if (more === "changed") {
      await this.findIssuers(view.text, true);
      return;
    }
    const issuers = [...view.list.issuers, ...(more?.issuers ?? [])];
    this.view = { ...view, isSilent: more === null, list: { ...(more ?? view.list), issuers } };
    this.draw();
    this.lookAt(more === null ? "[data-action=more]" : `#issuer-${view.list.issuers.length + 1}`);
  }

  lookAt(selector) {
    const found = this.stage.querySelector(selector);
    if (found?.matches("h2, li")) found.setAttribute("tabindex", "-1");
    found?.focus();
  }

  // A code in the address is taken out of it before anything else happens.
  takeFragment() {
    const fragment = location.hash.slice(1);
    if (fragment === "") return;
    history.replaceState(null, "", location.pathname);
    this.verifyText(fragment);
  }

  // Forgets the code, the picture and the answer.
  clear() {
    this.aborter?.abort();
    this.aborter = null;
    this.photoInput.value = "";
    this.codeInput.value = "";
    this.show({ kind: "start" });
  }

  choosePhoto(fromCamera) {
    if (fromCamera) this.photoInput.setAttribute("capture", "environment");
    else this.photoInput.removeAttribute("capture");
    this.photoInput.click();
  }

  act(action) {
    const actions = {
      again: () => this.clear(),
      home: () => this.clear(),
      issuers: () => this.showIssuers(),
      more: () => this.moreIssuers(),
      retry: () => this.view.retry(),
      print: () => window.print(),
      take: () => this.choosePhoto(true),
      choose: () => this.choosePhoto(false),
    };
    actions[action]();
  }

  listen() {
    window.addEventListener("hashchange", () => this.takeFragment());
    window.addEventListener("pagehide", () => this.clear());
    document.addEventListener("click", (event) => this.click(event));
    document.addEventListener("submit", (event) => {
      if (!event.target.matches(".issuers-search")) return;
      event.preventDefault();
      this.findIssuers(event.target.elements.q.value.trim());
    });
    this.photoInput.addEventListener("change", () => {
      const [file] = this.photoInput.files;
      this.photoInput.value = "";
      if (file) this.verifyPhoto(file);
    });
    document.getElementById("code-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.codeInput.value.trim();
      this.codeInput.value = "";
      if (text === "") this.show({ kind: "start", problem: "no_input", field: "code" });
      else this.verifyText(text, "code");
    });
  }

  click(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const language = event.target.closest("[data-language]")?.dataset.language;
    const action = event.target.closest("[data-action]")?.dataset.action;
    const skip = event.target.closest(".skip");
    if (!language && !action && !skip) return;
    event.preventDefault();
    if (skip) document.getElementById("main").focus();
    if (action) this.act(action);
    if (language) {
      remember(language);
      this.words = new Words(language);
      this.speak();
    }
  }

  open() {
    document.documentElement.classList.add("js");
    for (const found of document.querySelectorAll(".script-only")) found.hidden = false;
    for (const found of document.querySelectorAll("[data-host]")) found.textContent = location.host;
    this.listen();
    this.speak();
    this.takeFragment();
  }
}

new Page().open();
