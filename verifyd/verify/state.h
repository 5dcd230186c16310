/* state.h: what the files of this folder share, and nobody else includes: a verifier, and a verification under way. */
#ifndef VD_VERIFY_STATE_H
#define VD_VERIFY_STATE_H

#include "verify/verify.h"
#include "verify/walk.h"

_Static_assert(VD_STATUS_WALK_MAX == VD_WALK_STATEMENTS_MAX, "one limit");
_Static_assert(VD_VERIFY_OPERATORS_MAX == VD_WALK_OPERATORS_MAX, "one limit");

/* Of each operator's log, the numbers of its tracks; and what was last found of them: see anchored.h. */
struct vd_anchored {
  struct vd_anchors *anchors; /* NULL: there are none */
  bool is_used;               /* any log has a track */
  bool is_current;            /* refusals were found at that generation */
  uint64_t generation;
  frag_error refusals[VD_VERIFY_OPERATORS_MAX];
  bool is_tied[VD_VERIFY_OPERATORS_MAX];      /* the log check continues all that was confirmed */
  uint64_t tied[VD_VERIFY_OPERATORS_MAX];     /* at that generation */
  size_t counts[VD_VERIFY_OPERATORS_MAX];
  size_t tracks[VD_VERIFY_OPERATORS_MAX][VD_VERIFY_ANCHORS_MAX];
};

struct vd_verifier {
  struct frag_context *context;
  const struct frag_trust *trust;
  uint16_t realm;
  unsigned threshold;
  uint64_t status_max_age_s; /* 0: no limit */
  unsigned operator_count;
  unsigned statements_first; /* how many are asked for at first, 1..VD_WALK_KEYS_MAX */
  struct vd_verifier_operator operators[VD_VERIFY_OPERATORS_MAX];
  struct vd_store_reader *readers[VD_VERIFY_OPERATORS_MAX]; /* NULL: remote, or unreachable */
  struct vd_log_check logs[VD_VERIFY_OPERATORS_MAX];
  struct vd_anchored anchored;
  struct vd_lookup_answer answer; /* scratch of one call: what a local ledger says */
};

/* Who answered, as of when: see freshness.h. */
struct vd_freshness {
  bool has[VD_VERIFY_OPERATORS_MAX];
  uint64_t time_s[VD_VERIFY_OPERATORS_MAX];
};

/* The walk comes last: its statements are not cleared at the beginning. */
struct vd_verification {
  struct vd_verifier *verifier;
  const struct frag_trust *trust; /* the one of its beginning, until its end */
  struct vd_verdict *verdict;
  uint64_t now_s;
  enum vd_wanted wanted;
  unsigned question;                          /* number of the open one, from 1 */
  bool is_silent[VD_VERIFY_OPERATORS_MAX];    /* it did not answer a question, and is asked no more */
  bool has_answered[VD_VERIFY_OPERATORS_MAX]; /* the open question, or is silent */
  uint64_t entry_index[VD_VERIFY_OPERATORS_MAX];
  uint64_t entry_time_s[VD_VERIFY_OPERATORS_MAX];
  uint64_t entry_anchors[VD_VERIFY_OPERATORS_MAX]; /* generation of those that the entry's checkpoint continues */
  struct vd_freshness fragment_times, status_times; /* who answered about the fragment, and about statements */
  uint8_t *copies[VD_VERIFY_OPERATORS_MAX]; /* of local records, for a gather that outlasts the snapshot */
  size_t copy_len[VD_VERIFY_OPERATORS_MAX];
  struct frag_qr qr;
  struct frag_gather gather;
  struct vd_walk walk;
};

#endif
