/* Whole verifications without log and anchors, and sealed files. */
#include <frag/status.h>

#include "bytes.h"
#include "run.h"
#include "scan.h"

struct held {
  uint32_t n;
  uint64_t tau_s;
  struct frag_slice record;
};

/* Reads what the operators hold as statement `index`, which is in the order of n. */
static struct held read_statement(struct vectors *v, const json_t *list, size_t index) {
  const json_t *item = json_array_get(list, index);
  struct held held = {(uint32_t)forms_number(&v->forms, item, "n", UINT32_MAX), forms_decimal(&v->forms, item, "tau"),
                      forms_bytes(&v->forms, item, "record")};
  vectors_check(v, held.n == index, "statements are not in the order of n");
  return held;
}

/* Walks only when there is a document: its rid is what the statements stand under. */
static frag_error walk(struct vectors *v, const struct scan *scan, uint16_t realm, bool has_document) {
  const json_t *list = forms_array(&v->forms, v->test, "statements");
  struct frag_status_walk state = {false, false, false};
  for (size_t i = 0; i < json_array_size(list); i++) {
    struct held held = read_statement(v, list, i);
    struct frag_statement statement;
    if (!has_document) continue;
    frag_error error =
        frag_status_open(v->context, &statement, scan->trust, scan->document.issuer, realm, scan->document.rid, held.n,
                         held.tau_s, held.record.data, held.record.len);
    vectors_check(v, error == FRAG_OK || error == FRAG_STATEMENT_IGNORED, "a statement that could not be read");
    if (error == FRAG_OK) frag_status_apply(&state, &statement);
  }
  return frag_status_result(&state);
}

static void run_verify(struct vectors *v) {
  struct scan scan;
  struct frag_document expected;
  scan_begin(&scan, v);
  uint64_t now_s = forms_decimal(&v->forms, v->test, "now");
  frag_error error = scan_open(&scan, v);
  frag_error status = walk(v, &scan, frag_trust_list(scan.trust)->realm, error == FRAG_OK);
  if (error == FRAG_OK) error = status;
  if (error == FRAG_OK) error = frag_document_period(&scan.document, now_s);
  vectors_code(v, error);
  vectors_same_text(v, "name", frag_error_name(error));
  vectors_same_text(v, "verdict", frag_verdict_name(frag_error_verdict(error)));
  if (v->valid) {
    forms_document(&v->forms, &expected, v->test, "document");
    vectors_check(v, forms_same_document(&scan.document, &expected), "document");
  }
  scan_end(&scan);
}

static void run_file_seal(struct vectors *v) {
  struct frag_file_seal seal = {.length = forms_decimal(&v->forms, v->group, "length"),
                                .excluded_begin = forms_number(&v->forms, v->group, "excluded_begin", UINT32_MAX),
                                .excluded_end = forms_number(&v->forms, v->group, "excluded_end", UINT32_MAX)};
  struct frag_file_seal made;
  struct frag_slice file = forms_bytes(&v->forms, v->test, "file");
  memcpy(seal.sha256, forms_fixed(&v->forms, v->group, "sha256", 32), sizeof seal.sha256);
  vectors_code(v, frag_file_seal_check(v->context, &seal, file));
  if (!v->valid) return;
  vectors_ok(v, frag_file_seal_make(v->context, &made, file, seal.excluded_begin, seal.excluded_end), "sealing");
  vectors_check(v, made.length == seal.length && made.excluded_begin == seal.excluded_begin &&
                       made.excluded_end == seal.excluded_end && memcmp(made.sha256, seal.sha256, 32) == 0,
                "the seal made again");
}

void run_end_to_end(void **state) {
  static const struct vectors_type types[] = {{"Verify", run_verify}, {"FileSeal", run_file_seal}, {NULL, NULL}};
  vectors_run(*state, "end_to_end", types);
}
