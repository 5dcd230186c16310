/* bitcoin_rounds.h: what the endpoints of Bitcoin are asked about anchors (JSON-RPC of Bitcoin Core and those who follow
 * it), and their answers as views for the judge. Each pair is one round of nodes.h: _put between vd_nodes_begin and
 * vd_nodes_ask, _read after it with the same arguments. An answer that is not of the expected form is unknown, as if it
 * had not come. Thread rule: the nodes'. */
#ifndef VD_ANCHOR_BITCOIN_ROUNDS_H
#define VD_ANCHOR_BITCOIN_ROUNDS_H

#include "anchor/bitcoin_judge.h"
#include "anchor/nodes.h"

struct vd_bitcoin_subject {
  const char *network;                     /* as getblockchaininfo names it */
  uint8_t program[VD_BITCOIN_PROGRAM_LEN]; /* the account's */
  const struct vd_judge_outbox *outbox;
  const struct vd_bitcoin_coins *coins;
  bool asks_finals;                        /* whether the recorded final anchors are looked at */
};

void vd_bitcoin_first_put(struct vd_nodes *nodes, const struct vd_bitcoin_subject *subject);
/* views: one for each endpoint; everything in them is forgotten first. */
void vd_bitcoin_first_read(const struct vd_nodes *nodes, const struct vd_bitcoin_subject *subject,
                           struct vd_bitcoin_view *views);

void vd_bitcoin_second_put(struct vd_nodes *nodes, uint64_t number);
void vd_bitcoin_second_read(const struct vd_nodes *nodes, struct vd_bitcoin_view *views);

/* A whole block, of one endpoint: whose it is does not matter, since it has the hash that was asked for. */
void vd_bitcoin_third_put(struct vd_nodes *nodes, size_t endpoint, const uint8_t hash[static 32]);
/* Looks for the transaction in it. */
void vd_bitcoin_third_read(const struct vd_nodes *nodes, size_t endpoint, const uint8_t hash[static 32],
                           const uint8_t transaction[static 32], struct vd_bitcoin_proof *proof);

/* The bytes of a signed transaction, to every endpoint. What they answer is not read: the next round asks for it. */
void vd_bitcoin_send_put(struct vd_nodes *nodes, const uint8_t *raw, size_t len);

#endif
