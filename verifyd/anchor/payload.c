#include "anchor/payload.h"

#include <string.h>

#include "base/context.h"

enum vd_error vd_payload_origin(uint8_t origin_id[static FRAG_ANCHOR_ORIGIN_LEN], const char *origin,
                                struct vd_failure *failure) {
  struct frag_context *context;
  struct frag_slice name = {(const uint8_t *)origin, strlen(origin)};
  enum vd_error error = vd_context_new(&context, failure);
  if (error != VD_OK) return error;
  frag_error hashed = frag_anchor_origin(context, origin_id, name);
  frag_context_free(context);
  return hashed == FRAG_OK ? VD_OK : vd_fail_frag(failure, hashed, "the log's origin");
}

bool vd_payload_write(uint8_t payload[static FRAG_ANCHOR_LEN], const uint8_t origin_id[static FRAG_ANCHOR_ORIGIN_LEN],
                      const struct vd_anchoring_checkpoint *checkpoint) {
  struct frag_anchor anchor = {.size = checkpoint->size};
  memcpy(anchor.origin_id, origin_id, sizeof anchor.origin_id);
  memcpy(anchor.root, checkpoint->root, sizeof anchor.root);
  return frag_anchor_encode(payload, &anchor) == FRAG_OK;
}
