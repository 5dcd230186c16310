/* trust_file.h: a trust list in its file (FRAG-1 section 7), with its signatures, for editing. A list that nobody
 * has signed yet has the same form with no signatures. Public data. One thread. */
#ifndef CTL_TRUST_FILE_H
#define CTL_TRUST_FILE_H

#include <stdbool.h>

#include <frag/trust.h>

#include "base/failure.h"
#include "base/file.h"

#define CTL_TRUST_FILE_BYTES_MAX ((size_t)16 << 20)
#define CTL_SIGNATURES_MAX 64
#define CTL_TRUST_DAY_S 86400u

struct ctl_trust_file {
  struct vd_bytes bytes;
  struct frag_slice list;   /* view into bytes: what is signed */
  struct frag_trust *trust; /* the list, decoded; its signatures were not looked at */
  size_t signatures_count;
  struct frag_root_signature signatures[CTL_SIGNATURES_MAX];
};

/* Loads; ends with ctl_trust_file_free, also after an error. VD_NO_INPUT, VD_DATA, VD_FULL, VD_MEMORY. */
VD_MUST_CHECK enum vd_error ctl_trust_file_load(struct frag_context *context, const char *path,
                                                struct ctl_trust_file *file, struct vd_failure *failure);
void ctl_trust_file_free(struct ctl_trust_file *file);

/* Writes the list's bytes and signatures; fresh: the file must not exist yet. VD_CONFLICT, VD_IO, VD_FULL, VD_MEMORY.
 */
VD_MUST_CHECK enum vd_error ctl_trust_file_save(const char *path, struct frag_slice list,
                                                const struct frag_root_signature *signatures, size_t count, bool fresh,
                                                struct vd_failure *failure);

/* Makes *list, whose keys are left as they are, the next after the file's: its number, prev_hash, and times: issued
 * now, due after `days`, or 0: after as long as the one before was. path: for the error. VD_DATA: there is no next
 * number or time. */
VD_MUST_CHECK enum vd_error ctl_trust_file_follow(const struct ctl_trust_file *file, const char *path, uint64_t days,
                                                  struct frag_trust_list *list, struct vd_failure *failure);

/* Encodes a list and saves it without signatures. Also VD_DATA. */
VD_MUST_CHECK enum vd_error ctl_trust_file_save_list(struct frag_context *context, const char *path,
                                                     const struct frag_trust_list *list, bool fresh,
                                                     struct vd_failure *failure);

#endif
