/* trust_difference.h: what a trust list changes in another, and whether it may take its place. Public data. Any thread,
 * but for printing. */
#ifndef CTL_TRUST_DIFFERENCE_H
#define CTL_TRUST_DIFFERENCE_H

#include <frag/trust.h>

#include "base/failure.h"

/* What of an entry differs, as bits. The first three can never change. */
enum ctl_trust_field {
  CTL_TRUST_PUBLIC = 1,
  CTL_TRUST_ROLE = 2,
  CTL_TRUST_ISSUER = 4,
  CTL_TRUST_NAMES = 8,
  CTL_TRUST_NOT_BEFORE = 16,
  CTL_TRUST_NOT_AFTER = 32,
  CTL_TRUST_TYPES = 64,
  CTL_TRUST_COMPROMISED = 128
};

/* Both from decoded lists. Pure. */
unsigned ctl_trust_difference_key(const struct frag_trust_key *old, const struct frag_trust_key *now);

/* Whether `now` may take the place of `old` (frag_trust_follows); names are those of their files, for the text.
 * VD_DATA: it may not, and why, naming an entry if one is the reason. */
VD_MUST_CHECK enum vd_error ctl_trust_difference_follows(const struct frag_trust *old, const char *old_name,
                                                         const struct frag_trust *now, const char *now_name,
                                                         struct vd_failure *failure);

/* Print one line for each field of an entry that differs, old → new. */
void ctl_trust_difference_print_key(const struct frag_trust_key *old, const struct frag_trust_key *now);

/* Print whether `now` follows, and the entries added, changed and removed; and the same as a JSON object. */
void ctl_trust_difference_print(const struct frag_trust *old, const char *old_name, const struct frag_trust *now,
                                const char *now_name);
void ctl_trust_difference_print_json(const struct frag_trust *old, const struct frag_trust *now);

#endif
