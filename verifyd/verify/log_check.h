/* log_check.h: FRAG-1 section 8 step 3 for one operator: is its checkpoint signed by it, does it continue the one that
 * was accepted before, and is the record's entry under it. One struct for each operator and thread. */
#ifndef VD_LOG_CHECK_H
#define VD_LOG_CHECK_H

#include <frag/checkpoint.h>

#include "ledger/seen.h"
#include "wire/lookup.h"

/* The log has signed another tree than the one that was accepted last, of this size, and its own proof shows it. */
struct vd_log_contradiction {
  uint64_t size; /* 0: no such thing */
  uint8_t root[FRAG_HASH_LEN], proven_root[FRAG_HASH_LEN];
  struct frag_proof proof; /* from proven_root to the root that is signed now */
};

/* Fields are for reading. */
struct vd_log_check {
  struct frag_log_key key;
  struct vd_seen *seen;    /* NULL: nothing is remembered beyond this struct */
  uint64_t size;           /* of the last checkpoint accepted by this struct; 0: none */
  uint8_t root[FRAG_HASH_LEN];
  uint64_t time_s;         /* of its own cosignature; 0: it has none */
  uint64_t answer_time_s;  /* the same of the last answer's checkpoint that was right, newest or not */
  bool has_equivocated;
  struct vd_log_contradiction contradiction;
  size_t equivocations;    /* of all logs, as `seen` last told */
  size_t note_len;
  char note[FRAG_CHECKPOINT_MAX]; /* its bytes, so that the same one is not verified twice */
};

/* Starts with what `seen` knows of the log, if anything. */
void vd_log_check_begin(struct vd_log_check *check, const struct frag_log_key *key, struct vd_seen *seen);

/* What a request has to say that is made now, and what its answer is then proven from: keep it with the request. */
struct vd_log_base {
  uint64_t size;
  uint8_t root[FRAG_HASH_LEN];
  uint64_t anchors; /* of a verification: vd_anchors_generation of those that this continues; else 0 */
};
void vd_log_check_base(const struct vd_log_check *check, struct vd_log_base *base);

/* Looks at an answer's checkpoint, and accepts it if it is newer. base: of the request that was answered.
 * Out: *checkpoint: note, size and root; the note is a view into the answer. *is_news: it was accepted and goes
 * further than the one before, or shows that the log contradicts itself: the caller hands it to vd_seen_advance (not on
 * an event loop) if there is a seen.
 * Returns FRAG_OK, FRAG_CHECKPOINT_SIGNATURE (21; a malformed one too), FRAG_LOG_INCONSISTENT (22: it does not
 * show that it continues the one of the base, or goes back behind it), FRAG_EQUIVOCATION (25: same size, other root,
 * now or earlier; or its proof leads from another root of the base's size to the signed one), FRAG_CRYPTO. */
FRAG_MUST_CHECK frag_error vd_log_check_checkpoint(struct frag_context *context, struct vd_log_check *check,
                                                   const struct vd_log_base *base,
                                                   const struct vd_lookup_answer *answer,
                                                   struct frag_checkpoint *checkpoint, bool *is_news);

/* Keeps a checkpoint that contradicts its log, of which the last call said is_news, together with the note that it
 * contradicts. In: contradiction: the check's. checkpoint: decoded. rival: a note of the log that was accepted before.
 * Returns whether they are a contradiction; then *error is that of vd_seen_accuse. Not on a loop with clients. */
bool vd_log_check_accuse(struct frag_context *context, struct vd_seen *seen,
                         const struct vd_log_contradiction *contradiction, const struct frag_checkpoint *checkpoint,
                         const char *rival, size_t rival_len, enum vd_error *error, struct vd_failure *failure);

/* Whether the entry of a fragment record (or, erased, of its leaf) is under that checkpoint, at the index and time that
 * the item says. Returns FRAG_OK, FRAG_NOT_IN_LOG (20), FRAG_CRYPTO. */
FRAG_MUST_CHECK frag_error vd_log_check_item(struct frag_context *context, const struct frag_checkpoint *checkpoint,
                                             const struct vd_lookup_item *item);

/* The same for the entry of a status record. */
FRAG_MUST_CHECK frag_error vd_log_check_statement(struct frag_context *context,
                                                  const struct frag_checkpoint *checkpoint,
                                                  const struct vd_lookup_item *item);

/* The same for all of an answer's status records: FRAG_NOT_IN_LOG when any of them fails. */
FRAG_MUST_CHECK frag_error vd_log_check_statements(struct frag_context *context,
                                                   const struct frag_checkpoint *checkpoint,
                                                   const struct vd_lookup_answer *answer);

#endif
