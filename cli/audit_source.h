/* audit_source.h: where an audited log is read from: its URL, or the ledger on this machine. One thread. */
#ifndef CTL_AUDIT_SOURCE_H
#define CTL_AUDIT_SOURCE_H

#include <stdbool.h>

#include <frag/tile.h>

#include "ledger/tlog.h"
#include "remote/operator.h"

#define CTL_AUDIT_RESOURCES_MAX 64 /* of one call */
#define CTL_AUDIT_WINDOW 16        /* requests under way at a time, over half as many connections */

/* Begin with {0}. The fields are for reading. */
struct ctl_audit_source {
  const char *name;                 /* the URL or folder as given */
  struct vd_client *client;         /* of a URL; else NULL */
  struct vd_remote_operator remote; /* likewise */
  struct vd_store *store;           /* of a ledger on this machine; else NULL */
  struct vd_store_reader *reader;   /* likewise; not begun between calls */
};

/* Opens a URL, whose text must outlive the source, without asking it yet; or a ledger, for reading.
 * Ends with ctl_audit_source_close, also after an error. VD_CONFIG, VD_MEMORY, VD_INTERNAL; those of vd_store_open. */
VD_MUST_CHECK enum vd_error ctl_audit_source_url(struct ctl_audit_source *source, const char *url,
                                                 struct vd_failure *failure);
VD_MUST_CHECK enum vd_error ctl_audit_source_ledger(struct ctl_audit_source *source,
                                                    const struct vd_store_options *options,
                                                    struct vd_failure *failure);
void ctl_audit_source_close(struct ctl_audit_source *source);

struct ctl_audit_resource {
  char path[FRAG_TILE_PATH_MAX]; /* "checkpoint", "tile/…" */
  size_t len_max;
  bool is_missing;               /* the source says that there is none */
  bool is_too_long;              /* over len_max bytes */
  uint8_t *bytes;                /* owned; NULL unless it was got */
  size_t len;
};

/* Gets count resources (1..CTL_AUDIT_RESOURCES_MAX), several at a time; path and len_max are given. What is got or
 * judged already is not asked for. Tries again, with pauses, when the other side is busy or silent.
 * VD_UNAVAILABLE (naming the resource), VD_MEMORY, VD_INTERNAL, VD_IO, VD_DATA (the ledger cannot be read). */
VD_MUST_CHECK enum vd_error ctl_audit_source_get(struct ctl_audit_source *source,
                                                 struct ctl_audit_resource *resources, size_t count,
                                                 struct vd_failure *failure);

/* Frees the bytes of count resources and empties them. */
void ctl_audit_resources_free(struct ctl_audit_resource *resources, size_t count);

/* The pause before attempt 1, 2 …; false when it is time to give up. For whoever asks the source something else. */
bool ctl_audit_source_pause(unsigned attempt);

#endif
