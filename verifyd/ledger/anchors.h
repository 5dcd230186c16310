/* anchors.h: the anchors of operators' logs that a portal has found on public chains, each final and read by itself
 * from the portal's own nodes: looked up for every verification, in memory; kept in a directory with an LMDB
 * environment.
 *
 * A track is one operator's log on one chain, sent by one account. Its anchors are added in the order of the chain.
 * Threads: looking up and reading state from any thread (a mutex for the time of a binary search); what changes is
 * called by one thread and waits for the disk: not for a loop with clients. One process at a time writes.
 * A change that returns an error has changed nothing that is looked up. After VD_IO or VD_INTERNAL of one, what is on
 * the disk is known when it is opened anew; until then what was known before is looked up. */
#ifndef VD_LEDGER_ANCHORS_H
#define VD_LEDGER_ANCHORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <frag/anchor.h>

#include "base/failure.h"

#define VD_ANCHORS_TRACKS_MAX 64
#define VD_ANCHORS_CHAIN_SIZE 33     /* a chain's configured name, with the NUL */
#define VD_ANCHORS_RAW_MAX 16384     /* bytes of a transaction that is kept as evidence */
#define VD_ANCHORS_EVIDENCE_MAX 1280 /* Bitcoin: header, u32 index, branch */
#define VD_ANCHORS_CURSOR_MAX 2048
#define VD_ANCHORS_CONFIRM_MAX 256   /* anchors that are confirmed at once */
#define VD_ANCHORS_JUDGEMENT_MAX 16384 /* bytes of the text that shows a contradiction */

struct vd_anchors;

struct vd_anchors_track_options {
  const char *origin;        /* of the log */
  const char *chain;         /* configured name */
  uint8_t chain_id[32];      /* as in vd_outbox_identity: a name that is given to another chain begins anew; so does
                                another name for the same one, with cursors of its own */
  uint8_t account[20];
  uint64_t due_s;            /* an entry that is older than that and not covered is overdue */
};

/* Opens the directory (mode 0700), making it if need be, with these tracks, which are copied; what is there of other
 * tracks is left alone. Asserted: at most VD_ANCHORS_TRACKS_MAX; names of 1..255 and 1..32 bytes.
 * Errors: VD_CONFLICT: another process has it. VD_CONFIG: a track is given twice. VD_DATA, VD_IO, VD_FULL, VD_MEMORY,
 * VD_INTERNAL. *anchors is NULL then. */
VD_MUST_CHECK enum vd_error vd_anchors_open(const char *path, const struct vd_anchors_track_options *tracks,
                                            size_t count, struct vd_anchors **anchors, struct vd_failure *failure);

/* The same for reading only, while another process may have it open for writing: as it is now, and it stays so.
 * VD_NO_INPUT: there is none. */
VD_MUST_CHECK enum vd_error vd_anchors_open_read(const char *path, const struct vd_anchors_track_options *tracks,
                                                 size_t count, struct vd_anchors **anchors,
                                                 struct vd_failure *failure);
void vd_anchors_close(struct vd_anchors *anchors);

/* Whether the log's own tree has that root at that size. */
enum vd_anchors_state {
  VD_ANCHORS_UNCHECKED = 0, /* the log has not been asked yet, or did not answer */
  VD_ANCHORS_CONFIRMED,     /* the log's checkpoint continues it */
  VD_ANCHORS_DISPUTED,      /* the log does not show that it does: looked at again */
  VD_ANCHORS_CONTRADICTED   /* the log's own signed checkpoint proves another root for that size: for good */
};

/* One anchor that is final. */
struct vd_anchors_item {
  uint64_t size;
  uint8_t root[FRAG_HASH_LEN];
  uint8_t transaction[32];  /* its id as people write it (Bitcoin: reversed wire order) */
  uint64_t block_number;
  uint8_t block_hash[32];   /* as people write it */
  uint64_t block_time_s;
  enum vd_anchors_state state;
  bool is_gone;             /* withdrawn: it was final and is no longer on the chain; it covers nothing */
};

/* What an entry's verification needs to know of one track. */
enum vd_anchors_cover {
  VD_ANCHORS_COVERED,  /* item is the earliest confirmed anchor with index < item.size */
  VD_ANCHORS_PENDING,  /* none yet, and it is not overdue as far as the chain was seen */
  VD_ANCHORS_OVERDUE,  /* none, although the chain was seen up to due_s after the entry's time */
  VD_ANCHORS_REFUSED   /* the log contradicts an anchor of this track, or does not show that it continues it: item is
                          that one, and tells by its state which */
};

/* Tracks of a log, by number 0..; for a verifier to remember. Returns how many were put into out. */
size_t vd_anchors_tracks_of(const struct vd_anchors *anchors, const char *origin,
                            size_t out[static VD_ANCHORS_TRACKS_MAX]);
const struct vd_anchors_track_options *vd_anchors_track(const struct vd_anchors *anchors, size_t track);

/* Earliest: by the block's time, and in the order of the chain within the same second; the blocks' times on a chain
 * need not grow. Out: *item: filled for COVERED and REFUSED, all zero otherwise. log2 of the track's anchors; allocates
 * nothing. */
enum vd_anchors_cover vd_anchors_find(struct vd_anchors *anchors, size_t track, uint64_t index, uint64_t entry_time_s,
                                      struct vd_anchors_item *item);

/* The same for who has looked at the log when vd_anchors_generation was this: one that was confirmed later may be of
 * another tree than the one looked at, and is passed over; with no other it is PENDING. */
enum vd_anchors_cover vd_anchors_find_known(struct vd_anchors *anchors, size_t track, uint64_t index,
                                            uint64_t entry_time_s, uint64_t generation, struct vd_anchors_item *item);

/* A number that changes when any track's anchors or refusals do. Atomic: for a verifier that keeps what it found. */
uint64_t vd_anchors_generation(const struct vd_anchors *anchors);

struct vd_anchors_view {
  uint64_t count;          /* of anchors */
  struct vd_anchors_item last; /* all zero when count is 0 */
  uint64_t seen_number;    /* the last block that was looked at and is final; and its time */
  uint64_t seen_time_s;
  uint64_t unchecked;      /* anchors whose state is UNCHECKED or DISPUTED, and which are not gone */
  bool is_refused;
};
void vd_anchors_look(struct vd_anchors *anchors, size_t track, struct vd_anchors_view *view);

/* --- for the one thread that follows the chains --- */

/* Where following goes on: opaque bytes of the follower's (block number and hash, nonce, coins), and how far the chain
 * was seen. Together with anchors found on the way, in one synced transaction: nothing is lost or found twice.
 * VD_FULL: the disk, or more than 2^20 anchors of a track. VD_IO, VD_MEMORY, VD_DATA, VD_INTERNAL. */
struct vd_anchors_found {
  struct vd_anchors_item item;   /* state UNCHECKED */
  const uint8_t *raw;            /* the transaction, Bitcoin without witnesses: at most VD_ANCHORS_RAW_MAX */
  size_t raw_len;
  const uint8_t *evidence;       /* Bitcoin */
  size_t evidence_len;
};
struct vd_anchors_progress {
  const uint8_t *cursor;
  size_t cursor_len;             /* up to VD_ANCHORS_CURSOR_MAX */
  uint64_t seen_number;
  uint64_t seen_time_s;          /* of that block */
};
VD_MUST_CHECK enum vd_error vd_anchors_advance(struct vd_anchors *anchors, size_t track,
                                               const struct vd_anchors_found *found, size_t count,
                                               const struct vd_anchors_progress *progress, struct vd_failure *failure);

/* The cursor kept; *len is 0 when following has not begun. */
void vd_anchors_cursor(struct vd_anchors *anchors, size_t track, uint8_t cursor[static VD_ANCHORS_CURSOR_MAX],
                       size_t *len);

/* The n-th anchor of a track, in the order of the chain, with its bytes. VD_NOT_FOUND; VD_DATA, VD_IO. raw, evidence
 * and their lengths: may be NULL. From any thread. */
VD_MUST_CHECK enum vd_error vd_anchors_get(struct vd_anchors *anchors, size_t track, uint64_t n,
                                           struct vd_anchors_item *item, uint8_t raw[VD_ANCHORS_RAW_MAX],
                                           size_t *raw_len, uint8_t evidence[VD_ANCHORS_EVIDENCE_MAX],
                                           size_t *evidence_len, struct vd_failure *failure);

/* The first anchor that is UNCHECKED, or, with none, DISPUTED, and not gone; false: there is none. */
bool vd_anchors_next_unchecked(struct vd_anchors *anchors, size_t track, uint64_t *n, struct vd_anchors_item *item);

/* Says what came of comparing it with the log. CONTRADICTED is for good, even if the anchor is withdrawn, and needs
 * evidence: text of at most VD_ANCHORS_JUDGEMENT_MAX bytes that is kept, and put beside the environment as
 * anchor-evidence-<transaction id>.txt, as evidence of ledger/seen.h is. Others: NULL, 0.
 * VD_CONFLICT: it is CONTRADICTED, and is to be something else. VD_NOT_FOUND: no such anchor. Others as
 * vd_anchors_advance. A state that it has already is not written again.
 * A finality violation is told the same way: an anchor that was final is no longer on the chain (is_gone): it is kept
 * for show, covers nothing any more, is not to be compared any more, and is told as an alarm by the caller. */
VD_MUST_CHECK enum vd_error vd_anchors_judge(struct vd_anchors *anchors, size_t track, uint64_t n,
                                             enum vd_anchors_state state, const char *evidence, size_t evidence_len,
                                             struct vd_failure *failure);
VD_MUST_CHECK enum vd_error vd_anchors_withdraw(struct vd_anchors *anchors, size_t track, uint64_t n,
                                                struct vd_failure *failure);

/* CONFIRMED for several anchors of a track, all or none, in one synced transaction, since that takes far longer
 * than most comparing. At most VD_ANCHORS_CONFIRM_MAX (asserted). Errors: as vd_anchors_judge. */
VD_MUST_CHECK enum vd_error vd_anchors_confirm_all(struct vd_anchors *anchors, size_t track, const uint64_t *numbers,
                                                   size_t count, struct vd_failure *failure);

#endif
