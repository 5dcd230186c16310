#include "issue_trust.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/hex.h"
#include "trust_open.h"

static bool same(struct frag_slice slice, const char *text) {
  return slice.len == strlen(text) && memcmp(slice.data, text, slice.len) == 0;
}

static bool in_scope(const struct frag_trust_key *key, const char *type) {
  for (size_t i = 0; i < key->type_count; i++) {
    if (same(key->types[i], type)) return true;
  }
  return key->type_count == 0;
}

/* What is wrong with the key for these rows, or NULL. */
static const char *objection(const struct frag_trust_key *key, const struct ctl_rows *rows) {
  if (key == NULL) return "is not in the trust list";
  if (key->role != FRAG_ROLE_ISSUER) return "is a registrar's in the trust list, and may not issue";
  if (!same(key->issuer, rows->common.issuer)) return "belongs to another issuer in the trust list";
  if (!in_scope(key, rows->profile->type)) return "may not issue this type of document, says the trust list";
  if (frag_trust_key_time(key, (uint64_t)time(NULL)) != FRAG_OK) return "is not valid now, says the trust list";
  return NULL;
}

enum vd_error ctl_issue_trust(struct frag_context *context, const struct vd_settings *settings,
                              const struct ctl_rows *rows, struct vd_failure *failure) {
  struct frag_trust *trust = NULL;
  char kid[2 * FRAG_KID_LEN + 1];
  enum vd_error error = ctl_trust_open(context, settings, &trust, failure);
  if (error == VD_MEMORY || error == VD_INTERNAL) return error;
  vd_hex_encode(kid, rows->common.kid, FRAG_KID_LEN);
  if (error != VD_OK) {
    (void)fprintf(stderr, "verifyctl issue: warning: no document verifies without the trust list: %s\n",
                  failure == NULL ? "" : failure->text);
  } else {
    const char *wrong = objection(frag_trust_find(trust, rows->common.kid), rows);
    if (wrong != NULL) {
      (void)fprintf(stderr, "verifyctl issue: warning: the key %s %s; until that changes the documents are NOT_VALID\n",
                    kid, wrong);
    }
  }
  frag_trust_free(trust);
  return VD_OK;
}
