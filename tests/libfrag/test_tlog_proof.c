/* Offline proofs and requests to witnesses, C2SP tlog-proof and tlog-witness: checkpoint and hashes are those that Go's
 * sumdb packages make of the entries "entry 0" … "entry 6". */
#include "libfrag/cmocka_all.h"

#include <stdio.h>

#include <frag/tlog_proof.h>

#include "bytes.h"
#include "libfrag/fixture.h"

#define CHECKPOINT \
  "log.example/ledger\n" \
  "7\n" \
  "mMl/C6MXXNCLAx3QhLncTmSbZNGijm6mlGRlAxc6tYc=\n" \
  "\n" \
  "— log.example/ledger " \
  "4uhj881oVfb0xUrV+2b2c8i1DPfYk0kEitgDR0PHWh0AaCUK/SNjNFuVG0qw5bAeUXGhkU3DNqtVzx7iYyrKnq84ugw=\n" \
  "— log.example/ledger " \
  "cANphAAAAABpLNrkqMV5cTYynyHe6oLLlpf2LSycIOV+raxRsXezd70Sx/yo2JA4+4o96NALvNukAaqqk//ibjW6V2Ycm5YODm9S" \
  "Ag==\n"
#define HASH_1 "n/U3thiiV++CkIxFkVrLrrbZ3qA11tk5ZPyIwZ6YyLM=\n"
#define HASH_2 "vhV4G2KKKEFMHIoRuG24Qi+hBBIV/g18RJbSPNoeQUI=\n"
#define HASH_3 "l5nzB1F+9RfCIF35tndivzR1ayAJn7ffzOdrzr0nOy4=\n"
#define HASHES HASH_1 HASH_2 HASH_3
#define HEAD "c2sp.org/tlog-proof@v1\n"
#define GROWTH \
  "V8efTzGuApxdS9MLBzwnyU35NDiytGl+Hh7vW8A5SkE=\n" \
  "YcoROfaBWEHVuvLQ0tm9nf7pfImN1ve6DAqpQe5sAes=\n" \
  "WkdmL9ijF9lgSaP59HxV3GfKZgUbqjaD27GbL+CaB7A=\n" \
  "lK+4osoFHAVFjqOdzRmxvWjn4zUp8QtDnSphWlH2NuI=\n"

static const char proof_text[] = HEAD "index 4\n" HASHES "\n" CHECKPOINT;
static const char extra_text[] = HEAD "extra ZW50cnkgNA==\nindex 4\n" HASHES "\n" CHECKPOINT;
static const char request_text[] = "old 3\n" GROWTH "\n" CHECKPOINT;
static const char log_vkey[] = "log.example/ledger+e2e863f3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

static frag_error decode(struct frag_tlog_proof *proof, const char *text) {
  return frag_tlog_proof_decode(proof, text, strlen(text));
}

static struct frag_log_key log_key(struct fixture *fixture) {
  struct frag_log_key key;
  assert_int_equal(frag_log_key_parse(fixture->context, &key, log_vkey, strlen(log_vkey)), FRAG_OK);
  return key;
}

static void check_written(const struct frag_tlog_proof *proof, const char *text) {
  static char again[FRAG_TLOG_PROOF_MAX];
  size_t len;
  assert_int_equal(frag_tlog_proof_encode(again, &len, proof), FRAG_OK);
  assert_int_equal(len, strlen(text));
  assert_memory_equal(again, text, len);
}

static void test_proof(void **state) {
  struct fixture *fixture = *state;
  static const char *const texts[] = {proof_text, extra_text};
  struct frag_log_key key = log_key(fixture);
  for (size_t i = 0; i < FRAG_COUNT(texts); i++) {
    struct frag_tlog_proof proof;
    struct frag_checkpoint checkpoint;
    uint64_t time_s;
    assert_int_equal(decode(&proof, texts[i]), FRAG_OK);
    assert_true(proof.index == 4 && proof.inclusion.count == 3 && proof.inclusion.hashes[2][31] == 0x2e);
    assert_int_equal(proof.extra_len, i == 0 ? 0 : 7);
    assert_memory_equal(proof.extra, "entry 4", proof.extra_len);
    assert_true(frag_slice_equal(proof.checkpoint, slice_of(CHECKPOINT)));
    check_written(&proof, texts[i]);
    assert_int_equal(frag_tlog_proof_check(fixture->context, &proof, slice_of("entry 4"), &key, &checkpoint, &time_s),
                     FRAG_OK);
    assert_true(checkpoint.size == 7 && time_s == 1764547300);
    assert_int_equal(frag_tlog_proof_check(fixture->context, &proof, slice_of("entry 4"), &key, NULL, NULL), FRAG_OK);
  }
}

static void refuse(struct fixture *fixture, const struct frag_tlog_proof *proof, const char *entry,
                   const struct frag_log_key *key, frag_error expected) {
  struct frag_checkpoint checkpoint = {.size = 1};
  uint64_t time_s = 1;
  assert_int_equal(frag_tlog_proof_check(fixture->context, proof, slice_of(entry), key, &checkpoint, &time_s),
                   expected);
  assert_true(is_all_zero(&checkpoint, sizeof checkpoint) && time_s == 0);
}

static void test_check_refuses(void **state) {
  struct fixture *fixture = *state;
  static const char *const entries[] = {"", "entry 3", "entry 5", "entry 4 ", "Entry 4", "entry"};
  static const uint64_t indices[] = {0, 1, 2, 3, 5, 6, 7, 8, 12, UINT64_MAX};
  struct frag_tlog_proof proof, other;
  struct frag_log_key key = log_key(fixture), stranger;
  assert_int_equal(decode(&proof, proof_text), FRAG_OK);
  for (size_t i = 0; i < FRAG_COUNT(entries); i++) refuse(fixture, &proof, entries[i], &key, FRAG_NOT_IN_LOG);
  for (size_t i = 0; i < FRAG_COUNT(indices); i++) {
    other = proof;
    other.index = indices[i];
    refuse(fixture, &other, "entry 4", &key, FRAG_NOT_IN_LOG);
  }
  for (size_t bit = 0; bit < 3 * 256; bit++) {
    other = proof;
    other.inclusion.hashes[bit / 256][bit / 8 % 32] ^= (uint8_t)(1u << bit % 8);
    refuse(fixture, &other, "entry 4", &key, FRAG_NOT_IN_LOG);
  }
  for (size_t count = 0; count <= FRAG_PROOF_HASHES_MAX + 1; count++) {
    other = proof;
    other.inclusion.count = count;
    if (count != 3) refuse(fixture, &other, "entry 4", &key, FRAG_NOT_IN_LOG);
  }
  assert_int_equal(frag_log_key_make(fixture->context, &stranger, slice_of("log.example/other"), key.pub32), FRAG_OK);
  refuse(fixture, &proof, "entry 4", &stranger, FRAG_CHECKPOINT_SIGNATURE);
  other = proof;
  other.checkpoint.len--;
  refuse(fixture, &other, "entry 4", &key, FRAG_CHECKPOINT_MALFORMED);
}

static void test_forms(void **state) {
  (void)state;
  static const char *const right[] = {HEAD "index 0\n\nx", HEAD "index 18446744073709551615\n" HASHES "\n\n",
                                      HEAD "extra AA==\nindex 0\n\nx", HEAD "index 0\n\n\n\n"};
  static const char *const wrong[] = {"",
                                      HEAD,
                                      HEAD "\n",
                                      HEAD "index 0\n",
                                      HEAD "index 0\n\n",
                                      HEAD "index 0\n" HASH_1,
                                      HEAD "index 0\n" HASH_1 "\n",
                                      "c2sp.org/tlog-proof@v2\nindex 0\n\nx",
                                      "c2sp.org/tlog-proof@v1 \nindex 0\n\nx",
                                      "C2sp.org/tlog-proof@v1\nindex 0\n\nx",
                                      "c2sp.org/tlog-proof@v1\r\nindex 0\n\nx",
                                      "\n" HEAD "index 0\n\nx",
                                      HEAD "\nindex 0\n\nx",
                                      HEAD "index 00\n\nx",
                                      HEAD "index 01\n\nx",
                                      HEAD "index \n\nx",
                                      HEAD "index\n\nx",
                                      HEAD "index  0\n\nx",
                                      HEAD "index 0 \n\nx",
                                      HEAD "index -1\n\nx",
                                      HEAD "index +1\n\nx",
                                      HEAD "index 18446744073709551616\n\nx",
                                      HEAD "Index 0\n\nx",
                                      HEAD "index 0\r\n\nx",
                                      HEAD "extra \nindex 0\n\nx",
                                      HEAD "extra\nindex 0\n\nx",
                                      HEAD "extra AA=\nindex 0\n\nx",
                                      HEAD "extra AB==\nindex 0\n\nx",
                                      HEAD "extra AA== \nindex 0\n\nx",
                                      HEAD "extra AA==\nextra AA==\nindex 0\n\nx",
                                      HEAD "index 0\nextra AA==\n\nx",
                                      HEAD "extra AA==\n\nx",
                                      HEAD "index 0\nindex 0\n\nx",
                                      HEAD "index 0\nAAAA\n\nx",
                                      HEAD "index 0\n " HASH_1 "\nx",
                                      HEAD "index 0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n\nx",
                                      HEAD "index 0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n\nx"};
  struct frag_tlog_proof proof;
  for (size_t i = 0; i < FRAG_COUNT(right); i++) {
    if (decode(&proof, right[i]) != FRAG_OK) fail_msg("refused %s", right[i]);
    check_written(&proof, right[i]);
  }
  for (size_t i = 0; i < FRAG_COUNT(wrong); i++) {
    if (decode(&proof, wrong[i]) != FRAG_PROOF_MALFORMED) fail_msg("accepted %zu: %s", i, wrong[i]);
    assert_true(is_all_zero(&proof, sizeof proof));
  }
}

/* Cut before the checkpoint it is refused; with any byte changed it is refused, or another proof's only text. */
static void test_changes(void **state) {
  (void)state;
  static const char *const texts[] = {proof_text, extra_text};
  for (size_t i = 0; i < FRAG_COUNT(texts); i++) {
    struct frag_tlog_proof proof;
    char text[sizeof extra_text];
    size_t len = strlen(texts[i]), head = len - strlen(CHECKPOINT);
    memcpy(text, texts[i], len + 1);
    for (size_t cut = 0; cut <= head; cut++)
      assert_int_equal(frag_tlog_proof_decode(&proof, text, cut), FRAG_PROOF_MALFORMED);
    for (size_t at = 0; at < head; at++)
      for (unsigned c = 1; c < 256; c++) {
        text[at] = (char)c;
        if (decode(&proof, text) == FRAG_OK) check_written(&proof, text);
        text[at] = texts[i][at];
      }
  }
}

static void test_request(void **state) {
  struct fixture *fixture = *state;
  static char again[FRAG_TLOG_PROOF_MAX];
  struct frag_witness_request request;
  struct frag_checkpoint checkpoint;
  struct frag_frontier frontier;
  uint8_t old_root[32];
  size_t len;
  assert_int_equal(frag_witness_request_decode(&request, request_text, strlen(request_text)), FRAG_OK);
  assert_true(request.old_size == 3 && request.consistency.count == 4);
  assert_true(frag_slice_equal(request.checkpoint, slice_of(CHECKPOINT)));
  assert_int_equal(frag_witness_request_encode(again, &len, &request), FRAG_OK);
  assert_int_equal(len, strlen(request_text));
  assert_memory_equal(again, request_text, len);
  assert_int_equal(frag_checkpoint_decode(fixture->context, &checkpoint, CHECKPOINT, strlen(CHECKPOINT)), FRAG_OK);
  memset(&frontier, 0, sizeof frontier);
  for (size_t i = 0; i < 3; i++) { /* the root of the first three entries */
    char entry[8];
    uint8_t hash[32];
    snprintf(entry, sizeof entry, "entry %zu", i);
    assert_int_equal(frag_leaf_hash(fixture->context, hash, slice_of(entry)), FRAG_OK);
    assert_int_equal(frag_frontier_add(fixture->context, &frontier, hash), FRAG_OK);
    assert_int_equal(frag_frontier_root(fixture->context, old_root, &frontier), FRAG_OK);
  }
  assert_int_equal(frag_tree_check_consistency(fixture->context, 3, old_root, checkpoint.size, checkpoint.root,
                                               &request.consistency),
                   FRAG_OK);
}

static void test_request_forms(void **state) {
  (void)state;
  static const char *const right[] = {"old 0\n\nx", "old 18446744073709551615\n" HASHES "\nx"};
  static const char *const wrong[] = {"",
                                      "old 0",
                                      "old 0\n",
                                      "old 0\n\n",
                                      "old 0\n" HASH_1,
                                      "old 0\n" HASH_1 "x",
                                      "old 00\n\nx",
                                      "old 01\n\nx",
                                      "old -1\n\nx",
                                      "old \n\nx",
                                      "old\n\nx",
                                      "old  1\n\nx",
                                      "old 1 \n\nx",
                                      "old 1\r\n\nx",
                                      "Old 1\n\nx",
                                      "new 1\n\nx",
                                      "\nold 1\n\nx",
                                      "old 18446744073709551616\n\nx",
                                      "old 1\nAAAA\n\nx",
                                      "old 1\nold 1\n\nx",
                                      CHECKPOINT};
  struct frag_witness_request request;
  char text[sizeof request_text];
  size_t len = strlen(request_text), head = len - strlen(CHECKPOINT), again_len;
  static char again[FRAG_TLOG_PROOF_MAX];
  for (size_t i = 0; i < FRAG_COUNT(right); i++)
    assert_int_equal(frag_witness_request_decode(&request, right[i], strlen(right[i])), FRAG_OK);
  for (size_t i = 0; i < FRAG_COUNT(wrong); i++) {
    if (frag_witness_request_decode(&request, wrong[i], strlen(wrong[i])) != FRAG_PROOF_MALFORMED)
      fail_msg("accepted %zu: %s", i, wrong[i]);
    assert_true(is_all_zero(&request, sizeof request));
  }
  memcpy(text, request_text, sizeof text);
  for (size_t cut = 0; cut <= head; cut++)
    assert_int_equal(frag_witness_request_decode(&request, text, cut), FRAG_PROOF_MALFORMED);
  for (size_t at = 0; at < head; at++)
    for (unsigned c = 0; c < 256; c++) {
      text[at] = (char)c;
      if (frag_witness_request_decode(&request, text, len) == FRAG_OK) {
        assert_int_equal(frag_witness_request_encode(again, &again_len, &request), FRAG_OK);
        assert_int_equal(again_len, len);
        assert_memory_equal(again, text, len);
      }
      text[at] = request_text[at];
    }
}

/* The longest of both texts fit FRAG_TLOG_PROOF_MAX; one byte, or one hash, more does not pass. */
static void test_limits(void **state) {
  (void)state;
  static char text[FRAG_TLOG_PROOF_MAX + 100], checkpoint[FRAG_CHECKPOINT_MAX + 1];
  static struct frag_tlog_proof proof, read;
  static struct frag_witness_request request, request_read;
  size_t len;
  memset(checkpoint, 'c', sizeof checkpoint);
  proof.index = UINT64_MAX;
  proof.inclusion.count = FRAG_PROOF_HASHES_MAX;
  memset(proof.inclusion.hashes, 0xa5, sizeof proof.inclusion.hashes);
  proof.extra_len = FRAG_TLOG_PROOF_EXTRA_MAX;
  proof.checkpoint = frag_bytes((const uint8_t *)checkpoint, FRAG_CHECKPOINT_MAX);
  assert_int_equal(frag_tlog_proof_encode(text, &len, &proof), FRAG_OK);
  assert_true(len <= FRAG_TLOG_PROOF_MAX);
  assert_int_equal(frag_tlog_proof_decode(&read, text, len), FRAG_OK);
  assert_memory_equal(&read.inclusion, &proof.inclusion, sizeof read.inclusion);
  text[len] = 'c';
  assert_int_equal(frag_tlog_proof_decode(&read, text, len + 1), FRAG_PROOF_MALFORMED);
  request.old_size = UINT64_MAX;
  request.consistency = proof.inclusion;
  request.checkpoint = proof.checkpoint;
  assert_int_equal(frag_witness_request_encode(text, &len, &request), FRAG_OK);
  assert_int_equal(frag_witness_request_decode(&request_read, text, len), FRAG_OK);
  len -= FRAG_CHECKPOINT_MAX - 1;               /* a short checkpoint leaves room for a hash too many */
  memmove(text + 25 + 45, text + 25, len - 25); /* behind "old ", 20 digits and LF */
  assert_int_equal(frag_witness_request_decode(&request_read, text, len), FRAG_PROOF_MALFORMED);
  assert_int_equal(frag_witness_request_decode(&request_read, text, len + 45), FRAG_PROOF_MALFORMED);
  proof.checkpoint.len++;
  assert_int_equal(frag_tlog_proof_encode(text, &len, &proof), FRAG_FIELD_LENGTH);
  assert_int_equal(len, 0);
  proof.checkpoint.len = 0;
  assert_int_equal(frag_tlog_proof_encode(text, &len, &proof), FRAG_FIELD_LENGTH);
  proof.checkpoint.len = 1;
  proof.extra_len++;
  assert_int_equal(frag_tlog_proof_encode(text, &len, &proof), FRAG_FIELD_LENGTH);
  request.checkpoint.len = 0;
  assert_int_equal(frag_witness_request_encode(text, &len, &request), FRAG_FIELD_LENGTH);
  request.checkpoint.len = FRAG_CHECKPOINT_MAX + 1;
  assert_int_equal(frag_witness_request_encode(text, &len, &request), FRAG_FIELD_LENGTH);
}

/* Extra data of every length; one byte more than may be is refused. */
static void test_extra(void **state) {
  (void)state;
  static char text[FRAG_TLOG_PROOF_MAX + 10];
  static struct frag_tlog_proof proof, read;
  uint64_t random = 8;
  size_t len;
  random_fill(&random, proof.extra, sizeof proof.extra);
  proof.checkpoint = slice_of("x");
  for (proof.extra_len = 1; proof.extra_len <= FRAG_TLOG_PROOF_EXTRA_MAX; proof.extra_len++) {
    assert_int_equal(frag_tlog_proof_encode(text, &len, &proof), FRAG_OK);
    assert_int_equal(frag_tlog_proof_decode(&read, text, len), FRAG_OK);
    assert_int_equal(read.extra_len, proof.extra_len);
    assert_memory_equal(read.extra, proof.extra, proof.extra_len);
  }
  char *end = strstr(text, "==\nindex"); /* of 1024 bytes: two characters and "==" */
  assert_non_null(end);
  memcpy(end, "A=", 2);
  end[-1] = 'A';
  assert_int_equal(frag_tlog_proof_decode(&read, text, len), FRAG_PROOF_MALFORMED);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_proof),   cmocka_unit_test(test_check_refuses), cmocka_unit_test(test_forms),
      cmocka_unit_test(test_changes), cmocka_unit_test(test_request),       cmocka_unit_test(test_request_forms),
      cmocka_unit_test(test_limits),  cmocka_unit_test(test_extra),
  };
  return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
