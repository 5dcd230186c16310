/* The witness without HTTP. Over HTTP: test_witness_handler.c. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <frag/tlog_proof.h>

#include "base/context.h"
#include "base/file.h"
#include "serve/witness.h"
#include "temp_folder.h"

enum { LOGS = 24, OLD = 5 };

static struct temp_folder folder;
static struct frag_context *context;
static struct vd_seen *seen;
static struct vd_witness *witnesses[2]; /* of one memory, as if two requests ran at once */
static struct vd_role_metrics metrics;
static struct vd_settings settings;
static char vkeys[LOGS][FRAG_VKEY_MAX];
static char requests[2][FRAG_TLOG_PROOF_MAX];
static size_t request_lens[2];
static const uint8_t seed[32] = {4};

static void origin_of(size_t log, char origin[static 32]) { (void)snprintf(origin, 32, "log.example/%zu", log); }

static void put_witness_key(void) {
  struct vd_public_key key = {.kind = VD_KEY_LOG, .name = "witness.example"};
  struct vd_key_file file;
  char text[VD_KEY_TEXT_SIZE];
  assert_int_equal(vd_key_derive(context, &key, seed, NULL), VD_OK);
  assert_int_equal(vd_key_file_make(&file, &key, seed, NULL, NULL), VD_OK);
  vd_key_file_write(text, &file);
  (void)snprintf(settings.witness.key, sizeof settings.witness.key, "%s", temp_folder_at(&folder, "witness.key"));
  assert_int_equal(vd_file_create(settings.witness.key, text, strlen(text), 0600, NULL), VD_OK);
}

static void put_log_keys(void) {
  uint8_t pub32[32];
  assert_int_equal(frag_log_public(context, pub32, seed), FRAG_OK);
  for (size_t i = 0; i < LOGS; i++) {
    char origin[32];
    origin_of(i, origin);
    struct frag_slice name = {(const uint8_t *)origin, strlen(origin)};
    assert_int_equal(frag_log_vkey(context, vkeys[i], name, pub32), FRAG_OK);
    memcpy(settings.witness.logs[settings.witness.logs_count++], vkeys[i], FRAG_VKEY_MAX);
  }
}

static enum vd_error make_witness(struct vd_witness **witness, struct vd_failure *failure) {
  struct vd_witness_options options = {.settings = &settings, .seen = seen, .metrics = &metrics, .log_fd = 2};
  return vd_witness_new(&options, witness, failure);
}

static int begin(void **state) {
  (void)state;
  temp_folder_make(&folder);
  memset(&settings, 0, sizeof settings);
  vd_role_metrics_init(&metrics);
  assert_int_equal(vd_context_new(&context, NULL), VD_OK);
  put_witness_key();
  put_log_keys();
  assert_int_equal(vd_seen_open(temp_folder_at(&folder, "seen"), &seen, NULL), VD_OK);
  for (size_t i = 0; i < 2; i++) assert_int_equal(make_witness(&witnesses[i], NULL), VD_OK);
  return 0;
}

static int end(void **state) {
  (void)state;
  for (size_t i = 0; i < 2; i++) vd_witness_free(witnesses[i]);
  vd_seen_close(seen);
  frag_context_free(context);
  temp_folder_remove(&folder);
  return 0;
}

/* A tree of OLD leaves that are the same for all, and one more that is not. */
static frag_error read_hash(void *state, unsigned level, uint64_t index, uint8_t hash[FRAG_AT_LEAST(FRAG_HASH_LEN)]) {
  uint8_t left[FRAG_HASH_LEN], right[FRAG_HASH_LEN];
  if (level == 0) {
    memset(hash, index < OLD ? (int)index : *(const int *)state, FRAG_HASH_LEN);
    return FRAG_OK;
  }
  frag_error error = read_hash(state, level - 1, 2 * index, left);
  if (error == FRAG_OK) error = read_hash(state, level - 1, 2 * index + 1, right);
  return error == FRAG_OK ? frag_node_hash(context, hash, left, right) : error;
}

static void write_request(size_t slot, size_t log, uint64_t old_size, uint64_t size, int last_leaf) {
  struct frag_tree_reader reader = {read_hash, &last_leaf};
  struct frag_witness_request request = {.old_size = old_size};
  char note[FRAG_CHECKPOINT_MAX], origin[32];
  uint8_t root[FRAG_HASH_LEN];
  size_t len;
  origin_of(log, origin);
  struct frag_slice name = {(const uint8_t *)origin, strlen(origin)};
  assert_int_equal(frag_tree_root(context, root, size, &reader), FRAG_OK);
  assert_int_equal(frag_checkpoint_sign(context, note, &len, name, size, root, seed, 1000), FRAG_OK);
  assert_int_equal(frag_tree_consistency(context, &request.consistency, old_size, size, &reader), FRAG_OK);
  request.checkpoint = (struct frag_slice){(const uint8_t *)note, len};
  assert_int_equal(frag_witness_request_encode(requests[slot], &request_lens[slot], &request), FRAG_OK);
}

struct asker {
  size_t slot;
  pthread_barrier_t *barrier;
  struct vd_witness_answer answer;
};

static void *ask(void *context_) {
  struct asker *asker = context_;
  (void)pthread_barrier_wait(asker->barrier);
  vd_witness_add(witnesses[asker->slot], requests[asker->slot], request_lens[asker->slot], 2000, &asker->answer);
  return NULL;
}

/* Both continue what was cosigned last, and contradict each other: only one may get a cosignature. */
static void of_two_at_once_one_is_cosigned(void **state) {
  (void)state;
  for (size_t log = 0; log < LOGS; log++) {
    struct asker askers[2] = {{.slot = 0}, {.slot = 1}};
    pthread_barrier_t barrier;
    pthread_t threads[2];
    write_request(0, log, 0, OLD, 0);
    vd_witness_add(witnesses[0], requests[0], request_lens[0], 2000, &askers[0].answer);
    assert_int_equal(askers[0].answer.outcome, VD_WITNESS_COSIGNED);
    write_request(0, log, OLD, OLD + 1, 0x51);
    write_request(1, log, OLD, OLD + 1, 0x52);
    assert_int_equal(pthread_barrier_init(&barrier, NULL, 2), 0);
    for (size_t i = 0; i < 2; i++) {
      askers[i].barrier = &barrier;
      assert_int_equal(pthread_create(&threads[i], NULL, ask, &askers[i]), 0);
    }
    for (size_t i = 0; i < 2; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
    (void)pthread_barrier_destroy(&barrier);
    bool first = askers[0].answer.outcome == VD_WITNESS_COSIGNED,
         second = askers[1].answer.outcome == VD_WITNESS_COSIGNED;
    assert_true(first != second);
    assert_int_equal(askers[first ? 1 : 0].answer.outcome, VD_WITNESS_OTHER_SIZE);
    assert_int_equal(askers[first ? 1 : 0].answer.size, OLD + 1);
  }
  assert_int_equal(vd_seen_equivocations(seen), LOGS); /* and every log that did that is known */
}

static void every_flipped_bit_is_refused(void **state) {
  struct vd_witness_answer answer;
  (void)state;
  write_request(0, 0, 0, OLD, 0);
  size_t log_lines = (size_t)(strstr(requests[0], "\n\xe2\x80\x94") - requests[0]);
  for (size_t at = 0; at < log_lines; at++) { /* whatever is signed, or says what it is about */
    requests[0][at] ^= 0x04;
    vd_witness_add(witnesses[0], requests[0], request_lens[0], 2000, &answer);
    assert_int_not_equal(answer.outcome, VD_WITNESS_COSIGNED);
    assert_int_equal(answer.line_len, 0);
    requests[0][at] ^= 0x04;
  }
  vd_witness_add(witnesses[0], requests[0], request_lens[0], 2000, &answer);
  assert_int_equal(answer.outcome, VD_WITNESS_COSIGNED);
}

static void two_keys_for_one_log_are_refused(void **state) {
  struct vd_witness *witness;
  struct vd_failure failure = {.text = ""};
  uint8_t pub32[32];
  static const uint8_t other[32] = {8};
  (void)state;
  struct frag_slice name = {(const uint8_t *)"log.example/0", 13};
  assert_int_equal(frag_log_public(context, pub32, other), FRAG_OK);
  assert_int_equal(frag_log_vkey(context, settings.witness.logs[1], name, pub32), FRAG_OK);
  assert_int_equal(make_witness(&witness, &failure), VD_CONFIG);
  assert_non_null(strstr(failure.text, "log.example/0"));
  assert_null(witness);
  memcpy(settings.witness.logs[1], vkeys[0], FRAG_VKEY_MAX); /* the same one twice is no fault */
  assert_int_equal(make_witness(&witness, &failure), VD_OK);
  assert_int_equal(witness->logs_count, LOGS - 1);
  vd_witness_free(witness);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(of_two_at_once_one_is_cosigned, begin, end),
      cmocka_unit_test_setup_teardown(every_flipped_bit_is_refused, begin, end),
      cmocka_unit_test_setup_teardown(two_keys_for_one_log_are_refused, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
