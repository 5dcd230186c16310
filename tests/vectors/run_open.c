/* Gathering fragments and opening documents. */
#include "run.h"
#include "scan.h"

static void run_scan(struct vectors *v) {
  struct scan scan;
  struct frag_document expected;
  scan_begin(&scan, v);
  vectors_code(v, scan_open(&scan, v));
  if (v->valid) {
    forms_document(&v->forms, &expected, v->test, "document");
    vectors_check(v, forms_same_document(&scan.document, &expected), "document");
  }
  scan_end(&scan);
}

void run_open(void **state) {
  static const struct vectors_type types[] = {{"Open", run_scan}, {NULL, NULL}};
  vectors_run(*state, "open", types);
}
