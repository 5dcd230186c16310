/* audit_folder.h: where the state of an audit is kept, so that one that was interrupted goes on, and the next begins
 * where this one ended:
 *
 *   state             see audit_state.h; replaced as a whole
 *   keys-<a>-<b>      the keys of the entries a … b-1, sorted; see audit_keys.h
 *   evidence-<n>.txt  two signed checkpoints of the log that contradict each other, and what is wrong with them
 *
 * Public data. One process at a time (the folder is locked). One thread. */
#ifndef CTL_AUDIT_FOLDER_H
#define CTL_AUDIT_FOLDER_H

#include "audit_state.h"

#define CTL_AUDIT_PATH_SIZE 4096

struct ctl_audit_folder {
  const char *path; /* NULL: nothing is kept */
  int lock_fd;      /* -1 */
};

/* Makes and locks the folder, and loads what is in it into *state and *keys; both are empty when there is nothing yet,
 * or path is NULL. vkey: of the log: a state of another log is refused.
 * Ends with ctl_audit_folder_close. VD_CONFLICT (in use, or of another log), VD_DATA (damaged), VD_IO, VD_MEMORY. */
VD_MUST_CHECK enum vd_error ctl_audit_folder_open(struct ctl_audit_folder *folder, const char *path, const char *vkey,
                                                  struct frag_context *context, struct ctl_audit_state *state,
                                                  struct ctl_audit_keys *keys, struct vd_failure *failure);
void ctl_audit_folder_close(struct ctl_audit_folder *folder);

/* Saves, synced; the keys have been flushed. Does nothing without a folder. VD_IO, VD_FULL, VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_audit_folder_save(const struct ctl_audit_folder *folder, const char *vkey,
                                                  const struct ctl_audit_state *state,
                                                  const struct ctl_audit_keys *keys, struct vd_failure *failure);

/* Keeps two notes that contradict each other, as text, with one line that says what is wrong. name: of the file, with
 * its folder; "" when there is no folder. Keeping the same ones again makes no second file.
 * VD_IO, VD_FULL, VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_audit_folder_accuse(const struct ctl_audit_folder *folder, const char *wrong,
                                                    struct frag_slice one, struct frag_slice other,
                                                    char name[static CTL_AUDIT_PATH_SIZE], struct vd_failure *failure);

#endif
