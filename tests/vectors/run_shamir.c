/* Arithmetic in GF(2^8), sharing and joining. */
#include "bytes.h"
#include "run.h"
#include "shamir.h"
#include "split.h"
#include "state.h"

#define HEAD_LEN 16 /* what stands before the secret in E */

static void run_multiply(struct vectors *v) {
  uint8_t a = (uint8_t)forms_number(&v->forms, v->test, "a", 255);
  uint8_t b = (uint8_t)forms_number(&v->forms, v->test, "b", 255);
  uint64_t product = forms_number(&v->forms, v->test, "product", 255);
  uint8_t one[8] = {a}, sum[8] = {0};
  frag_gf_add_scaled(sum, one, sizeof sum, b);
  vectors_check(v, v->valid && frag_gf_multiply(a, b) == product && frag_gf_multiply(b, a) == product, "product");
  vectors_check(v, sum[0] == product && vectors_is_wiped(sum + 1, sizeof sum - 1), "product of eight at once");
}

/* Puts the secret and R_1, R_2 … where sharing finds them. */
static void put_inputs(struct vectors *v, struct frag_slice secret, unsigned threshold) {
  const json_t *stream = forms_array(&v->forms, v->test, "stream");
  vectors_check(v, json_array_size(stream) == threshold - 1 && secret.len <= FRAG_PLAINTEXT_MAX, "size of the inputs");
  memcpy(v->context->sealed + HEAD_LEN, secret.data, secret.len);
  for (unsigned j = 0; j + 1 < threshold; j++) {
    struct frag_slice part = forms_item(&v->forms, json_array_get(stream, j), "stream");
    vectors_check(v, part.len == secret.len, "length of the stream");
    memcpy(v->context->stream + j * secret.len, part.data, part.len);
  }
}

static void run_share(struct vectors *v) {
  unsigned threshold = (unsigned)forms_number(&v->forms, v->test, "t", FRAG_FRAGMENTS_MAX);
  unsigned count = (unsigned)forms_number(&v->forms, v->test, "m", FRAG_FRAGMENTS_MAX);
  struct frag_slice secret = forms_bytes(&v->forms, v->test, "secret");
  const json_t *shares = forms_array(&v->forms, v->test, "shares");
  put_inputs(v, secret, threshold);
  vectors_check(v, v->valid && json_array_size(shares) == count, "number of shares");
  for (unsigned i = 1; i <= count; i++) {
    struct frag_slice expected = forms_item(&v->forms, json_array_get(shares, i - 1), "shares");
    frag_split_share(v->context, v->context->share, i, threshold, secret.len);
    vectors_check(v, frag_slice_equal(expected, frag_bytes(v->context->share, secret.len)), "share");
  }
}

/* The shares as the records of operators 0, 1, 2 … */
static unsigned read_shares(struct vectors *v, struct frag_gather *gather, size_t secret_len) {
  const json_t *shares = forms_array(&v->forms, v->test, "shares");
  unsigned count = (unsigned)json_array_size(shares);
  vectors_check(v, count >= 1 && count <= FRAG_FRAGMENTS_MAX, "number of shares");
  memset(gather, 0, sizeof *gather);
  gather->operator_count = count;
  for (unsigned k = 0; k < count; k++) {
    const json_t *item = json_array_get(shares, k);
    gather->records[k].index = (unsigned)forms_number(&v->forms, item, "i", FRAG_FRAGMENTS_MAX);
    gather->records[k].share = forms_bytes(&v->forms, item, "share");
    vectors_check(v, gather->records[k].share.len == secret_len, "length of the share");
  }
  return count;
}

static void run_join(struct vectors *v) {
  static const uint8_t head[HEAD_LEN] = {0};
  struct frag_gather gather;
  struct frag_slice secret = forms_bytes(&v->forms, v->test, "secret");
  unsigned threshold = (unsigned)forms_number(&v->forms, v->test, "t", FRAG_FRAGMENTS_MAX);
  unsigned count = read_shares(v, &gather, secret.len);
  vectors_check(v, !v->valid || count == threshold, "t shares are joined");
  frag_join(v->context, head, &gather, (UINT32_C(1) << count) - 1);
  bool right = frag_slice_equal(secret, frag_bytes(v->context->sealed + HEAD_LEN, secret.len));
  vectors_check(v, right == v->valid, "the joined secret");
}

void run_shamir(void **state) {
  static const struct vectors_type types[] = {
      {"Multiply", run_multiply}, {"Share", run_share}, {"Join", run_join}, {NULL, NULL}};
  vectors_run(*state, "shamir", types);
}
