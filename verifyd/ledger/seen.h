/* seen.h: what a portal or witness remembers of other logs: for each the last checkpoint that it has accepted, and the
 * proof when one has shown two that contradict each other. A directory: an LMDB environment, and a text file
 * evidence-<origin's hash>-<n>.txt for each contradiction, with both signed notes and one line that says what is wrong;
 * when they are of different sizes, with the consistency proof between them as well.
 *
 * Threads: every function may be called from any thread, unless it says otherwise; reading takes a mutex for the time
 * of a copy; what writes waits for the disk and is not for an event loop. One process at a time (a lock file).
 * What is in the environment counts: an evidence file that is missing or cut short is made again when it is opened. */
#ifndef VD_LEDGER_SEEN_H
#define VD_LEDGER_SEEN_H

#include <frag/checkpoint.h>
#include <frag/tree.h>

#include "base/failure.h"

#define VD_SEEN_LOGS_MAX 64

struct vd_seen;

/* Opens the directory, making it (mode 0700) if need be.
 * Out: *seen, for vd_seen_close; NULL on error.
 * Errors: VD_CONFLICT: another process has it. VD_DATA, VD_IO, VD_FULL, VD_MEMORY. */
VD_MUST_CHECK enum vd_error vd_seen_open(const char *path, struct vd_seen **seen, struct vd_failure *failure);
void vd_seen_close(struct vd_seen *seen);

/* The last checkpoint accepted of a log. */
struct vd_seen_state {
  uint64_t size;          /* 0 with an all-zero root: none yet */
  uint8_t root[FRAG_HASH_LEN];
  bool has_equivocated;   /* a proof against this log is kept; nothing of it is accepted any more */
  size_t note_len;
  char note[FRAG_CHECKPOINT_MAX];
};

/* Out: *state; all zero for a log that was never seen. */
void vd_seen_get(struct vd_seen *seen, const char *origin, struct vd_seen_state *state);

enum vd_seen_outcome {
  VD_SEEN_ADVANCED,     /* this is now the last one */
  VD_SEEN_KNOWN,        /* it is the last one already (its signatures may be newer; they are kept) */
  VD_SEEN_OUTRUN,       /* the last one is no longer base_size: nothing was changed, prove it from there */
  VD_SEEN_EQUIVOCATED   /* the log contradicts itself, now or earlier: nothing was changed, the proof is kept */
};

/* Accepts a checkpoint, if what it was proven from is still the last one seen; compared and synced in one step.
 * In:  checkpoint: decoded, and checked by the caller: the log's signature, and consistency from (base_size, base_root)
 *      with base_size ≤ checkpoint->size. base_size 0: nothing was known.
 * A checkpoint of the same size as the last one with another root is equivocation, whatever base_size is.
 * Errors: VD_FULL: over VD_SEEN_LOGS_MAX logs, or the disk. VD_IO, VD_MEMORY, VD_DATA. Nothing was changed then. */
VD_MUST_CHECK enum vd_error vd_seen_advance(struct vd_seen *seen, uint64_t base_size,
                                            const uint8_t base_root[static FRAG_HASH_LEN],
                                            const struct frag_checkpoint *checkpoint, enum vd_seen_outcome *outcome,
                                            struct vd_failure *failure);

/* Keeps two rightly signed notes of one log that contradict each other: equal sizes with different roots. Accepts
 * nothing of that log from then on. In: both decoded and checked by the caller. Errors: as vd_seen_advance. */
VD_MUST_CHECK enum vd_error vd_seen_accuse(struct vd_seen *seen, const struct frag_checkpoint *one,
                                           const struct frag_checkpoint *other, struct vd_failure *failure);

/* The same for two of different sizes, of which the later one shows another earlier one.
 * In: one: the smaller, not empty. proof: leads from proven_root, which is not one->root, at one->size to other
 * (frag_tree_consistency_roots): checked by the caller too. */
VD_MUST_CHECK enum vd_error vd_seen_accuse_grown(struct vd_seen *seen, const struct frag_checkpoint *one,
                                                 const struct frag_checkpoint *other, const struct frag_proof *proof,
                                                 const uint8_t proven_root[static FRAG_HASH_LEN],
                                                 struct vd_failure *failure);

/* How many logs have equivocated: for readiness and metrics. */
size_t vd_seen_equivocations(struct vd_seen *seen);

#endif
