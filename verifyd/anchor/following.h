/* following.h: reads a chain in the background and finds the anchors of operators' logs there, each final and agreed on
 * by every endpoint, and puts them into ledger/anchors.h. Believes no operator: what an account sent is found by
 * itself, and what somebody else sent in its name is not taken. Then comparing.h asks the logs whether they continue
 * their anchors. Nothing here is waited for by a verification. Thread rule: the client's. */
#ifndef VD_ANCHOR_FOLLOWING_H
#define VD_ANCHOR_FOLLOWING_H

#include "anchor/anchoring.h"
#include "ledger/anchors.h"

#define VD_FOLLOWING_TRACKS_MAX VD_OPERATORS_MAX /* of one chain */

struct vd_following;

struct vd_following_options {
  const struct vd_chain_settings *chain; /* these outlive the following */
  struct vd_client *client;
  struct vd_anchors *anchors;
  size_t track_count;                    /* all tracks of this chain */
  const size_t *tracks;                  /* copied */
  void (*tell)(void *context, enum vd_anchoring_grade grade, const char *event, const char *detail);
  void *context;
};

/* Out: *following; NULL on error. track_count: 1..VD_FOLLOWING_TRACKS_MAX. Errors: those of vd_nodes_new; VD_MEMORY,
 * VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_following_new(const struct vd_following_options *options,
                                             struct vd_following **following, struct vd_failure *failure);
void vd_following_free(struct vd_following *following); /* NULL is allowed */

/* Starts what is due. About every second. */
void vd_following_look(struct vd_following *following, uint64_t now_s, uint64_t now_ms);

/* What tells a chain from others in ledger/anchors.h: the chain id, or Bitcoin's genesis block (as in
 * ledger/outbox.h). Any thread. */
void vd_following_chain_id(const struct vd_chain_settings *chain, uint8_t id[static 32]);

/* Whether everything up to the chain's final block has been looked at, as of the last round: for a program that walks a
 * chain once. is_stuck: the last round failed: the nodes did not answer or did not agree; why: a few words. */
bool vd_following_is_done(const struct vd_following *following, bool *is_stuck, char why[static 256]);

#endif
