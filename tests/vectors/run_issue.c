/* Issuing, every intermediate of it, and opening again what was issued. */
#include <frag/open.h>

#include "bytes.h"
#include "crypto.h"
#include "record.h"
#include "run.h"
#include "seal.h"
#include "split.h"
#include "trusted.h"

enum { RECORDS_MAX = FRAG_FRAGMENTS_MAX * FRAG_RECORD_LEN(FRAG_FRAGMENTS_MAX, 4096) };

struct issue {
  struct frag_batch batch;
  struct frag_document document;
  struct frag_key *key;
  const uint8_t *status_key;
  uint8_t payload[FRAG_PAYLOAD_LEN];
  uint8_t records[RECORDS_MAX];
  size_t record_len;
};

static void read_inputs(struct vectors *v, struct issue *issue) {
  struct frag_batch *batch = &issue->batch;
  memset(issue, 0, sizeof *issue);
  batch->realm = (uint16_t)forms_number(&v->forms, v->test, "realm", UINT16_MAX);
  batch->threshold = (unsigned)forms_number(&v->forms, v->test, "t", 255);
  batch->fragment_count = (unsigned)forms_number(&v->forms, v->test, "m", 255);
  batch->plaintext_len = (size_t)forms_number(&v->forms, v->test, "n", 1u << 20);
  memcpy(batch->batch_key, forms_fixed(&v->forms, v->test, "batch_key", 32), 32);
  issue->record_len = FRAG_RECORD_LEN(batch->fragment_count, batch->plaintext_len);
  issue->status_key = forms_fixed(&v->forms, v->test, "status_key", 32);
  forms_document(&v->forms, &issue->document, v->test, "document");
  vectors_ok(v, frag_key_new(v->context, &issue->key, forms_fixed(&v->forms, v->test, "issuer_secret", 32)), "the key");
}

static void check_rid(struct vectors *v, const struct issue *issue) {
  uint8_t rid[FRAG_RID_LEN];
  const struct frag_document *document = &issue->document;
  vectors_ok(v, frag_rid(v->context, rid, issue->status_key, issue->batch.realm, document->issuer, document->type,
                         document->serial, document->issue_no), "rid");
  vectors_check(v, memcmp(rid, document->rid, sizeof rid) == 0, "rid");
}

static void check_signature(struct vectors *v, const struct issue *issue) {
  uint8_t encoded[FRAG_DOCUMENT_MAX], msg32[32] = {0}, aux32[32];
  size_t len = 0;
  struct frag_slice part = frag_bytes(msg32, sizeof msg32);
  vectors_ok(v, frag_document_encode(v->context, encoded, sizeof encoded, &len, &issue->document), "encoding");
  vectors_same(v, "cbor", encoded, len);
  vectors_ok(v, frag_seal_message(v->context, msg32, issue->batch.realm, frag_bytes(encoded, len)), "msg");
  vectors_same(v, "msg", msg32, sizeof msg32);
  vectors_ok(v, frag_prf(v->context, aux32, issue->batch.batch_key, "aux", &part, 1), "aux");
  vectors_same(v, "aux", aux32, sizeof aux32);
}

static void check_stream(struct vectors *v, const struct frag_batch *batch, const uint8_t *key,
                         struct frag_slice header) {
  const json_t *stream = forms_array(&v->forms, v->test, "stream");
  vectors_check(v, json_array_size(stream) == batch->threshold - 1, "number of R");
  vectors_ok(v, frag_split_stream(v->context, key, header, batch->threshold, batch->plaintext_len), "stream");
  for (unsigned j = 0; j + 1 < batch->threshold; j++) {
    struct frag_slice made = frag_bytes(v->context->stream + j * batch->plaintext_len, batch->plaintext_len);
    vectors_check(v, frag_slice_equal(forms_item(&v->forms, json_array_get(stream, j), "stream"), made), "stream");
  }
}

static void check_sealing(struct vectors *v, const struct issue *issue) {
  const struct frag_batch *batch = &issue->batch;
  uint8_t header[FRAG_HEADER_LEN], key[32], link[32], mask[32];
  struct frag_slice sealed = frag_bytes(v->context->sealed, batch->plaintext_len + FRAG_TAG_LEN);
  vectors_ok(v, frag_header_encode(header, batch), "hdr");
  vectors_same(v, "hdr", header, sizeof header);
  vectors_ok(v, frag_seal_plaintext(v->context, batch, issue->key, &issue->document), "P");
  vectors_same(v, "sig", v->context->plaintext, 64);
  vectors_same(v, "plaintext", v->context->plaintext, batch->plaintext_len);
  vectors_ok(v, frag_seal(v->context, key, link, batch, header), "E");
  vectors_same(v, "k", key, sizeof key);
  vectors_same(v, "sealed", sealed.data, sealed.len);
  vectors_same(v, "d", link, sizeof link);
  vectors_ok(v, frag_seal_mask(v->context, mask, frag_bytes(header, sizeof header), sealed), "mask");
  vectors_same(v, "mask", mask, sizeof mask);
  check_stream(v, batch, key, frag_bytes(header, sizeof header));
}

static void check_outputs(struct vectors *v, const struct issue *issue) {
  unsigned m = issue->batch.fragment_count;
  char text[FRAG_QR_TEXT_LEN + 1];
  const json_t *records = forms_array(&v->forms, v->test, "records");
  vectors_same(v, "payload", issue->payload, sizeof issue->payload);
  frag_qr_text(text, issue->payload);
  vectors_same_text(v, "text", text);
  vectors_same(v, "locator", issue->records + FRAG_HEADER_LEN, FRAG_LOCATOR_LEN);
  vectors_same(v, "leaf", issue->records, FRAG_LEAF_LEN(m));
  vectors_check(v, json_array_size(records) == m, "number of records");
  for (unsigned i = 0; i < m; i++) {
    struct frag_slice record = frag_bytes(issue->records + i * issue->record_len, issue->record_len);
    vectors_check(v, frag_slice_equal(forms_item(&v->forms, json_array_get(records, i), "records"), record), "record");
    vectors_ok(v, frag_record_check(v->context, record.data, record.len), "an operator's check of the record");
  }
}

/* Opens with the records of the operators in the bit set `chosen`; the others are unreachable. */
static frag_error open_with(struct vectors *v, const struct issue *issue, const struct frag_trust *trust,
                            unsigned chosen, struct frag_document *document) {
  static uint8_t plaintext[FRAG_PLAINTEXT_MAX];
  unsigned m = issue->batch.fragment_count;
  char text[FRAG_QR_TEXT_LEN + 1];
  struct frag_qr qr;
  struct frag_gather gather;
  frag_qr_text(text, issue->payload);
  vectors_ok(v, frag_qr_decode(v->context, &qr, text, FRAG_QR_TEXT_LEN), "the QR text");
  frag_gather_begin(&gather, &qr, m, issue->batch.threshold);
  for (unsigned k = 0; k < m; k++) {
    const uint8_t *record = issue->records + k * issue->record_len;
    if (chosen >> k & 1u)
      vectors_ok(v, frag_gather_record(v->context, &gather, k, record, issue->record_len), "gathering");
    else
      frag_gather_answer(&gather, k, FRAG_ANSWER_UNREACHABLE);
  }
  frag_error error = frag_gather_result(&gather);
  if (error != FRAG_OK) return error;
  return frag_open(v->context, plaintext, sizeof plaintext, document, &qr, &gather, trust, TRUSTED_TAU_S);
}

static unsigned bits_of(unsigned value) {
  unsigned count = 0;
  for (; value != 0; value &= value - 1) count++;
  return count;
}

/* Every t of the m records open the document; one fewer opens nothing. */
static void open_again(struct vectors *v, const struct issue *issue) {
  unsigned t = issue->batch.threshold, m = issue->batch.fragment_count;
  struct frag_trust *trust = trusted_list(v, issue->batch.realm, issue->key, FRAG_ROLE_ISSUER, issue->document.issuer);
  struct frag_document opened;
  for (unsigned chosen = 0; chosen < 1u << m; chosen++) {
    unsigned count = bits_of(chosen);
    if (count == t) {
      vectors_ok(v, open_with(v, issue, trust, chosen, &opened), "opening again");
      vectors_check(v, forms_same_document(&opened, &issue->document), "the document opened again");
    } else if (count + 1 == t) {
      vectors_check(v, open_with(v, issue, trust, chosen, &opened) == FRAG_TOO_FEW_FRAGMENTS, "t - 1 records open it");
    }
  }
  frag_trust_free(trust);
}

static void run_one(struct vectors *v) {
  static struct issue issue;
  read_inputs(v, &issue);
  memset(issue.payload, 0xa5, sizeof issue.payload);
  memset(issue.records, 0xa5, sizeof issue.records);
  frag_error error = frag_issue(v->context, issue.payload, issue.records, sizeof issue.records, &issue.batch, issue.key,
                                &issue.document);
  vectors_outcome(v, error);
  if (v->valid) {
    check_outputs(v, &issue);
    open_again(v, &issue);
    check_signature(v, &issue);
    check_sealing(v, &issue);
    check_rid(v, &issue);
  } else {
    vectors_check(v, vectors_is_wiped(issue.payload, sizeof issue.payload) &&
                         vectors_is_wiped(issue.records, sizeof issue.records), "what was refused was not wiped");
  }
  frag_key_free(issue.key);
}

void run_issue(void **state) {
  static const struct vectors_type types[] = {{"Issue", run_one}, {NULL, NULL}};
  vectors_run(*state, "issue", types);
}
