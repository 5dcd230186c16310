/* comparing.h: asks an operator's log whether it continues the anchors that were found of it on public chains: over the
 * network, or in a ledger on this machine. What comes of it goes to ledger/anchors.h: confirmed; disputed, when the log
 * does not show that it does; contradicted, when the log's own signed checkpoint proves another root than the anchored
 * one. That is equivocation, for good, and the proof is kept.
 *
 * An operator that does not answer changes nothing. Thread rule: the client's; a ledger's reader is its own. */
#ifndef VD_ANCHOR_COMPARING_H
#define VD_ANCHOR_COMPARING_H

#include <frag/tile.h>

#include "anchor/anchoring.h"
#include "ledger/anchors.h"
#include "ledger/seen.h"
#include "remote/operator.h"

struct vd_comparing;

struct vd_comparing_options {
  struct vd_anchors *anchors;   /* these outlive the comparing */
  /* What is remembered of logs over the network; NULL: nothing is. With it a checkpoint that confirms an anchor
   * continues the last one seen, and becomes the last one: the log cannot show one tree here and another to those who
   * look up documents. */
  struct vd_seen *seen;
  struct vd_store *store;       /* the ledger on this machine; NULL: over the network, with the following */
  struct vd_client *client;
  const char *url;              /* copied */
  unsigned timeout_ms;
  const struct frag_log_key *key; /* the log's; copied. Its name is the tracks' origin */
  size_t track_count;           /* all tracks of the log: 1..VD_LOG_CHAINS_MAX */
  const size_t *tracks;         /* copied */
  void (*tell)(void *context, enum vd_anchoring_grade grade, const char *event, const char *detail);
  void *context;
};

/* Out: *comparing; NULL on error. Errors: those of vd_remote_operator_init and vd_store_reader_new; VD_MEMORY,
 * VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_comparing_new(const struct vd_comparing_options *options,
                                             struct vd_comparing **comparing, struct vd_failure *failure);

/* Cancels what is under way. Before its client and its store. NULL is allowed. */
void vd_comparing_free(struct vd_comparing *comparing);

/* Starts what is due. About every second. */
void vd_comparing_look(struct vd_comparing *comparing, uint64_t now_ms);

/* Somebody was shown that the log does not continue what was seen of it: asks for that, with the next look, and keeps
 * the proof if it shows another tree. When it shows less, or nothing, the largest anchor is compared again that was
 * confirmed and is not larger than what it shows. Without `seen` nothing comes of it. */
void vd_comparing_doubt(struct vd_comparing *comparing);

/* Whether the log was found not to continue what was seen of it, since this was asked last. */
bool vd_comparing_is_doubtful(struct vd_comparing *comparing);

/* --- the judgement itself: pure --- */

/* What a log has answered to a look-up with known_size = anchor.size. */
struct vd_comparing_answer {
  const char *checkpoint; /* a signed note */
  size_t checkpoint_len;
  const struct frag_proof *consistency;
};

enum vd_comparing_verdict {
  VD_COMPARING_NO_ANSWER,    /* no checkpoint that the log has signed */
  VD_COMPARING_CONFIRMED,
  VD_COMPARING_DISPUTED,
  VD_COMPARING_CONTRADICTED, /* *proven_root: what the log's own checkpoint proves for that size */
  VD_COMPARING_NEEDS_TILE    /* the proof alone cannot tell: ask for *tile, and give it to vd_comparing_judge_tile */
};

/* Out: *checkpoint: decoded, views into the answer, unless NO_ANSWER. */
enum vd_comparing_verdict vd_comparing_judge(struct frag_context *context, const struct frag_log_key *key,
                                             const struct vd_anchors_item *anchor,
                                             const struct vd_comparing_answer *answer,
                                             struct frag_checkpoint *checkpoint,
                                             uint8_t proven_root[static FRAG_HASH_LEN]);

/* The tile that has the root of the first `size` entries, a power of two, in a tree of tree_size entries. */
struct frag_tile vd_comparing_tile(uint64_t size, uint64_t tree_size);

/* CONTRADICTED or DISPUTED, by what such a tile says: it is believed only if the consistency proof leads from its root
 * to the signed one. */
enum vd_comparing_verdict vd_comparing_judge_tile(struct frag_context *context, const struct vd_anchors_item *anchor,
                                                  const struct frag_checkpoint *checkpoint,
                                                  const struct frag_proof *consistency, const uint8_t *tile,
                                                  size_t tile_len, uint8_t proven_root[static FRAG_HASH_LEN]);

/* The proof of a contradiction as text: anchor, both roots, the proof's lines, the signed checkpoint. Returns its
 * length. */
size_t vd_comparing_evidence(char text[static VD_ANCHORS_JUDGEMENT_MAX],
                             const struct vd_anchors_track_options *track, const struct vd_anchors_item *anchor,
                             const struct frag_checkpoint *checkpoint, const struct frag_proof *consistency,
                             const uint8_t proven_root[static FRAG_HASH_LEN]);

#endif
