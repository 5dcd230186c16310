/* anchoring.h: keeps an operator's log anchored on one chain: makes, signs, records and sends transactions, and
 * follows them until they are final. See look.h for how, evm_anchoring.h and bitcoin_anchoring.h for what each chain
 * needs; policy.h decides when.
 *
 * Everything waits for the chain's nodes by callbacks; only the outbox is written while the caller waits, a few times
 * an hour: on a loop that serves nobody. The order is always: decide, record (synced), send. Thread rule: the
 * client's. */
#ifndef VD_ANCHOR_ANCHORING_H
#define VD_ANCHOR_ANCHORING_H

#include "config/settings.h"
#include "ledger/outbox.h"
#include "net/client.h"

struct vd_anchoring;

/* A checkpoint that has been shown, so that it is never contradicted. */
struct vd_anchoring_checkpoint {
  uint64_t size;
  uint8_t root[FRAG_HASH_LEN];
};

enum vd_anchoring_grade { VD_ANCHORING_INFO, VD_ANCHORING_WARNING, VD_ANCHORING_ALARM };

struct vd_anchoring_options {
  const struct vd_chain_settings *chain;   /* these outlive the anchoring */
  const struct vd_anchor_settings *anchor;
  const char *origin;
  struct vd_client *client;
  const uint8_t *secret32; /* of the account; secret, copied */

  /* The operator's checkpoint in force; false: none can be read now. Called from vd_anchoring_look and callbacks. */
  bool (*newest)(void *context, struct vd_anchoring_checkpoint *checkpoint);
  /* Whether the log begins with that earlier checkpoint, which is smaller than the newest; true also when that cannot be
   * told now. */
  bool (*continues)(void *context, const struct vd_anchoring_checkpoint *earlier);
  /* Something happened: event is one word with underscores ("anchor_sent", "anchor_final", "anchor_halted" …), detail
   * "key=value …" without secrets and URLs. */
  void (*tell)(void *context, enum vd_anchoring_grade grade, const char *event, const char *detail);
  void *context;
};

/* Opens the outbox, making it if need be. Asks nobody yet. Out: *anchoring; NULL on error.
 * Errors: those of vd_outbox_open and vd_nodes_new; VD_KEY; VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_anchoring_new(const struct vd_anchoring_options *options,
                                             struct vd_anchoring **anchoring, struct vd_failure *failure);

/* Cancels what is under way, wipes the key, closes the outbox. NULL is allowed. */
void vd_anchoring_free(struct vd_anchoring *anchoring);

/* Starts what is due. About every second. now_s: the clock; now_ms: vd_client_now_ms. */
void vd_anchoring_look(struct vd_anchoring *anchoring, uint64_t now_s, uint64_t now_ms);

enum vd_anchoring_state {
  VD_ANCHORING_STARTING,    /* nothing is known of the chain yet */
  VD_ANCHORING_IDLE,        /* nothing to anchor, or not yet due */
  VD_ANCHORING_SENT,        /* a transaction is on its way */
  VD_ANCHORING_UNREACHABLE, /* the nodes do not answer, or do not agree */
  VD_ANCHORING_UNFUNDED,    /* the account cannot pay */
  VD_ANCHORING_FAILING,     /* what is to be sent cannot be recorded, or another failure of this side */
  VD_ANCHORING_HALTED       /* see vd_outbox_halted */
};

/* For readiness and metrics. Thread rule: any thread; atomics inside. */
struct vd_anchoring_status {
  enum vd_anchoring_state state;
  bool is_stuck;           /* the chain asks more than fee_max */
  uint64_t final_count, final_size, final_time_s; /* slots final; of the last one: the log's size, the block's time */
  uint64_t sent_size;      /* of the newest attempt of the open slot; 0: none is open */
  uint64_t attempts;       /* of the open slot */
  uint64_t looked_s;       /* when the nodes last answered and agreed */
};
void vd_anchoring_get(const struct vd_anchoring *anchoring, struct vd_anchoring_status *status);
const char *vd_anchoring_state_name(enum vd_anchoring_state state); /* "starting" … */

#endif
