#include "split.h"

#include "bytes.h"
#include "crypto.h"
#include "record.h"
#include "shamir.h"

#define HEAD_LEN 16 /* the first bytes of E, which stay in the QR code */

frag_error frag_split_stream(struct frag_context *context, const uint8_t key[static 32], struct frag_slice header,
                             unsigned threshold, size_t plaintext_len) {
  uint8_t share_key[32];
  if (threshold == 1) return FRAG_OK;
  frag_error error = frag_prf(context, share_key, key, "share", &header, 1);
  if (error == FRAG_OK) error = frag_ctr_stream(context, context->stream, (threshold - 1) * plaintext_len, share_key);
  frag_wipe(share_key, sizeof share_key);
  return error;
}

void frag_split_share(const struct frag_context *context, uint8_t *share, unsigned index, unsigned threshold,
                      size_t plaintext_len) {
  memcpy(share, context->sealed + HEAD_LEN, plaintext_len);
  for (unsigned j = 1; j < threshold; j++)
    frag_gf_add_scaled(share, context->stream + (j - 1) * plaintext_len, plaintext_len,
                       frag_gf_power((uint8_t)index, j));
}

/* Records differ only in their index and share; hashes must be complete before the leaf is copied to each. */
static frag_error write_shares(struct frag_context *context, uint8_t *records, const struct frag_batch *batch) {
  unsigned m = batch->fragment_count;
  size_t leaf_len = FRAG_LEAF_LEN(m), record_len = FRAG_RECORD_LEN(m, batch->plaintext_len);
  for (unsigned i = 1; i <= m; i++) {
    uint8_t *record = records + (i - 1) * record_len;
    record[leaf_len] = (uint8_t)i;
    frag_split_share(context, record + leaf_len + 1, i, batch->threshold, batch->plaintext_len);
    struct frag_slice share = frag_bytes(record + leaf_len + 1, batch->plaintext_len);
    uint8_t *hash = records + FRAG_LEAF_LEN(i - 1);
    frag_error error = frag_fragment_hash(context, hash, records, i, share);
    if (error != FRAG_OK) return error;
  }
  for (unsigned i = 2; i <= m; i++) memcpy(records + (i - 1) * record_len, records, leaf_len);
  return FRAG_OK;
}

frag_error frag_split(struct frag_context *context, uint8_t *records, const struct frag_batch *batch,
                      const uint8_t header[static FRAG_HEADER_LEN], const uint8_t locator[static FRAG_LOCATOR_LEN],
                      const uint8_t key[static 32]) {
  memcpy(records, header, FRAG_HEADER_LEN);
  memcpy(records + FRAG_HEADER_LEN, locator, FRAG_LOCATOR_LEN);
  frag_error error = frag_split_stream(context, key, frag_bytes(header, FRAG_HEADER_LEN), batch->threshold,
                                       batch->plaintext_len);
  return error == FRAG_OK ? write_shares(context, records, batch) : error;
}

void frag_join(struct frag_context *context, const uint8_t head[static 16], const struct frag_gather *gather,
               uint32_t chosen) {
  uint8_t indices[FRAG_FRAGMENTS_MAX];
  struct frag_slice shares[FRAG_FRAGMENTS_MAX] = {{NULL, 0}};
  size_t count = 0;
  for (unsigned k = 0; k < gather->operator_count; k++) {
    if ((chosen >> k & 1u) == 0) continue;
    indices[count] = (uint8_t)gather->records[k].index;
    shares[count++] = gather->records[k].share;
  }
  uint8_t *rest = context->sealed + HEAD_LEN;
  memcpy(context->sealed, head, HEAD_LEN);
  memset(rest, 0, shares[0].len);
  if (count == 1) { /* t = 1: every share is L, whatever its index */
    memcpy(rest, shares[0].data, shares[0].len);
    return;
  }
  for (size_t k = 0; k < count; k++)
    frag_gf_add_scaled(rest, shares[k].data, shares[k].len, frag_shamir_weight(indices, count, k));
}

frag_error frag_split_check(struct frag_context *context, const struct frag_leaf *leaf, const uint8_t key[static 32]) {
  struct frag_slice share = frag_bytes(context->share, leaf->plaintext_len);
  frag_error error = frag_split_stream(context, key, frag_bytes(leaf->bytes.data, FRAG_HEADER_LEN), leaf->threshold,
                                       leaf->plaintext_len);
  bool right = true;
  for (unsigned i = 1; i <= leaf->fragment_count && error == FRAG_OK; i++) {
    uint8_t hash[32];
    frag_split_share(context, context->share, i, leaf->threshold, leaf->plaintext_len);
    error = frag_fragment_hash(context, hash, leaf->bytes.data, i, share);
    right = right && error == FRAG_OK && frag_secret_equal(hash, leaf->hashes + 32 * (i - 1), sizeof hash);
  }
  if (error != FRAG_OK) return error;
  return right ? FRAG_OK : FRAG_SPLICED;
}
