// The steps of a verification while it runs. They follow what the page really does and knows: the checks themselves run
// in the service, and their outcome comes with the answer.

import { element, icon } from "./dom.js";

const STEPS = ["read", "ask", "answer"];

function stepItem(step, at, words) {
  const place = STEPS.indexOf(step) - STEPS.indexOf(at);
  const state = place < 0 ? "done" : place === 0 ? "now" : "waiting";
  return element(
    "li.progress-step",
    { "data-state": state, "aria-current": state === "now" ? "step" : null },
    state === "now"
      ? element("span.spinner", { "aria-hidden": "true" })
      : icon(state === "done" ? "passed" : "not_reached"),
    element("span.progress-name", {}, words.text(`progress.${step}`)),
    " ",
    element("span.progress-state", {}, words.text(`progress.${state}`)),
  );
}

// at is the step that runs now; slow adds the request for patience.
export function drawProgress(at, slow, words) {
  return element(
    "section.progress",
    { "aria-labelledby": "progress-title" },
    element("h1", { id: "progress-title", tabindex: "-1" }, words.text("progress.title")),
    element(
      "div.progress-body",
      {},
      element("ol.progress-steps", {}, ...STEPS.map((step) => stepItem(step, at, words))),
      slow ? element("p.progress-slow", {}, words.text("progress.slow")) : null,
    ),
  );
}

// What a screen reader is told when the step changes.
export function announceStep(at, slow, words) {
  return slow ? words.text("progress.slow") : `${words.text(`progress.${at}`)}: ${words.text("progress.now")}`;
}
