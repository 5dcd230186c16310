/* The thread rules of the headers: a context for each thread, a key and a trust list shared by all. The tsan preset
 * watches this; in the other builds it shows that the results are the same as alone. */
#include "libfrag/cmocka_all.h"

#include <pthread.h>

#include "bytes.h"
#include "libfrag/fixture.h"

enum { THREADS = 4, ROUNDS = 50 };

struct worker {
  const struct fixture *shared;
  pthread_t thread;
  unsigned good;
};

static bool issue_and_open(const struct fixture *shared, struct frag_context *context) {
  uint8_t records[8192], payload[FRAG_PAYLOAD_LEN], plaintext[FIXTURE_PLAINTEXT_LEN];
  char text[FRAG_QR_TEXT_LEN + 1];
  struct frag_document document;
  struct frag_gather gather;
  struct frag_qr qr;
  size_t len = fixture_record_len(shared);
  frag_error error = frag_issue(context, payload, records, sizeof records, &shared->batch, shared->issuer,
                                &shared->document);
  if (error != FRAG_OK) return false;
  frag_qr_text(text, payload);
  if (frag_qr_decode(context, &qr, text, FRAG_QR_TEXT_LEN) != FRAG_OK) return false;
  frag_gather_begin(&gather, &qr, 3, 2);
  for (unsigned k = 0; k < 2; k++)
    if (frag_gather_record(context, &gather, k, records + k * len, len) != FRAG_OK) return false;
  if (frag_gather_result(&gather) != FRAG_OK) return false;
  return frag_open(context, plaintext, sizeof plaintext, &document, &qr, &gather, shared->trust, FIXTURE_NOW_S) ==
             FRAG_OK &&
         memcmp(records, shared->records, 3 * len) == 0 &&
         frag_trust_find(shared->trust, document.kid) != NULL;
}

static void *work(void *argument) {
  struct worker *worker = argument;
  const uint8_t seed32[32] = {7};
  struct frag_context *context = NULL;
  if (frag_context_new(&context, seed32) != FRAG_OK) return NULL;
  for (unsigned round = 0; round < ROUNDS; round++) worker->good += issue_and_open(worker->shared, context);
  frag_context_free(context);
  return NULL;
}

static void test_shared_key_and_trust(void **state) {
  struct worker workers[THREADS];
  for (size_t i = 0; i < THREADS; i++) {
    workers[i] = (struct worker){.shared = *state};
    assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
  }
  for (size_t i = 0; i < THREADS; i++) {
    assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
    assert_int_equal(workers[i].good, ROUNDS);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_shared_key_and_trust)};
  return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
