#include "trust_roots.h"

#include <assert.h>
#include <stdio.h>

enum vd_error ctl_trust_roots_find(struct frag_context *context, const struct ctl_trust_file *file,
                                   const struct frag_pins *pins, struct ctl_trust_roots *roots,
                                   struct vd_failure *failure) {
  struct frag_slice bytes = {.data = file->bytes.data, .len = file->bytes.len};
  assert(pins->root_count <= VD_ROOTS_MAX);
  *roots = (struct ctl_trust_roots){.count = pins->root_count, .threshold = pins->threshold};
  for (size_t i = 0; i < pins->root_count; i++) {
    struct frag_pins one = {.realm = frag_trust_list(file->trust)->realm, .threshold = 1, .root_count = 1,
                            .roots = &pins->roots[i]};
    struct frag_trust *trust = NULL;
    frag_error error = frag_key_id_of(context, roots->items[i].kid, pins->roots[i]);
    if (error == FRAG_OK) error = frag_trust_open(context, &trust, bytes, &one);
    frag_trust_free(trust);
    if (error != FRAG_OK && error != FRAG_TRUST_SIGNATURES) return vd_fail_frag(failure, error, "root %zu", i + 1);
    roots->items[i].has_signed = error == FRAG_OK;
    roots->signed_count += error == FRAG_OK;
  }
  return VD_OK;
}

bool ctl_trust_roots_are_enough(const struct ctl_trust_roots *roots) {
  return roots->signed_count >= roots->threshold;
}

void ctl_trust_roots_text(char text[static CTL_TRUST_ROOTS_TEXT_SIZE], const struct ctl_trust_roots *roots) {
  (void)snprintf(text, CTL_TRUST_ROOTS_TEXT_SIZE, "%zu of %zu pinned roots %s signed, %zu %s needed",
                 roots->signed_count, roots->count, roots->signed_count == 1 ? "has" : "have", roots->threshold,
                 roots->threshold == 1 ? "is" : "are");
}
