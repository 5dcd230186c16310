#include "scan.h"

#include <string.h>

void scan_trust(struct scan *scan, struct realm *realm, const struct frag_trust_key *keys, size_t count) {
  scan->trust_file_len = realm_trust_file(realm, scan->trust_file, sizeof scan->trust_file, keys, count);
}

void scan_begin(struct scan *scan, struct realm *realm, const struct issued *issued) {
  struct frag_trust_key keys[3];
  memset(scan, 0, sizeof *scan);
  memcpy(scan->text, issued->text, sizeof issued->text);
  scan->operator_count = issued->batch.fragment_count;
  scan->threshold = issued->batch.threshold;
  scan->tau_s = issued->document.issued_s + 60;
  suite_require(scan->operator_count <= SCAN_OPERATORS_MAX, "operators");
  for (unsigned i = 1; i <= scan->operator_count; i++) {
    struct scan_answer *answer = &scan->answers[i - 1];
    answer->kind = FRAG_ANSWER_GOOD;
    answer->len = issued->record_len;
    memcpy(answer->bytes, issued_record(issued, i), issued->record_len);
  }
  realm_trust_key(&keys[0], realm->issuer, FRAG_ROLE_ISSUER, "rupp.edu.kh");
  realm_trust_key(&keys[1], realm->other, FRAG_ROLE_ISSUER, "moeys.gov.kh");
  realm_trust_key(&keys[2], realm->registrar, FRAG_ROLE_REGISTRAR, "registrar.gov.kh");
  scan_trust(scan, realm, keys, 3);
}

static void set_answer(struct scan *scan, unsigned index, frag_answer kind, size_t len) {
  scan->answers[index - 1].kind = kind;
  scan->answers[index - 1].len = len;
}

void scan_absent(struct scan *scan, unsigned index) { set_answer(scan, index, FRAG_ANSWER_ABSENT, 0); }

void scan_unreachable(struct scan *scan, unsigned index) { set_answer(scan, index, FRAG_ANSWER_UNREACHABLE, 0); }

void scan_erased(struct scan *scan, unsigned index) {
  set_answer(scan, index, FRAG_ANSWER_ERASED, FRAG_LEAF_LEN(scan->answers[index - 1].bytes[3] & 15));
}

static frag_error gather(struct realm *realm, const struct scan *scan, struct frag_gather *gather) {
  for (unsigned k = 0; k < scan->operator_count; k++) {
    const struct scan_answer *answer = &scan->answers[k];
    frag_error error = FRAG_OK;
    if (answer->kind == FRAG_ANSWER_GOOD)
      error = frag_gather_record(realm->context, gather, k, answer->bytes, answer->len);
    else if (answer->kind == FRAG_ANSWER_ERASED)
      error = frag_gather_erased(gather, k, answer->bytes, answer->len);
    else
      frag_gather_answer(gather, k, answer->kind);
    suite_require(error == FRAG_OK || error == FRAG_FRAGMENT_TAMPERED, "gather");
  }
  return frag_gather_result(gather);
}

frag_error scan_run(struct realm *realm, const struct scan *scan, struct frag_document *document) {
  static uint8_t plaintext[FRAG_PLAINTEXT_MAX];
  struct frag_pins pins = realm_pins(realm);
  struct frag_slice file = {scan->trust_file, scan->trust_file_len};
  struct frag_trust *trust = NULL;
  struct frag_gather collected;
  struct frag_qr qr;
  frag_error error = frag_qr_decode(realm->context, &qr, scan->text, strlen(scan->text));
  if (error != FRAG_OK) return error;
  suite_require(frag_trust_open(realm->context, &trust, file, &pins) == FRAG_OK, "trust file");
  frag_gather_begin(&collected, &qr, scan->operator_count, scan->threshold);
  error = gather(realm, scan, &collected);
  if (error == FRAG_OK)
    error = frag_open(realm->context, plaintext, sizeof plaintext, document, &qr, &collected, trust, scan->tau_s);
  frag_trust_free(trust);
  return error;
}

json_t *scan_json(const struct realm *realm, const struct scan *scan) {
  static const char *const kinds[] = {[FRAG_ANSWER_NONE] = "none",     [FRAG_ANSWER_GOOD] = "record",
                                      [FRAG_ANSWER_ABSENT] = "absent", [FRAG_ANSWER_ERASED] = "erased",
                                      [FRAG_ANSWER_UNREACHABLE] = "unreachable"};
  json_t *answers = json_array();
  for (unsigned k = 0; k < scan->operator_count; k++) {
    const struct scan_answer *answer = &scan->answers[k];
    json_array_append_new(answers, json_pack("{s:s, s:o}", "kind", kinds[answer->kind], "bytes",
                                             json_hex(answer->bytes, answer->len)));
  }
  return json_pack("{s:s, s:i, s:o, s:o, s:o, s:o}", "text", scan->text, "threshold", (int)scan->threshold, "answers",
                   answers, "trust_file", json_hex(scan->trust_file, scan->trust_file_len), "pins",
                   realm_pins_json(realm), "tau", json_decimal(scan->tau_s));
}
