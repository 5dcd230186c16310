/* audit_state.h: how far the audit of a log has come: its tree so far, what its entries were, and the last checkpoint
 * that its operator signed; as text, whose last line is the SHA-256 of all lines above. Public data. One thread. */
#ifndef CTL_AUDIT_STATE_H
#define CTL_AUDIT_STATE_H

#include <frag/checkpoint.h>

#include "audit_keys.h"
#include "audit_tree.h"

struct ctl_audit_counts {
  uint64_t issues, statuses, trusts; /* entries by kind */
  uint64_t records, erased;          /* issue entries whose record was looked at; of them, erased ones */
};

/* What is saved. */
struct ctl_audit_state {
  struct ctl_audit_tree tree;
  uint64_t first_time_s, last_time_s; /* of entries 0 and size-1 */
  bool has_realm;
  uint16_t realm;         /* of the entries */
  unsigned record_number; /* i of the records, 1..15; 0: none was looked at */
  bool with_records;      /* the record of every issue entry so far was looked at */
  struct ctl_audit_counts counts;
  uint64_t proven_size;   /* the tree as it was when an audit was last completed */
  uint64_t proven_s;      /* and when that was, Unix seconds; 0: never */
  uint64_t note_size;     /* of the note */
  uint8_t note_root[FRAG_HASH_LEN];
  size_t note_len;        /* 0: none yet */
  char note[FRAG_CHECKPOINT_MAX]; /* the last checkpoint that was accepted; tree.size ≤ note_size */
};

/* The text of a state, and back. text: the caller frees. VD_MEMORY, VD_INTERNAL; VD_DATA, VD_CONFLICT (another vkey).
 * Reading takes up the runs that the text names in keys. */
VD_MUST_CHECK enum vd_error ctl_audit_state_write(const struct ctl_audit_state *state, const char *vkey,
                                                  const struct ctl_audit_keys *keys, char **text, size_t *len,
                                                  struct vd_failure *failure);
VD_MUST_CHECK enum vd_error ctl_audit_state_read(struct ctl_audit_state *state, const char *vkey,
                                                 struct frag_context *context, struct ctl_audit_keys *keys,
                                                 const char *text, size_t len, struct vd_failure *failure);

#endif
