/* trust_edition.h: a trust list that was accepted, with what is shown of it, ready to be sent. Made once, never
 * changed, and used by many at once: it lives until the last of them gives it back. */
#ifndef VD_SERVE_TRUST_EDITION_H
#define VD_SERVE_TRUST_EDITION_H

#include <stdatomic.h>

#include "serve/issuers_shown.h"

/* Fields are for reading. */
struct vd_trust_edition {
  atomic_uint uses;
  struct frag_trust *trust;
  bool is_overdue; /* it was past its next update when this was made */
  struct vd_issuers_source issuers; /* of it */
  struct vd_issuers_shown json;     /* the first page, which is asked for most */
  struct vd_issuers_shown pages[VD_LANGUAGE_COUNT]; /* the same; empty without a page */
};

/* trust: the edition's from the call on, error or not. profiles: for labels. page: NULL for none; both
 * outlive the edition. Any thread.
 * Out: *edition, in use by the caller, who gives it to vd_trust_edition_give; NULL on error. VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_trust_edition_new(struct frag_trust *trust, bool is_overdue,
                                                 const struct vd_profiles *profiles, const struct vd_page *page,
                                                 struct vd_trust_edition **edition, struct vd_failure *failure);

/* One more user, by somebody who is one. Any thread. */
void vd_trust_edition_hold(struct vd_trust_edition *edition);

/* One user less; the last one frees it. Any thread. NULL is allowed. */
void vd_trust_edition_give(struct vd_trust_edition *edition);

#endif
