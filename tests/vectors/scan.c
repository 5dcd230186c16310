#include "scan.h"

#include "bytes.h"

static bool is(struct frag_slice text, const char *word) {
  return frag_slice_equal(text, frag_bytes((const uint8_t *)word, strlen(word)));
}

struct frag_trust *scan_trust(struct vectors *vectors, const json_t *object) {
  struct frag_trust *trust = NULL;
  struct frag_pins pins;
  forms_pins(&vectors->forms, &pins, object, "pins");
  vectors_ok(vectors, frag_trust_open(vectors->context, &trust, forms_bytes(&vectors->forms, object, "trust_file"),
                                      &pins), "trust_file");
  return trust;
}

static void read_answers(struct scan *scan, struct vectors *vectors) {
  const json_t *list = forms_array(&vectors->forms, vectors->test, "answers");
  scan->operator_count = (unsigned)json_array_size(list);
  vectors_check(vectors, scan->operator_count >= 1 && scan->operator_count <= FRAG_OPERATORS_MAX, "number of answers");
  for (unsigned k = 0; k < scan->operator_count; k++) {
    const json_t *answer = json_array_get(list, k);
    scan->kinds[k] = forms_text(&vectors->forms, answer, "kind");
    scan->answers[k] = forms_bytes(&vectors->forms, answer, "bytes");
    bool has_bytes = is(scan->kinds[k], "record") || is(scan->kinds[k], "erased");
    vectors_check(vectors, has_bytes || scan->answers[k].len == 0, "an answer without a record has bytes");
  }
}

void scan_begin(struct scan *scan, struct vectors *vectors) {
  scan->text = forms_text(&vectors->forms, vectors->test, "text");
  scan->threshold = (unsigned)forms_number(&vectors->forms, vectors->test, "threshold", FRAG_OPERATORS_MAX);
  scan->tau_s = forms_decimal(&vectors->forms, vectors->test, "tau");
  scan->trust = scan_trust(vectors, vectors->test);
  read_answers(scan, vectors);
}

void scan_end(struct scan *scan) { frag_trust_free(scan->trust); }

static void take(const struct scan *scan, struct vectors *vectors, struct frag_gather *gather, unsigned k) {
  frag_error error = FRAG_OK;
  struct frag_slice kind = scan->kinds[k], bytes = scan->answers[k];
  if (is(kind, "record")) error = frag_gather_record(vectors->context, gather, k, bytes.data, bytes.len);
  else if (is(kind, "erased")) error = frag_gather_erased(gather, k, bytes.data, bytes.len);
  else if (is(kind, "absent")) frag_gather_answer(gather, k, FRAG_ANSWER_ABSENT);
  else if (is(kind, "unreachable")) frag_gather_answer(gather, k, FRAG_ANSWER_UNREACHABLE);
  else vectors_check(vectors, is(kind, "none"), "an unknown kind of answer");
  vectors_check(vectors, error == FRAG_OK || error == FRAG_FRAGMENT_TAMPERED, "an answer that could not be taken");
}

/* N of the records that are going to be joined. */
static size_t plaintext_len_of(const struct frag_gather *gather) {
  uint32_t chosen = frag_gather_chosen(gather);
  unsigned first = 0;
  while ((chosen >> first & 1u) == 0) first++;
  return gather->records[first].leaf.plaintext_len;
}

static frag_error open_gathered(struct scan *scan, struct vectors *vectors, const struct frag_qr *qr,
                                const struct frag_gather *gather) {
  memset(scan->plaintext, 0xa5, sizeof scan->plaintext);
  memset(&scan->document, 0xa5, sizeof scan->document);
  frag_error error = frag_open(vectors->context, scan->plaintext, sizeof scan->plaintext, &scan->document, qr, gather,
                               scan->trust, scan->tau_s);
  if (error != FRAG_OK)
    vectors_check(vectors, vectors_is_wiped(scan->plaintext, plaintext_len_of(gather)) &&
                               vectors_is_wiped(&scan->document, sizeof scan->document),
                  "something decrypted was not wiped");
  return error;
}

frag_error scan_open(struct scan *scan, struct vectors *vectors) {
  struct frag_qr qr;
  struct frag_gather gather;
  frag_error error = frag_qr_decode(vectors->context, &qr, (const char *)scan->text.data, scan->text.len);
  if (error != FRAG_OK) return error;
  frag_gather_begin(&gather, &qr, scan->operator_count, scan->threshold);
  for (unsigned k = 0; k < scan->operator_count; k++) take(scan, vectors, &gather, k);
  error = frag_gather_result(&gather);
  vectors_check(vectors, (error == FRAG_OK) == (frag_gather_chosen(&gather) != 0), "the records chosen");
  if (error == FRAG_OK) error = open_gathered(scan, vectors, &qr, &gather);
  frag_qr_wipe(&qr);
  return error;
}
