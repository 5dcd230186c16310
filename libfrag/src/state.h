/* state.h: what is inside a context. Only context.c, crypto.c, curve.c and text.c touch the third-party
 * members; other modules use the scratch buffers, and wipe what they leave in them. */
#ifndef FRAG_STATE_H
#define FRAG_STATE_H

#include <frag/document.h>
#include <frag/issue.h>

#define FRAG_TAG_LEN 16
#define FRAG_SEALED_MAX (FRAG_PLAINTEXT_MAX + FRAG_TAG_LEN)
#define FRAG_STREAM_MAX ((FRAG_FRAGMENTS_MAX - 1) * FRAG_PLAINTEXT_MAX)
#define FRAG_CODEPOINTS_MAX (2 * FRAG_PLAINTEXT_MAX) /* no character decomposes to more than 1.5 per byte */

struct frag_crypto;
struct frag_curve;

struct frag_context {
  struct frag_crypto *crypto;
  struct frag_curve *curve;
  uint8_t plaintext[FRAG_PLAINTEXT_MAX];
  uint8_t sealed[FRAG_SEALED_MAX];     /* E = C ‖ T */
  uint8_t share[FRAG_PLAINTEXT_MAX];   /* one S_i */
  uint8_t stream[FRAG_STREAM_MAX];     /* R_1 ‖ … ‖ R_{t-1} */
  int32_t codepoints[FRAG_CODEPOINTS_MAX];
};

#endif
