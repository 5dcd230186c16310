/* frag/anchor.h: what an operator puts on a public blockchain so that its log cannot be rewritten or back-dated,
 * FRAG-1 section 5. Public data. */
#ifndef FRAG_ANCHOR_H
#define FRAG_ANCHOR_H

#include <frag/tree.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FRAG_ANCHOR_LEN 52       /* bytes: "FRA1" ‖ origin id ‖ u64 size ‖ root */
#define FRAG_ANCHOR_ORIGIN_LEN 8 /* SHA256(origin)[0:8] */

struct frag_anchor {
  uint8_t origin_id[FRAG_ANCHOR_ORIGIN_LEN];
  uint64_t size; /* entries that it covers: 1..FRAG_TREE_SIZE_MAX; an empty log is not anchored */
  uint8_t root[FRAG_HASH_LEN];
};

/* The id of a log's origin. Errors: FRAG_FIELD_LENGTH (not 1..FRAG_VKEY_NAME_MAX bytes), FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_anchor_origin(struct frag_context *context,
                                                       uint8_t origin_id[FRAG_AT_LEAST(FRAG_ANCHOR_ORIGIN_LEN)],
                                                       struct frag_slice origin);

/* Errors: FRAG_FIELD_RANGE (size). Pure; any thread. */
FRAG_API FRAG_MUST_CHECK frag_error frag_anchor_encode(uint8_t out[FRAG_AT_LEAST(FRAG_ANCHOR_LEN)],
                                                       const struct frag_anchor *anchor);

/* Errors: FRAG_RECORD_MALFORMED: not FRAG_ANCHOR_LEN bytes, another beginning, or size out of range. Pure; any
 * thread. */
FRAG_API FRAG_MUST_CHECK frag_error frag_anchor_decode(struct frag_anchor *anchor, const uint8_t *bytes, size_t len);

#ifdef __cplusplus
}
#endif

#endif
