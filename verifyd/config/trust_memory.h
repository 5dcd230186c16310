/* trust_memory.h: the last trust list that verifyd accepted, remembered in the memory folder that the settings name
 * ("trust.accepted", the bytes of the list without signatures), and which list may come after it: the next number, its
 * hash, no key lost. Files, no state; whoever writes is one thread. */
#ifndef VD_TRUST_MEMORY_H
#define VD_TRUST_MEMORY_H

#include <frag/trust.h>

#include "config/settings.h"

bool vd_trust_memory_is_same(const struct frag_trust *one, const struct frag_trust *other);

/* Whether `next` may take the place of `accepted`. VD_CONFIG: no, and why, in words. */
VD_MUST_CHECK enum vd_error vd_trust_memory_follows(const struct frag_trust *accepted, const struct frag_trust *next,
                                                    struct vd_failure *failure);

/* Whether the list, which settings->trust.file held, is the remembered one or may take its place; without a memory, or
 * when nothing is remembered, it may. Out: *is_same: it is the remembered one, or there is no memory.
 * VD_CONFIG: it is older, or does not follow. VD_DATA: what is remembered is damaged. VD_NO_INPUT: it cannot be read.
 * VD_IO, VD_FULL, VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_trust_memory_check(struct frag_context *context, const struct vd_settings *settings,
                                                  const struct frag_trust *trust, bool *is_same,
                                                  struct vd_failure *failure);

/* Remembers it; there must be a memory. VD_IO, VD_FULL. */
VD_MUST_CHECK enum vd_error vd_trust_memory_keep(const struct vd_settings *settings, const struct frag_trust *trust,
                                                 struct vd_failure *failure);

#endif
