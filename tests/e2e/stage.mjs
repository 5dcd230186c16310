// What most tests of the page share: documents, a service over them and a browser, from before a file's first test
// until after its last one.

import { after, before } from "node:test";
import { openBrowser } from "./browser.mjs";
import { Documents } from "./documents.mjs";
import { Service } from "./service.mjs";

export let browser, documents, service;

// more: what is made over them, as the last thing before the first test.
export function setStage(more = async () => {}) {
  before(async () => {
    documents = new Documents().make();
    service = await new Service(documents).start();
    browser = await openBrowser();
    await more();
  });

  after(async () => {
    await browser?.close();
    await service?.stop();
    documents?.remove();
  });
}
