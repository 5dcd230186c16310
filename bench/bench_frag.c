/* bench_frag: issuing and opening one document, against the sum of the primitives that FRAG-1 asks for: one
 * BIP-340 signature or verification with a parsed key, AES-GCM and AES-CTR under fresh keys, and every hash, of
 * the same sizes. What is above 1 is the library's own work: encoding, text rules, shares, copies, wiping. */
#include <stdlib.h>
#include <string.h>

#include <frag/log.h>

#include "bench.h"
#include "bytes.h"
#include "crypto.h"
#include "curve.h"

enum { RECORDS_MAX = 64 * 1024 };

struct subject {
  struct frag_context *context;
  struct frag_key *key;
  struct frag_point point;
  struct frag_trust *trust;
  struct frag_batch batch;
  struct frag_document document;
  size_t document_len;
  char text[FRAG_QR_TEXT_LEN + 1];
  uint8_t payload[FRAG_PAYLOAD_LEN], records[RECORDS_MAX], plaintext[FRAG_PLAINTEXT_MAX];
  uint8_t sig64[64], bytes[FRAG_PLAINTEXT_MAX + FRAG_TAG_LEN], sealed[FRAG_PLAINTEXT_MAX + FRAG_TAG_LEN];
};

static const uint8_t secret32[32] = {[31] = 7}, zeroes[32];

static void require(frag_error error) {
  if (error == FRAG_OK) return;
  fprintf(stderr, "bench: %s\n", frag_error_name(error));
  exit(EXIT_FAILURE);
}

static struct frag_slice text_of(const char *text) { return frag_bytes((const uint8_t *)text, strlen(text)); }

static void issue(void *argument) {
  struct subject *s = argument;
  require(frag_issue(s->context, s->payload, s->records, sizeof s->records, &s->batch, s->key, &s->document));
}

/* QR text to document: what a portal does once the records are there. */
static void open_document(void *argument) {
  struct subject *s = argument;
  struct frag_qr qr;
  struct frag_gather gather;
  struct frag_document document;
  size_t record_len = FRAG_RECORD_LEN(s->batch.fragment_count, s->batch.plaintext_len);
  require(frag_qr_decode(s->context, &qr, s->text, FRAG_QR_TEXT_LEN));
  frag_gather_begin(&gather, &qr, s->batch.fragment_count, s->batch.threshold);
  for (unsigned k = 0; k < s->batch.threshold; k++)
    require(frag_gather_record(s->context, &gather, k, s->records + k * record_len, record_len));
  require(frag_gather_result(&gather));
  require(frag_open(s->context, s->plaintext, sizeof s->plaintext, &document, &qr, &gather, s->trust, 1764547300));
}

static void hash(struct subject *s, size_t len, unsigned times) {
  uint8_t out[32];
  struct frag_slice part = frag_bytes(s->bytes, len);
  for (unsigned i = 0; i < times; i++) require(frag_tagged_hash(s->context, FRAG_LABEL_FRAG, out, &part, 1));
}

static void derive(struct subject *s, size_t len) {
  uint8_t out[32];
  struct frag_slice part = frag_bytes(s->bytes, len);
  require(frag_prf(s->context, out, secret32, "key", &part, 1));
}

static void draw(struct subject *s) {
  size_t len = (s->batch.threshold - 1) * s->batch.plaintext_len;
  if (len == 0) return;
  derive(s, FRAG_HEADER_LEN);
  require(frag_ctr_stream(s->context, s->context->stream, len, secret32));
}

static void issue_floor(void *argument) {
  struct subject *s = argument;
  size_t n = s->batch.plaintext_len;
  hash(s, 2 + s->document_len, 1); /* doc */
  derive(s, 32);                   /* aux */
  require(frag_schnorr_sign(s->context, s->sig64, zeroes, s->key, zeroes));
  derive(s, FRAG_HEADER_LEN + n); /* key */
  require(frag_gcm_seal(s->context, s->sealed, secret32, frag_bytes(s->bytes, 8), frag_bytes(s->bytes, n)));
  hash(s, 8 + n + 16, 1);                     /* mask */
  hash(s, 51, 2);                             /* chk, loc */
  draw(s);                                    /* share */
  hash(s, 25 + n, s->batch.fragment_count);   /* frag */
}

static void open_floor(void *argument) {
  struct subject *s = argument;
  size_t n = s->batch.plaintext_len;
  hash(s, 51, 2);                                                /* chk, loc */
  hash(s, 25 + n, s->batch.threshold + s->batch.fragment_count); /* frag: the ones fetched, then all */
  hash(s, 8 + n + 16, 1);                                        /* mask */
  require(frag_gcm_open(s->context, s->plaintext, secret32, frag_bytes(s->bytes, 8), frag_bytes(s->sealed, n + 16)));
  draw(s);                         /* share */
  hash(s, 2 + s->document_len, 1); /* doc */
  if (!frag_schnorr_verify(s->context, s->sig64, zeroes, &s->point)) require(FRAG_ISSUER_SIGNATURE);
}

static void sign_alone(void *argument) {
  struct subject *s = argument;
  require(frag_schnorr_sign(s->context, s->sig64, zeroes, s->key, zeroes));
}

static void verify_alone(void *argument) {
  struct subject *s = argument;
  if (!frag_schnorr_verify(s->context, s->sig64, zeroes, &s->point)) require(FRAG_ISSUER_SIGNATURE);
}

static void hash_alone(void *argument) { hash(argument, 192, 1); }

static void gcm_alone(void *argument) {
  struct subject *s = argument;
  require(frag_gcm_seal(s->context, s->sealed, secret32, frag_bytes(s->bytes, 8), frag_bytes(s->bytes, 256)));
}

static void make_trust(struct subject *s) {
  struct frag_trust_key key = {.role = FRAG_ROLE_ISSUER, .issuer = s->document.issuer, .not_after_s = UINT64_MAX};
  struct frag_trust_list list = {.realm = 1, .list_no = 1, .issued_s = 1, .next_update_s = 2, .key_count = 1,
                                 .keys = &key};
  uint8_t encoded[1024];
  size_t len = 0;
  memcpy(key.kid, frag_key_id(s->key), sizeof key.kid);
  memcpy(key.pub32, frag_key_public(s->key), sizeof key.pub32);
  require(frag_trust_encode(s->context, encoded, sizeof encoded, &len, &list));
  require(frag_trust_decode(s->context, &s->trust, frag_bytes(encoded, len)));
}

static struct subject *make_subject(void) {
  struct subject *s = calloc(1, sizeof *s);
  if (s == NULL) exit(EXIT_FAILURE);
  require(frag_context_new(&s->context, secret32));
  require(frag_key_new(s->context, &s->key, secret32));
  require(frag_point_decode(s->context, &s->point, frag_key_public(s->key)));
  s->document = (struct frag_document){
      .issuer = text_of("rupp.edu.kh"), .type = text_of("degree/bachelor"), .serial = text_of("RUPP-2026-000123"),
      .issue_no = 1, .issued_s = 1764547200, .attribute_count = 6,
      .attributes = {{text_of("name"), text_of("សុខ ដារ៉ា")},
                     {text_of("name_latin"), text_of("Sok Dara")},
                     {text_of("degree"), text_of("BSc Computer Science")},
                     {text_of("birth_date"), text_of("2004-02-29")},
                     {text_of("average"), text_of("3.71")},
                     {text_of("place"), text_of("ភ្នំពេញ")}}};
  memcpy(s->document.kid, frag_key_id(s->key), FRAG_KID_LEN);
  require(frag_document_encode(s->context, s->plaintext, sizeof s->plaintext, &s->document_len, &s->document));
  make_trust(s);
  return s;
}

static void free_subject(struct subject *s) {
  frag_trust_free(s->trust);
  frag_key_free(s->key);
  frag_context_free(s->context);
  free(s);
}

static void print_alone(struct subject *s) {
  const struct bench_work works[] = {{"BIP-340 sign", sign_alone, s},
                                     {"BIP-340 verify", verify_alone, s},
                                     {"SHA-256, 256 bytes", hash_alone, s},
                                     {"AES-256-GCM, 256 bytes", gcm_alone, s}};
  for (size_t i = 0; i < FRAG_COUNT(works); i++)
    printf("%-28s %9.2f µs\n", works[i].name, bench_alone_ns(&works[i]) / 1e3);
}

int main(void) {
  static const struct {
    const char *issue, *open;
    unsigned threshold, fragment_count;
    size_t plaintext_len;
  } shapes[] = {{"issue, 1 of 1, N 512", "open,  1 of 1, N 512", 1, 1, 512},
                {"issue, 2 of 3, N 512", "open,  2 of 3, N 512", 2, 3, 512},
                {"issue, 3 of 5, N 512", "open,  3 of 5, N 512", 3, 5, 512},
                {"issue, 2 of 3, N 8192", "open,  2 of 3, N 8192", 2, 3, 8192}};
  struct subject *s = make_subject();
  print_alone(s);
  for (size_t i = 0; i < FRAG_COUNT(shapes); i++) {
    s->batch = (struct frag_batch){1, shapes[i].threshold, shapes[i].fragment_count, shapes[i].plaintext_len, {1}};
    issue(s);
    frag_qr_text(s->text, s->payload);
    issue_floor(s); /* leaves what open_floor opens */
    bench_against_floor(&(struct bench_work){shapes[i].issue, issue, s},
                        &(struct bench_work){"", issue_floor, s});
    bench_against_floor(&(struct bench_work){shapes[i].open, open_document, s},
                        &(struct bench_work){"", open_floor, s});
  }
  free_subject(s);
  return EXIT_SUCCESS;
}
