/* ctime.c: shows under valgrind that no branch and no address depends on a secret. Secrets are marked as
 * undefined, so that memcheck reports every jump on them and every access by them (the method of libsecp256k1's
 * ctime_tests.c). The places where a whole result becomes known on purpose are listed in ctime.supp. */
#include <stdio.h>
#include <string.h>

#include <valgrind/memcheck.h>

#include "bytes.h"
#include "crypto.h"
#include "fixture.h"
#include "qr.h"
#include "record.h"
#include "seal.h"
#include "shamir.h"
#include "split.h"
#include "state.h"

static void hide(void *memory, size_t len) { (void)VALGRIND_MAKE_MEM_UNDEFINED(memory, len); }

static void show(void *memory, size_t len) { (void)VALGRIND_MAKE_MEM_DEFINED(memory, len); }

static void arithmetic(struct fixture *fixture) {
  uint8_t a = 0x57, b = 0x83, in[64], sum[64];
  (void)fixture;
  memset(in, 0x11, sizeof in);
  memset(sum, 0x22, sizeof sum);
  hide(&a, 1);
  hide(&b, 1);
  hide(in, sizeof in);
  hide(sum, sizeof sum);
  uint8_t product = frag_gf_multiply(a, b), power = frag_gf_power(a, 254);
  for (unsigned factor = 0; factor < 256; factor++) frag_gf_add_scaled(sum, in, sizeof in, (uint8_t)factor);
  show(&product, 1);
  show(&power, 1);
  fixture_require(product == 0xc1 && frag_gf_multiply(0x57, power) == 1, "products");
}

static void comparison(struct fixture *fixture) {
  uint8_t a[32] = {1}, b[32] = {1};
  (void)fixture;
  for (unsigned round = 0; round < 32; round++) {
    hide(a, sizeof a);
    hide(b, sizeof b);
    bool equal = frag_secret_equal(a, b, sizeof a);
    show(&equal, sizeof equal);
    fixture_require(equal == (round == 0), "comparing");
    show(a, sizeof a);
    a[round] ^= 0x80;
  }
}

static void code_text(struct fixture *fixture) {
  uint8_t payload[FRAG_PAYLOAD_LEN];
  char text[FRAG_QR_TEXT_LEN + 1];
  struct frag_qr qr;
  memcpy(payload, fixture->payload, sizeof payload);
  hide(payload, sizeof payload);
  frag_qr_text(text, payload);
  hide(text, FRAG_QR_TEXT_LEN);
  frag_error error = frag_qr_decode(fixture->context, &qr, text, FRAG_QR_TEXT_LEN);
  show(&error, sizeof error);
  show(&qr, sizeof qr);
  fixture_require(error == FRAG_OK && memcmp(qr.link, fixture->qr.link, 32) == 0, "decoding");
}

/* Issuing from the plaintext on, with the batch key and the plaintext secret. */
static void seal_and_split(struct fixture *fixture) {
  struct frag_context *context = fixture->context;
  struct frag_batch batch = fixture->batch;
  static uint8_t records[8192];
  uint8_t header[FRAG_HEADER_LEN], key[32], payload[FRAG_PAYLOAD_LEN];
  struct frag_qr qr = {.realm = batch.realm};
  fixture_require(frag_header_encode(header, &batch) == FRAG_OK, "header");
  fixture_require(frag_seal_plaintext(context, &batch, fixture->issuer, &fixture->document) == FRAG_OK, "plaintext");
  hide(context->plaintext, batch.plaintext_len);
  hide(batch.batch_key, sizeof batch.batch_key);
  fixture_require(frag_seal(context, key, qr.link, &batch, header) == FRAG_OK, "sealing");
  memcpy(qr.head, context->sealed, sizeof qr.head);
  fixture_require(frag_qr_encode(context, payload, &qr) == FRAG_OK, "payload");
  fixture_require(frag_qr_locator(context, qr.locator, payload) == FRAG_OK, "locator");
  fixture_require(frag_split(context, records, &batch, header, qr.locator, key) == FRAG_OK, "splitting");
  show(payload, sizeof payload);
  show(records, sizeof records);
  show(context->plaintext, sizeof context->plaintext);
  show(context->sealed, sizeof context->sealed);
  show(context->stream, sizeof context->stream);
  fixture_require(memcmp(payload, fixture->payload, sizeof payload) == 0, "the known code");
  fixture_require(memcmp(records, fixture->records, 3 * fixture_record_len(fixture)) == 0, "the known records");
}

/* Opening up to the key, and the check of all shares from it. */
static void join_and_check(struct fixture *fixture) {
  struct frag_context *context = fixture->context;
  struct frag_gather gather = fixture_gather(fixture, 3);
  struct frag_qr qr = fixture->qr;
  uint8_t key[32], mask[32];
  struct frag_slice header = frag_bytes(fixture->records, FRAG_HEADER_LEN);
  hide(qr.link, sizeof qr.link);
  hide(qr.head, sizeof qr.head);
  for (unsigned i = 1; i <= 3; i++) hide(fixture_record(fixture, i) + FRAG_LEAF_LEN(3) + 1, FIXTURE_PLAINTEXT_LEN);
  frag_join(context, qr.head, &gather, 5);
  struct frag_slice sealed = frag_bytes(context->sealed, FIXTURE_PLAINTEXT_LEN + FRAG_TAG_LEN);
  fixture_require(frag_seal_mask(context, mask, header, sealed) == FRAG_OK, "mask");
  for (size_t i = 0; i < sizeof key; i++) key[i] = mask[i] ^ qr.link[i];
  frag_error error = frag_split_check(context, &gather.records[0].leaf, key);
  show(&error, sizeof error);
  fixture_require(error == FRAG_OK, "checking the shares");
  show(fixture->records, sizeof fixture->records);
  show(context->sealed, sizeof context->sealed);
}

/* What the other checks would look like if they failed: a table read at a secret place. */
static bool leak_is_seen(void) {
  static const uint8_t table[256] = {[7] = 1};
  unsigned before = (unsigned)VALGRIND_COUNT_ERRORS;
  uint8_t secret = 7;
  hide(&secret, 1);
  volatile uint8_t found = table[secret];
  (void)found;
  return (unsigned)VALGRIND_COUNT_ERRORS > before;
}

int main(void) {
  static const struct {
    const char *name;
    void (*run)(struct fixture *);
  } checks[] = {{"field arithmetic", arithmetic}, {"comparison", comparison},         {"code text", code_text},
                {"seal and split", seal_and_split}, {"join and check", join_and_check}};
  struct fixture *fixture = NULL;
  int failed = 0;
  if (!RUNNING_ON_VALGRIND) {
    fprintf(stderr, "ctime: run me under valgrind\n");
    return 2;
  }
  fixture_setup((void **)&fixture);
  for (size_t i = 0; i < FRAG_COUNT(checks); i++) {
    unsigned before = (unsigned)VALGRIND_COUNT_ERRORS;
    checks[i].run(fixture);
    bool constant = (unsigned)VALGRIND_COUNT_ERRORS == before;
    printf("%s: %s\n", checks[i].name, constant ? "constant time" : "DEPENDS ON A SECRET");
    failed += constant ? 0 : 1;
  }
  fixture_teardown((void **)&fixture);
  if (!leak_is_seen()) {
    printf("a deliberate leak was not seen\n");
    failed++;
  }
  return failed == 0 ? 0 : 1;
}
