/* trust_entry.h: an entry of a trust list as options describe it. Public data. One thread. */
#ifndef CTL_TRUST_ENTRY_H
#define CTL_TRUST_ENTRY_H

#include <frag/trust.h>

#include "base/failure.h"
#include "options.h"

/* The key's views point into the rest, into argv, and into the list that it was taken from. About 20 KiB. */
struct ctl_trust_entry {
  struct frag_trust_key key;
  struct frag_issuer_name names[CTL_LIST_MAX];
  uint8_t name_texts[CTL_LIST_MAX][FRAG_ISSUER_NAME_MAX];
  struct frag_slice types[CTL_LIST_MAX];
};

/* The bytes of a text that outlives the view. */
struct frag_slice ctl_trust_entry_text(const char *text);

/* Takes the --name options, LANG=NAME, as the entry's names, in NFC. A name may be empty here.
 * VD_USAGE (no language, or one named twice), VD_DATA (the name), VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_trust_entry_names(struct frag_context *context, struct ctl_trust_entry *entry,
                                                  const struct ctl_list *given, struct vd_failure *failure);

/* Takes the --type options as the entry's types. Whether they are types is seen when the list is encoded. */
void ctl_trust_entry_types(struct ctl_trust_entry *entry, const struct ctl_list *given);

/* VD_USAGE when the key would end before it begins. */
VD_MUST_CHECK enum vd_error ctl_trust_entry_check_times(const struct ctl_trust_entry *entry,
                                                        struct vd_failure *failure);

#endif
