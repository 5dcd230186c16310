/* following_state.h: what following.c, evm_following.c and bitcoin_following.c share: the state of a following, and the
 * steps that are the same on every chain. Thread rule: the client's.
 *
 * A round of questions ends in a callback that asks the next ones, until all tracks have seen the chain's final block:
 * kind->begin → vd_following_head → kind->walk … → vd_following_finish. vd_following_fail ends it anywhere; what was
 * looked at whole by then stays looked at. */
#ifndef VD_ANCHOR_FOLLOWING_STATE_H
#define VD_ANCHOR_FOLLOWING_STATE_H

#include "anchor/following.h"
#include "anchor/nodes.h"
#include "chain/ecdsa.h"

#define VD_FOLLOWING_COINS_MAX 44   /* kept of one account; as many as a cursor has room for */
#define VD_FOLLOWING_UNSAVED_MAX 64 /* blocks that may have to be looked at again after a crash */
#define VD_FOLLOWING_HASHES 32      /* Bitcoin: of blocks that are asked for at once */
#define VD_FOLLOWING_POINTS 15      /* EVM: blocks at which the nonce is asked for at once */
#define VD_FOLLOWING_READ_MAX 4     /* EVM: whole blocks that are asked for at once */
#define VD_FOLLOWING_NUMBER_MAX ((uint64_t)1 << 53) /* of a block; more is a lie */

/* Bitcoin: an output seen in a block that pays to the account and was not seen spent. */
struct vd_following_coin {
  uint8_t transaction[32]; /* wire order */
  uint32_t output;
  uint64_t value_sat;
  bool is_change; /* of a transaction that spent such a coin: nobody else can have made it */
};

/* A block as all endpoints describe it. Hashes are as people write them, here and below. No padding: compared as
 * bytes. */
struct vd_following_block {
  uint64_t number, time_s;
  uint8_t hash[32], parent[32];
};

struct vd_following_track {
  size_t number; /* in ledger/anchors.h */
  const struct vd_anchors_track_options *options;
  uint8_t origin_id[FRAG_ANCHOR_ORIGIN_LEN];
  unsigned unsaved;     /* blocks looked at since the cursor was kept */
  size_t question;      /* for the hash at the cursor; SIZE_MAX: not asked */
  size_t nonce_question, count_question;
  bool has_final_count; /* the nodes know the nonce at the final block */
  uint64_t final_count;

  /* The cursor. */
  bool is_loaded;
  bool is_begun;     /* hash and time_s are those of the block before `next` */
  uint64_t next;     /* the first block that was not looked at */
  uint8_t hash[32];
  uint64_t time_s;
  uint64_t known_to; /* anchors in blocks before this one are known already: only coins are looked for again */
  bool has_nonce;    /* EVM: how often the account had sent before `next` */
  uint64_t nonce;
  size_t coin_count; /* Bitcoin */
  struct vd_following_coin coins[VD_FOLLOWING_COINS_MAX];
};

struct vd_following_found {
  size_t track; /* place among the following's tracks */
  bool is_dropped;
  const char *why; /* it is dropped, and that is to be told: a few words; else NULL */
  struct vd_anchors_found found;
  uint8_t *bytes; /* owned; what found's raw and evidence lead to */
};

struct vd_following {
  struct vd_following_options options;
  const struct vd_chain_settings *chain;
  const struct vd_following_kind *kind;
  struct vd_nodes *nodes;
  struct frag_context *context;
  void (*then)(struct vd_following *following); /* what is done with the answers */
  uint64_t next_ms;
  bool is_done, is_stuck;
  bool is_ahead_told; /* that the chain has not come to first_block */
  char why[256];
  uint64_t final; /* number of the last final block that all endpoints know */
  size_t track_count;
  struct vd_following_track tracks[VD_FOLLOWING_TRACKS_MAX];
  size_t found_count, found_room;
  struct vd_following_found *found;

  /* following_check.c */
  size_t newest_track; /* whose newest anchors are looked at again in this round */
  size_t check_count;
  struct vd_following_checked *checked;
  size_t violated;     /* the track that is taken back */
  uint64_t standing;   /* its anchors from here on are gone */

  /* evm_following.c */
  struct vd_ecdsa *ecdsa;
  size_t final_question;
  struct vd_following_block final_block;
  size_t at;           /* the track that is being walked */
  uint64_t low, high, high_count; /* its next transaction is in low..high; its nonce after high */
  size_t point_count;
  uint64_t points[VD_FOLLOWING_POINTS];
  bool is_reading;     /* block after block */
  unsigned reads;      /* blocks since then */
  size_t alone;        /* blocks to be asked for one by one: together they were too much */
  size_t read_count;
  struct vd_following_block read[VD_FOLLOWING_READ_MAX];
  size_t receipt_at, receipt_count;

  /* bitcoin_following.c */
  uint64_t hashes_first;
  size_t hashes_count;
  uint8_t hashes[VD_FOLLOWING_HASHES][32];
  uint64_t height;     /* of the block that is asked for */
  size_t source;       /* the endpoint that is asked for whole blocks */
  size_t refusals;     /* of endpoints in a row to give this one */
  uint8_t *block;      /* room for one */
};

struct vd_following_kind {
  /* Asks how far the chain is, and in the end calls vd_following_head. */
  void (*begin)(struct vd_following *following);
  /* Puts the question for the hash of a block, and reads it. */
  size_t (*ask_hash)(struct vd_following *following, uint64_t number);
  bool (*get_hash)(const struct vd_rpc_value *value, void *hash32);
  /* Further questions of the same round; may be NULL. */
  void (*ask_more)(struct vd_following *following);
  /* All that was known stands. */
  void (*walk)(struct vd_following *following);
};
extern const struct vd_following_kind vd_evm_following, vd_bitcoin_following;

/* Sends what was asked since vd_nodes_begin; then: with the answers. */
void vd_following_ask(struct vd_following *following, void (*then)(struct vd_following *following));

/* Whether all endpoints gave a result to a question that `get` reads, with the same `len` bytes of *out (at most 128).
 * what: a few words for whom it may concern. False: vd_following_fail was called. */
bool vd_following_agreed(struct vd_following *following, size_t question, const char *what,
                         bool (*get)(const struct vd_rpc_value *value, void *out), void *out, size_t len);

/* Whether endpoint e gave a result. False: vd_following_fail was called. */
bool vd_following_result(struct vd_following *following, size_t e, size_t question, const struct vd_rpc_value **value);

/* The number of the last block that all endpoints know (EVM without `confirmations`: that is final there) says which is
 * final. Then what is known is compared with the chain, and taken back when it is no longer there; then kind->walk. */
void vd_following_head(struct vd_following *following, uint64_t last);

/* The round ends: everything was looked at; it has failed, and another is made after a while; another begins at
 * once. */
void vd_following_finish(struct vd_following *following);
void vd_following_fail(struct vd_following *following, const char *format, ...) __attribute__((format(printf, 2, 3)));
void vd_following_again(struct vd_following *following);

/* Notes an anchor of a track, to be kept with its cursor. False: vd_following_fail was called (no memory). */
bool vd_following_found_add(struct vd_following *following, size_t track, const struct vd_anchors_found *found);
void vd_following_found_clear(struct vd_following *following);

/* Blocks up to this one were looked at: the cursor moves on, in memory. */
void vd_following_move(struct vd_following_track *track, const struct vd_following_block *block, unsigned blocks);

/* Keeps a track's cursor, with what was found; where nothing was found and few blocks were looked at only if is_due.
 * Tells what was found, and what was dropped with a why. False: vd_following_fail was called. */
bool vd_following_save(struct vd_following *following, size_t track, bool is_due);

/* A track that has seen nothing yet, or nothing any more. */
void vd_following_begin_anew(const struct vd_following *following, struct vd_following_track *track);

/* A transaction in such a text, as people write it on that chain. */
#define VD_FOLLOWING_ID_SIZE 67
void vd_following_id(const struct vd_following *following, char text[static VD_FOLLOWING_ID_SIZE],
                     const struct vd_anchors_item *item);

/* Tells the caller: "chain=… log=… " and then the format. */
void vd_following_tell(const struct vd_following *following, size_t track, enum vd_anchoring_grade grade,
                       const char *event, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The cursor as bytes; false: these are none. */
size_t vd_following_cursor_write(uint8_t bytes[static VD_ANCHORS_CURSOR_MAX], const struct vd_following_track *track);
bool vd_following_cursor_read(struct vd_following_track *track, const uint8_t *bytes, size_t len);

#endif
