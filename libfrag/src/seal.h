/* seal.h: P ↔ E under the one-time key k, and the link d. FRAG-1 sections 2 and 3. */
#ifndef FRAG_SEAL_H
#define FRAG_SEAL_H

#include <frag/open.h>

/* The all-or-nothing mask: TH("mask", hdr ‖ E). d = k XOR mask, k = d XOR mask. */
FRAG_MUST_CHECK frag_error frag_seal_mask(struct frag_context *context, uint8_t mask[static 32],
                                          struct frag_slice header, struct frag_slice sealed);

/* The message an issuer signs: TH("doc", u16(realm) ‖ D). */
FRAG_MUST_CHECK frag_error frag_seal_message(struct frag_context *context, uint8_t msg32[static 32], uint16_t realm,
                                             struct frag_slice document);

/* Builds P = sig ‖ D ‖ 80 ‖ 00… in context->plaintext.
 * Errors: those of frag_document_encode, FRAG_DOCUMENT_TOO_LARGE, FRAG_CRYPTO. */
FRAG_MUST_CHECK frag_error frag_seal_plaintext(struct frag_context *context, const struct frag_batch *batch,
                                               const struct frag_key *key, const struct frag_document *document);

/* k = PRF(BK, "key", hdr ‖ P) from context->plaintext, then E into context->sealed, and d into `link`. `key` is k. */
FRAG_MUST_CHECK frag_error frag_seal(struct frag_context *context, uint8_t key[static 32], uint8_t link[static 32],
                                     const struct frag_batch *batch, const uint8_t header[static FRAG_HEADER_LEN]);

/* The reverse: E in context->sealed → P into context->plaintext; `key` becomes k. FRAG_SPLICED, FRAG_CRYPTO. */
FRAG_MUST_CHECK frag_error frag_unseal(struct frag_context *context, uint8_t key[static 32],
                                       const uint8_t link[static 32], struct frag_slice header, size_t plaintext_len);

/* D inside P: strips the padding. FRAG_BAD_DOCUMENT when there is none. */
FRAG_MUST_CHECK frag_error frag_seal_unpad(struct frag_slice *document, struct frag_slice plaintext);

#endif
