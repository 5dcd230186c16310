/* trust_source.h: where the trust list in use comes from: the file that the settings name, looked at now and then, so
 * that a new list is taken without a restart. A list has to be signed as the pins say and to follow the one in use:
 * the next number, its hash, no key lost. Any other is refused, and the one in use stays.
 *
 * With a memory folder the last list accepted is remembered there (config/trust_memory.h), so that the next start refuses an
 * older one, or one that does not follow. Without it, that is only so until the process ends. */
#ifndef VD_SERVE_TRUST_SOURCE_H
#define VD_SERVE_TRUST_SOURCE_H

#include "config/settings.h"
#include "serve/role_metrics.h"
#include "serve/trust_edition.h"

struct vd_trust_source;

struct vd_trust_source_options {
  const struct vd_settings *settings; /* with roots; outlive the source, as do the following */
  const struct vd_profiles *profiles;
  const struct vd_page *page; /* NULL: issuers are shown as JSON only */
  struct vd_role_metrics *metrics;
  int log_fd; /* where lists that were taken and refused are told */
};

/* Reads the list and what is remembered; writes nothing yet.
 * Out: *source, owned by the caller; NULL on error. Errors: those of vd_file_read; VD_CONFIG: it is older than the one
 * remembered, or does not follow it. VD_DATA: the file, or what is remembered, is damaged or not signed as the pins
 * say. VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_trust_source_new(const struct vd_trust_source_options *options, uint64_t now_s,
                                                struct vd_trust_source **source, struct vd_failure *failure);

/* Nobody may take any more; editions that were taken live on. NULL is allowed. */
void vd_trust_source_free(struct vd_trust_source *source);

/* Looks at the file: takes a new list or tells why not, once for each content; remembers what was taken; and makes the
 * edition anew when its list has become overdue. Reads and writes files. Thread rule: one thread at a time. */
void vd_trust_source_look(struct vd_trust_source *source, uint64_t now_s);

/* The edition in use, which the caller gives back with vd_trust_edition_give. Any thread. */
struct vd_trust_edition *vd_trust_source_take(struct vd_trust_source *source);

/* Whether another one is in use than this, which the caller holds: one atomic read. Any thread. */
bool vd_trust_source_is_other(const struct vd_trust_source *source, const struct vd_trust_edition *edition);

/* Whether the file, when it was last looked at, was refused or could not be read. Any thread. */
bool vd_trust_source_is_refusing(const struct vd_trust_source *source);

#endif
