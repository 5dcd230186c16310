/* audit.h: the audit of an operator's log (FRAG-1 section 4, C2SP tlog-tiles): every entry is downloaded and every hash
 * recomputed, from where the last audit stopped. The first thing that is wrong ends it. Public data. One thread. */
#ifndef CTL_AUDIT_H
#define CTL_AUDIT_H

#include "audit_folder.h"
#include "audit_source.h"
#include "log_keys.h"


/* One run. What is filled by the caller stands first; the rest belongs to ctl_audit_run. */
struct ctl_audit {
  struct frag_context *context;
  struct ctl_audit_source *source;
  struct ctl_audit_folder *folder;
  struct ctl_audit_state *state;
  struct ctl_audit_keys *keys;
  const char *vkey;
  const struct frag_log_key *key;
  size_t witnesses_count;
  const struct frag_log_key *witnesses;
  bool with_records;
  bool is_quiet; /* no progress display */
  uint64_t now_s;

  /* The checkpoint that is audited. */
  size_t note_len;
  char note[FRAG_CHECKPOINT_MAX];
  struct frag_checkpoint checkpoint;
  uint64_t time_s; /* when its operator signed it, Unix seconds */
  uint64_t cosigned_s[CTL_WITNESSES_MAX]; /* by witness */

  uint64_t began_at;                  /* entries that were audited already */
  uint64_t earlier_size, earlier_s;   /* of the last complete audit with this state; 0: none */
  size_t earlier_len;                 /* 0: none */
  char earlier[FRAG_CHECKPOINT_MAX];  /* the checkpoint that was accepted before this one */
  bool is_wrong;      /* the log is at fault, and the failure's text says how */
  uint64_t saved_ms;  /* monotonic clock */
};

/* Audits. Returns VD_OK when everything is proven that was asked for, and the state says so.
 * VD_DATA with is_wrong: the log. Everything else is not the log's fault: VD_NOT_FOUND (no log there), VD_UNAVAILABLE,
 * and those of the folder; then the state holds how far it came. */
VD_MUST_CHECK enum vd_error ctl_audit_run(struct ctl_audit *audit, struct vd_failure *failure);

/* Says that the log is wrong; returns VD_DATA. */
enum vd_error ctl_audit_wrong(struct ctl_audit *audit, struct vd_failure *failure, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with two signed notes that contradict each other, which are kept. */
enum vd_error ctl_audit_accuse(struct ctl_audit *audit, struct frag_slice one, struct frag_slice other,
                               struct vd_failure *failure, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* The same for what shows that the audited checkpoint does not continue the one before, if there was one. */
enum vd_error ctl_audit_break(struct ctl_audit *audit, struct vd_failure *failure, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* At the size of the checkpoint in the state: the entries so far must give its root. The one that is audited then takes
 * its place. */
VD_MUST_CHECK enum vd_error ctl_audit_pass_note(struct ctl_audit *audit, struct vd_failure *failure);

/* Saves the state now, or, unless is_due, when some seconds have passed since the last time. Finds entries that are in
 * the log twice; `merge`: all of them. */
VD_MUST_CHECK enum vd_error ctl_audit_save(struct ctl_audit *audit, bool is_due, bool merge,
                                           struct vd_failure *failure);

#endif
