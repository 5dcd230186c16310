/* Opens, from standard input, documents that another implementation has issued, a line of JSON each (see
 * interop_issue.c), and issues them again from their secrets. Exits with 0 when every byte agrees. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <frag/open.h>
#include <frag/status.h>

#include "bytes.h"
#include "forms.h"

enum { ALL_SUBSETS_MAX = 6, WINDOWS_MAX = 5 };

struct opener {
  struct frag_context *context;
  struct forms forms;
  unsigned long lines, subsets, statements, mismatches;
  struct frag_batch batch;
  struct frag_document document;
  struct frag_slice text;
  struct frag_slice records[FRAG_FRAGMENTS_MAX];
  struct frag_trust *trust;
  uint64_t tau_s;
  uint8_t plaintext[FRAG_PLAINTEXT_MAX];
  uint8_t issued[FRAG_FRAGMENTS_MAX * FRAG_RECORD_LEN(FRAG_FRAGMENTS_MAX, FRAG_PLAINTEXT_MAX)];
};

__attribute__((noreturn)) static void fail_form(const char *where, const char *what, const char *key) {
  fprintf(stderr, "%s: %s: %s\n", where, what, key);
  exit(2);
}

static void agree(struct opener *opener, bool right, const char *what) {
  if (right) return;
  fprintf(stderr, "%s: %s\n", opener->forms.where, what);
  opener->mismatches++;
}

static void read_batch(struct opener *opener, const json_t *line) {
  struct forms *forms = &opener->forms;
  struct frag_batch *batch = &opener->batch;
  batch->realm = (uint16_t)forms_number(forms, line, "realm", UINT16_MAX);
  batch->threshold = (unsigned)forms_number(forms, line, "t", FRAG_FRAGMENTS_MAX);
  batch->fragment_count = (unsigned)forms_number(forms, line, "m", FRAG_FRAGMENTS_MAX);
  batch->plaintext_len = (size_t)forms_number(forms, line, "n", FRAG_PLAINTEXT_MAX);
  memcpy(batch->batch_key, forms_fixed(forms, line, "batch_key", 32), 32);
}

static void read_records(struct opener *opener, const json_t *line) {
  const json_t *list = forms_array(&opener->forms, line, "records");
  if (json_array_size(list) != opener->batch.fragment_count) fail_form(opener->forms.where, "not m", "records");
  for (size_t i = 0; i < json_array_size(list); i++)
    opener->records[i] = forms_item(&opener->forms, json_array_get(list, i), "records");
}

static bool read_trust(struct opener *opener, const json_t *line) {
  struct frag_pins pins;
  forms_pins(&opener->forms, &pins, line, "pins");
  frag_error error = frag_trust_open(opener->context, &opener->trust,
                                     forms_bytes(&opener->forms, line, "trust_file"), &pins);
  agree(opener, error == FRAG_OK, "the trust file is refused");
  return error == FRAG_OK;
}

/* Gathers the records of the operators in the bit set `chosen`, the others being unreachable, and opens. */
static frag_error open_with(struct opener *opener, unsigned chosen, unsigned threshold,
                            struct frag_document *document) {
  struct frag_qr qr;
  struct frag_gather gather;
  frag_error error = frag_qr_decode(opener->context, &qr, (const char *)opener->text.data, opener->text.len);
  if (error != FRAG_OK) return error;
  frag_gather_begin(&gather, &qr, opener->batch.fragment_count, threshold);
  for (unsigned k = 0; k < opener->batch.fragment_count; k++) {
    if ((chosen >> k & 1u) == 0) frag_gather_answer(&gather, k, FRAG_ANSWER_UNREACHABLE);
    else if (frag_gather_record(opener->context, &gather, k, opener->records[k].data, opener->records[k].len) != FRAG_OK)
      continue; /* noted in `gather`, so the result tells */
  }
  error = frag_gather_result(&gather);
  if (error == FRAG_OK)
    error = frag_open(opener->context, opener->plaintext, sizeof opener->plaintext, document, &qr, &gather,
                      opener->trust, opener->tau_s);
  frag_qr_wipe(&qr);
  return error;
}

static void open_subset(struct opener *opener, unsigned chosen) {
  struct frag_document opened;
  frag_error error = open_with(opener, chosen, opener->batch.threshold, &opened);
  agree(opener, error == FRAG_OK, frag_error_name(error));
  if (error == FRAG_OK) agree(opener, forms_same_document(&opened, &opener->document), "another document");
  opener->subsets++;
}

static unsigned bits_of(unsigned value) {
  unsigned count = 0;
  for (; value != 0; value &= value - 1) count++;
  return count;
}

/* t neighbours, beginning with operator `first` and going round. */
static unsigned window(unsigned first, unsigned t, unsigned m) {
  unsigned chosen = 0;
  for (unsigned i = 0; i < t; i++) chosen |= 1u << (first + i) % m;
  return chosen;
}

static void open_subsets(struct opener *opener) {
  unsigned t = opener->batch.threshold, m = opener->batch.fragment_count;
  if (m <= ALL_SUBSETS_MAX) {
    for (unsigned chosen = 1; chosen < 1u << m; chosen++)
      if (bits_of(chosen) == t) open_subset(opener, chosen);
  } else {
    for (unsigned k = 0; k < WINDOWS_MAX; k++) open_subset(opener, window(k * m / WINDOWS_MAX, t, m));
  }
  open_subset(opener, (1u << m) - 1);
}

/* What must not open. */
static void open_wrongly(struct opener *opener) {
  unsigned t = opener->batch.threshold, m = opener->batch.fragment_count;
  struct frag_document opened;
  agree(opener, open_with(opener, window(0, t - 1, m), t, &opened) == FRAG_TOO_FEW_FRAGMENTS, "t - 1 records open it");
  if (t < m)
    agree(opener, open_with(opener, (1u << m) - 1, t + 1, &opened) == FRAG_FRAGMENT_TAMPERED,
          "a threshold below the realm's is accepted");
  struct frag_slice whole = opener->records[0];
  uint8_t *changed = malloc(whole.len);
  if (changed == NULL) exit(1);
  memcpy(changed, whole.data, whole.len);
  changed[opener->lines * 7919 % whole.len] ^= 1;
  opener->records[0].data = changed;
  agree(opener, open_with(opener, window(0, t, m), t, &opened) != FRAG_OK, "a changed record opens it");
  opener->records[0] = whole;
  free(changed);
}

static void compare_issued(struct opener *opener, const uint8_t *payload) {
  size_t m = opener->batch.fragment_count, len = FRAG_RECORD_LEN(m, opener->batch.plaintext_len);
  char text[FRAG_QR_TEXT_LEN + 1];
  frag_qr_text(text, payload);
  agree(opener, opener->text.len >= FRAG_QR_TEXT_LEN &&
                    memcmp(opener->text.data + opener->text.len - FRAG_QR_TEXT_LEN, text, FRAG_QR_TEXT_LEN) == 0,
        "another text is issued");
  for (size_t i = 0; i < m; i++)
    agree(opener, frag_slice_equal(opener->records[i], frag_bytes(opener->issued + i * len, len)),
          "another record is issued");
}

/* The same secrets must give the same bytes. */
static void issue_again(struct opener *opener, const json_t *line) {
  uint8_t payload[FRAG_PAYLOAD_LEN], rid[FRAG_RID_LEN];
  struct frag_key *key = NULL;
  const struct frag_document *document = &opener->document;
  const uint8_t *status_key = forms_fixed(&opener->forms, line, "status_key", 32);
  frag_error error = frag_key_new(opener->context, &key, forms_fixed(&opener->forms, line, "issuer_secret", 32));
  if (error == FRAG_OK)
    error = frag_issue(opener->context, payload, opener->issued, sizeof opener->issued, &opener->batch, key, document);
  agree(opener, error == FRAG_OK, "it cannot be issued again");
  if (error == FRAG_OK) compare_issued(opener, payload);
  frag_key_free(key);
  error = frag_rid(opener->context, rid, status_key, opener->batch.realm, document->issuer, document->type,
                   document->serial, document->issue_no);
  agree(opener, error == FRAG_OK && memcmp(rid, document->rid, sizeof rid) == 0, "another rid");
}

static void check_statement(struct opener *opener, const json_t *item) {
  struct forms *forms = &opener->forms;
  const struct frag_document *document = &opener->document;
  struct frag_statement opened;
  struct frag_slice record = forms_bytes(forms, item, "record");
  uint32_t n = (uint32_t)forms_number(forms, item, "n", UINT32_MAX);
  frag_error error =
      frag_status_open(opener->context, &opened, opener->trust, document->issuer, opener->batch.realm, document->rid, n,
                       forms_decimal(forms, item, "tau"), record.data, record.len);
  agree(opener, error == FRAG_OK, "a statement is ignored");
  agree(opener, opened.kind == forms_number(forms, item, "kind", 255) &&
                    opened.reason == forms_number(forms, item, "reason", 255) &&
                    opened.time_s == forms_decimal(forms, item, "time"), "another statement");
  opener->statements++;
}

static void check_line(struct opener *opener, json_t *line) {
  static const char *const none[] = {NULL};
  read_batch(opener, line);
  read_records(opener, line);
  forms_document(&opener->forms, &opener->document, line, "document");
  opener->text = forms_text(&opener->forms, line, "text");
  opener->tau_s = forms_decimal(&opener->forms, line, "tau");
  if (!read_trust(opener, line)) return;
  open_subsets(opener);
  open_wrongly(opener);
  issue_again(opener, line);
  const json_t *statements = forms_array(&opener->forms, line, "statements"), *item;
  size_t index;
  json_array_foreach(statements, index, item) check_statement(opener, item);
  forms_all_read(&opener->forms, line, none);
  frag_trust_free(opener->trust);
}

static void check_lines(struct opener *opener, FILE *input) {
  char *text = NULL;
  size_t capacity = 0;
  for (ssize_t len = getline(&text, &capacity, input); len > 0; len = getline(&text, &capacity, input)) {
    json_error_t error;
    json_t *line = json_loadb(text, (size_t)len, JSON_REJECT_DUPLICATES, &error);
    (void)snprintf(opener->forms.where, sizeof opener->forms.where, "line %lu", ++opener->lines);
    if (line == NULL) fail_form(opener->forms.where, "not JSON", error.text);
    check_line(opener, line);
    forms_clear(&opener->forms);
    json_decref(line);
  }
  free(text);
}

int main(void) {
  static struct opener opener = {.forms.fail = fail_form};
  static const uint8_t seed32[32] = {1};
  if (frag_context_new(&opener.context, seed32) != FRAG_OK) return 1;
  check_lines(&opener, stdin);
  frag_context_free(opener.context);
  printf("%lu documents, %lu openings, %lu statements, %lu mismatches\n", opener.lines, opener.subsets,
         opener.statements, opener.mismatches);
  return opener.lines > 0 && opener.mismatches == 0 ? 0 : 1;
}
