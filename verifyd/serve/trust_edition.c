#include "serve/trust_edition.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/hex.h"
#include "json/issuers.h"

#define SHOWN_MAX ((size_t)128 << 20) /* bytes of one form; a trust list has 16 MiB at most */

static enum vd_error put_etag(struct vd_trust_shown *shown, struct vd_failure *failure) {
  uint8_t digest[VD_SHA256_LEN];
  char hex[33];
  enum vd_error error = vd_sha256(digest, shown->body.bytes, shown->body.len, failure);
  if (error != VD_OK) return error;
  vd_hex_encode(hex, digest, 16);
  shown->etag[0] = '"';
  memcpy(shown->etag + 1, hex, 32);
  memcpy(shown->etag + 33, "\"", 2);
  return VD_OK;
}

static enum vd_error make_json(struct vd_trust_edition *edition, const struct vd_profiles *profiles,
                               struct vd_failure *failure) {
  char *text;
  size_t len;
  enum vd_error error = vd_issuers_write(edition->trust, profiles, edition->is_overdue, &text, &len, failure);
  if (error != VD_OK) return error;
  vd_buffer_append(&edition->json.body, text, len);
  free(text);
  if (vd_buffer_failed(&edition->json.body)) return vd_fail(failure, VD_MEMORY, "no memory to show the issuers");
  return put_etag(&edition->json, failure);
}

static enum vd_error make_page(struct vd_trust_edition *edition, enum vd_language language,
                               const struct vd_profiles *profiles, const struct vd_page *page,
                               struct vd_failure *failure) {
  struct vd_trust_shown *shown = &edition->pages[language];
  enum vd_error error =
      vd_page_issuers(page, language, profiles, edition->trust, edition->is_overdue, &shown->body, failure);
  return error == VD_OK ? put_etag(shown, failure) : error;
}

enum vd_error vd_trust_edition_new(struct frag_trust *trust, bool is_overdue, const struct vd_profiles *profiles,
                                   const struct vd_page *page, struct vd_trust_edition **edition,
                                   struct vd_failure *failure) {
  *edition = NULL;
  struct vd_trust_edition *made = calloc(1, sizeof *made);
  if (made == NULL) {
    frag_trust_free(trust);
    return vd_fail(failure, VD_MEMORY, "no memory for a trust list");
  }
  atomic_init(&made->uses, 1);
  made->trust = trust;
  made->is_overdue = is_overdue;
  vd_buffer_init(&made->json.body, SHOWN_MAX);
  for (unsigned i = 0; i < VD_LANGUAGE_COUNT; i++) vd_buffer_init(&made->pages[i].body, SHOWN_MAX);
  enum vd_error error = make_json(made, profiles, failure);
  for (unsigned i = 0; page != NULL && error == VD_OK && i < VD_LANGUAGE_COUNT; i++)
    error = make_page(made, (enum vd_language)i, profiles, page, failure);
  if (error == VD_OK) *edition = made;
  else vd_trust_edition_give(made);
  return error;
}

void vd_trust_edition_hold(struct vd_trust_edition *edition) {
  atomic_fetch_add_explicit(&edition->uses, 1, memory_order_relaxed);
}

/* Whatever another user did with it has to be over before it is freed: hence the order. */
void vd_trust_edition_give(struct vd_trust_edition *edition) {
  if (edition == NULL) return;
  unsigned uses = atomic_fetch_sub_explicit(&edition->uses, 1, memory_order_acq_rel);
  assert(uses > 0);
  if (uses > 1) return;
  for (unsigned i = 0; i < VD_LANGUAGE_COUNT; i++) vd_buffer_free(&edition->pages[i].body);
  vd_buffer_free(&edition->json.body);
  frag_trust_free(edition->trust);
  free(edition);
}
