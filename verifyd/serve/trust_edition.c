#include "serve/trust_edition.h"

#include <assert.h>
#include <stdlib.h>

static const struct vd_issuers_query first_page = {.limit = VD_ISSUERS_LIMIT};

static enum vd_error make_page(struct vd_trust_edition *edition, enum vd_language language,
                               struct vd_failure *failure) {
  struct vd_issuers_shown *shown = &edition->pages[language];
  enum vd_error error = vd_issuers_shown_page(&edition->issuers, language, &first_page, false, shown, failure);
  if (error == VD_OK) vd_issuers_shown_compress(shown, VD_GZIP_BEST);
  return error;
}

static enum vd_error make_shown(struct vd_trust_edition *edition, struct vd_failure *failure) {
  const struct vd_issuers issuers = {frag_trust_list(edition->trust)->key_count, frag_trust_by_issuer(edition->trust)};
  enum vd_error error = vd_issuers_index_make(issuers, &edition->issuers.index, failure);
  if (error == VD_OK) error = vd_issuers_shown_json(&edition->issuers, &first_page, &edition->json, failure);
  if (error != VD_OK) return error;
  vd_issuers_shown_compress(&edition->json, VD_GZIP_BEST);
  for (unsigned i = 0; edition->issuers.page != NULL && error == VD_OK && i < VD_LANGUAGE_COUNT; i++)
    error = make_page(edition, (enum vd_language)i, failure);
  return error;
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
  made->issuers =
      (struct vd_issuers_source){.trust = trust, .is_overdue = is_overdue, .profiles = profiles, .page = page};
  enum vd_error error = make_shown(made, failure);
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
  for (unsigned i = 0; i < VD_LANGUAGE_COUNT; i++) vd_issuers_shown_free(&edition->pages[i]);
  vd_issuers_shown_free(&edition->json);
  vd_issuers_index_free(&edition->issuers.index);
  frag_trust_free(edition->trust);
  free(edition);
}
