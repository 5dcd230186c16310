/* split.h: L = E[16:] ↔ the shares S_1..S_m and their records. FRAG-1 section 3. */
#ifndef FRAG_SPLIT_H
#define FRAG_SPLIT_H

#include <frag/open.h>

/* Draws R_1..R_{t-1} from k into context->stream. */
FRAG_MUST_CHECK frag_error frag_split_stream(struct frag_context *context, const uint8_t key[static 32],
                                             struct frag_slice header, unsigned threshold, size_t plaintext_len);

/* S_i = L XOR R_1·i XOR R_2·i² …, from context->sealed and context->stream into `share` (plaintext_len bytes). */
void frag_split_share(const struct frag_context *context, uint8_t *share, unsigned index, unsigned threshold,
                      size_t plaintext_len);

/* Writes all m records, from context->sealed and k. `capacity` was checked by the caller. */
FRAG_MUST_CHECK frag_error frag_split(struct frag_context *context, uint8_t *records, const struct frag_batch *batch,
                                      const uint8_t header[static FRAG_HEADER_LEN],
                                      const uint8_t locator[static FRAG_LOCATOR_LEN], const uint8_t key[static 32]);

/* Joins the chosen records' shares into context->sealed behind `head`, so that it holds E. */
void frag_join(struct frag_context *context, const uint8_t head[static 16], const struct frag_gather *gather,
               uint32_t chosen);

/* Whether every h_1..h_m of a leaf is what k and E in context->sealed give. FRAG_SPLICED, FRAG_CRYPTO. */
FRAG_MUST_CHECK frag_error frag_split_check(struct frag_context *context, const struct frag_leaf *leaf,
                                            const uint8_t key[static 32]);

#endif
