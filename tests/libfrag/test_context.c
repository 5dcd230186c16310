/* Memory: every allocation of libfrag, and of OpenSSL on its behalf, is made to fail in turn. The linker sends
 * libfrag's own calls here (--wrap), OpenSSL is told to call here. */
#include "libfrag/cmocka_all.h"

#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/err.h>

#include <frag/checkpoint.h>

#include "bytes.h"
#include "libfrag/fixture.h"
#include "state.h"

void *__real_malloc(size_t len);
void *__real_calloc(size_t count, size_t len);
void __real_free(void *memory);
void *__wrap_malloc(size_t len);
void *__wrap_calloc(size_t count, size_t len);
void __wrap_free(void *memory);

static struct {
  size_t own, foreign;  /* allocations since the last reset: libfrag's, OpenSSL's */
  size_t live;          /* not freed yet */
  size_t fail_at;       /* the allocation that fails, counted from 1; 0: none */
  bool fail_after;      /* all later ones fail too */
  bool own_failed;
  void *watched;        /* a block that must be wiped when it is freed */
  size_t watched_len;
} memory;

static bool fails(void) {
  size_t number = memory.own + memory.foreign;
  return memory.fail_at != 0 && (number == memory.fail_at || (memory.fail_after && number > memory.fail_at));
}

static void *count_new(void *allocated) {
  memory.live += allocated != NULL;
  return allocated;
}

static bool own_fails(void) {
  memory.own++;
  memory.own_failed = memory.own_failed || fails();
  return fails();
}

void *__wrap_malloc(size_t len) { return own_fails() ? NULL : count_new(__real_malloc(len)); }

void *__wrap_calloc(size_t count, size_t len) { return own_fails() ? NULL : count_new(__real_calloc(count, len)); }

void __wrap_free(void *allocated) {
  memory.live -= allocated != NULL;
  if (allocated != NULL && allocated == memory.watched) {
    memory.watched = NULL;
    assert_true(is_all_zero(allocated, memory.watched_len));
  }
  __real_free(allocated);
}

static void *openssl_malloc(size_t len, const char *file, int line) {
  (void)file, (void)line;
  memory.foreign++;
  return fails() ? NULL : count_new(__real_malloc(len));
}

static void *openssl_realloc(void *old, size_t len, const char *file, int line) {
  (void)file, (void)line;
  memory.foreign++;
  if (fails()) return NULL;
  void *moved = realloc(old, len);
  memory.live += old == NULL && moved != NULL;
  return moved;
}

static void openssl_free(void *allocated, const char *file, int line) {
  (void)file, (void)line;
  __wrap_free(allocated);
}

static void start_failing(size_t fail_at, bool fail_after) {
  memory.own = memory.foreign = 0;
  memory.own_failed = false;
  memory.fail_at = fail_at;
  memory.fail_after = fail_after;
}

static void stop_failing(void) {
  memory.fail_at = 0;
  ERR_clear_error();
}

/* Runs `work` with its first, second … allocation failing, alone and with all that follow, until it has no more.
 * It must report a fault each time it cannot finish; the next run must go as if nothing had been, and no more be
 * allocated after it than before. */
static void fail_each(struct fixture *fixture, frag_error (*work)(struct fixture *), size_t least_failures) {
  size_t failures = 0;
  assert_int_equal(work(fixture), FRAG_OK); /* fills what OpenSSL keeps for good */
  ERR_clear_error();
  for (unsigned after = 0; after < 2; after++)
    for (size_t fail_at = 1;; fail_at++) {
      size_t live = memory.live;
      start_failing(fail_at, after == 1);
      frag_error error = work(fixture);
      bool reached = memory.own + memory.foreign >= fail_at;
      stop_failing();
      if (error != FRAG_OK) assert_true(error == FRAG_MEMORY || error == FRAG_CRYPTO);
      if (memory.own_failed) assert_int_equal(error, FRAG_MEMORY); /* what OpenSSL lacks it may do without */
      assert_int_equal(work(fixture), FRAG_OK);
      assert_int_equal(memory.live, live);
      failures += error != FRAG_OK;
      if (!reached) break;
    }
  assert_true(failures >= least_failures);
}

static frag_error make_context(struct fixture *fixture) {
  (void)fixture;
  const uint8_t seed32[32] = {2};
  struct frag_context *context = (struct frag_context *)&memory;
  frag_error error = frag_context_new(&context, seed32);
  assert_int_equal(error == FRAG_OK, context != NULL);
  frag_context_free(context);
  return error;
}

static frag_error make_key(struct fixture *fixture) {
  const uint8_t secret32[32] = {2};
  struct frag_key *key = (struct frag_key *)&memory;
  frag_error error = frag_key_new(fixture->context, &key, secret32);
  assert_int_equal(error == FRAG_OK, key != NULL);
  frag_key_free(key);
  return error;
}

static frag_error decode_trust(struct fixture *fixture) {
  struct frag_trust *trust = (struct frag_trust *)&memory;
  frag_error error = frag_trust_decode(fixture->context, &trust, frag_trust_bytes(fixture->trust));
  assert_int_equal(error == FRAG_OK, trust != NULL);
  frag_trust_free(trust);
  return error;
}

static struct {
  uint8_t bytes[4096];
  size_t len;
} trust_file;

static void write_trust_file(struct fixture *fixture) {
  struct frag_root_signature signature;
  const uint8_t aux32[32] = {0};
  struct frag_slice list = frag_trust_bytes(fixture->trust);
  assert_int_equal(frag_trust_sign(fixture->context, &signature, list, fixture->root, aux32), FRAG_OK);
  assert_int_equal(frag_trust_file_encode(trust_file.bytes, sizeof trust_file.bytes, &trust_file.len, list,
                                          &signature, 1),
                   FRAG_OK);
}

static frag_error open_trust(struct fixture *fixture) {
  uint8_t roots[1][32];
  memcpy(roots[0], frag_key_public(fixture->root), 32);
  struct frag_pins pins = {1, 1, 1, (const uint8_t(*)[32])roots};
  struct frag_trust *trust = (struct frag_trust *)&memory;
  frag_error error = frag_trust_open(fixture->context, &trust, frag_bytes(trust_file.bytes, trust_file.len), &pins);
  assert_int_equal(error == FRAG_OK, trust != NULL);
  frag_trust_free(trust);
  return error;
}

static frag_error log_public(struct fixture *fixture) {
  uint8_t pub32[32];
  const uint8_t seed32[32] = {3};
  return frag_log_public(fixture->context, pub32, seed32);
}

static void test_context_memory(void **state) { fail_each(*state, make_context, 10); }
static void test_key_memory(void **state) { fail_each(*state, make_key, 2); }
static void test_trust_decode_memory(void **state) { fail_each(*state, decode_trust, 12); }
static void test_trust_open_memory(void **state) {
  write_trust_file(*state);
  fail_each(*state, open_trust, 12);
}
static void test_log_public_memory(void **state) { fail_each(*state, log_public, 2); }

/* A right checkpoint that nothing could be allocated for is not called wrong. */
static frag_error sign_and_check(struct fixture *fixture) {
  char note[FRAG_CHECKPOINT_MAX];
  const uint8_t seed32[32] = {3}, root[32] = {4};
  uint8_t pub32[32];
  size_t len;
  struct frag_log_key key;
  struct frag_checkpoint checkpoint;
  struct frag_slice origin = slice_of("log.example");
  frag_error error = frag_checkpoint_sign(fixture->context, note, &len, origin, 1, root, seed32, 5);
  if (error == FRAG_OK) error = frag_log_public(fixture->context, pub32, seed32);
  if (error == FRAG_OK) error = frag_log_key_make(fixture->context, &key, origin, pub32);
  if (error == FRAG_OK) error = frag_checkpoint_decode(fixture->context, &checkpoint, note, len);
  return error == FRAG_OK ? frag_checkpoint_check(fixture->context, &checkpoint, &key, NULL) : error;
}

static void test_checkpoint_memory(void **state) {
  struct fixture *fixture = *state;
  start_failing(0, false);
  assert_int_equal(sign_and_check(fixture), FRAG_OK);
  assert_int_equal(memory.own, 0);
  fail_each(fixture, sign_and_check, 12);
}

static frag_error issue_and_open(struct fixture *fixture) {
  uint8_t plaintext[FIXTURE_PLAINTEXT_LEN], payload[FRAG_PAYLOAD_LEN];
  struct frag_document document;
  struct frag_qr qr;
  struct frag_gather gather;
  frag_error error = frag_issue(fixture->context, payload, fixture->records, sizeof fixture->records, &fixture->batch,
                                fixture->issuer, &fixture->document);
  if (error == FRAG_OK) error = frag_qr_decode(fixture->context, &qr, fixture->text, FRAG_QR_TEXT_LEN);
  if (error != FRAG_OK) return error;
  frag_gather_begin(&gather, &qr, 3, 2);
  for (unsigned k = 0; k < 2 && error == FRAG_OK; k++)
    error = frag_gather_record(fixture->context, &gather, k, fixture_record(fixture, k + 1),
                               fixture_record_len(fixture));
  if (error == FRAG_OK) error = frag_gather_result(&gather);
  if (error != FRAG_OK) return error;
  return frag_open(fixture->context, plaintext, sizeof plaintext, &document, &qr, &gather, fixture->trust, 5);
}

/* Issuing and opening take no memory of their own. OpenSSL takes some for each hash, which may fail; then that is
 * what is reported. */
static void test_work_takes_no_memory(void **state) {
  struct fixture *fixture = *state;
  start_failing(0, false);
  assert_int_equal(issue_and_open(fixture), FRAG_OK);
  assert_int_equal(memory.own, 0);
  fail_each(fixture, issue_and_open, 2);
}

/* A record that cannot be hashed for want of memory is not held against its operator, however often it is tried. */
static void test_record_without_memory(void **state) {
  struct fixture *fixture = *state;
  struct frag_gather gather;
  size_t len = fixture_record_len(fixture);
  frag_gather_begin(&gather, &fixture->qr, 3, 2);
  for (size_t fail_at = 1; fail_at <= 3; fail_at++) {
    start_failing(0, false);
    assert_int_equal(frag_gather_record(fixture->context, &gather, 0, fixture_record(fixture, 1), len), FRAG_OK);
    if (fail_at == 1 && memory.foreign != 1) skip(); /* another OpenSSL, which takes no block for a hash */
    start_failing(fail_at, true);
    for (size_t call = 1; call <= 4; call++) {
      frag_error error = frag_gather_record(fixture->context, &gather, 0, fixture_record(fixture, 1), len);
      assert_int_equal(error, call < fail_at ? FRAG_OK : FRAG_CRYPTO);
      assert_int_equal(gather.answers[0], call < fail_at ? FRAG_ANSWER_GOOD : FRAG_ANSWER_UNREACHABLE);
    }
    stop_failing();
  }
}

static void test_secrets_are_wiped(void **state) {
  struct fixture *fixture = *state;
  const uint8_t seed32[32] = {2}, secret32[32] = {2};
  struct frag_context *context = NULL, *kept = fixture->context;
  struct frag_key *key = NULL;
  assert_int_equal(frag_context_new(&context, seed32), FRAG_OK);
  fixture->context = context;
  assert_int_equal(issue_and_open(fixture), FRAG_OK);
  fixture->context = kept;
  assert_int_equal(frag_key_new(context, &key, secret32), FRAG_OK);
  memory.watched = key;
  memory.watched_len = 96 + 32 + 8; /* the pair as libsecp256k1 keeps it, the public key and its id */
  frag_key_free(key);
  assert_null(memory.watched);
  memory.watched = context;
  memory.watched_len = sizeof *context;
  frag_context_free(context);
  assert_null(memory.watched);
}

static void test_free_nothing(void **state) {
  (void)state;
  frag_context_free(NULL);
  frag_key_free(NULL);
  frag_trust_free(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_context_memory),        cmocka_unit_test(test_key_memory),
      cmocka_unit_test(test_trust_decode_memory),   cmocka_unit_test(test_trust_open_memory),
      cmocka_unit_test(test_log_public_memory),     cmocka_unit_test(test_checkpoint_memory),
      cmocka_unit_test(test_work_takes_no_memory),  cmocka_unit_test(test_record_without_memory),
      cmocka_unit_test(test_secrets_are_wiped),     cmocka_unit_test(test_free_nothing),
  };
  if (CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) != 1) return 1;
  return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
