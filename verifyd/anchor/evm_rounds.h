/* evm_rounds.h: what the endpoints of an EVM chain are asked about anchors (Ethereum JSON-RPC), and their answers as
 * views for the judge. Each pair is one round of nodes.h: _put between vd_nodes_begin and vd_nodes_ask, _read after it
 * with the same arguments. An answer that is not of the expected form is unknown, as if it had not come.
 * Thread rule: the nodes'. */
#ifndef VD_ANCHOR_EVM_ROUNDS_H
#define VD_ANCHOR_EVM_ROUNDS_H

#include <frag/anchor.h>

#include "anchor/evm_judge.h"
#include "anchor/nodes.h"
#include "chain/evm.h"

struct vd_evm_subject {
  uint8_t account[VD_EVM_ADDRESS_LEN];
  const struct vd_judge_outbox *outbox;
  bool asks_finalized;               /* whether the chain has such blocks: confirmations is 0 */
  bool asks_finals;                  /* whether the recorded final anchors are looked at */
  bool asks_gas;                     /* whether an estimate is wanted for this payload */
  uint8_t payload[FRAG_ANCHOR_LEN];
};

void vd_evm_first_put(struct vd_nodes *nodes, const struct vd_evm_subject *subject);
/* views: one for each endpoint; everything in them is forgotten first. */
void vd_evm_first_read(const struct vd_nodes *nodes, const struct vd_evm_subject *subject, struct vd_evm_view *views);

void vd_evm_second_put(struct vd_nodes *nodes, const struct vd_evm_subject *subject, uint64_t common);
void vd_evm_second_read(const struct vd_nodes *nodes, const struct vd_evm_subject *subject, uint64_t common,
                        struct vd_evm_view *views);

/* payload: what the attempt says. */
struct vd_evm_mined {
  uint8_t id[32];
  uint64_t number;
  uint8_t payload[FRAG_ANCHOR_LEN];
};

void vd_evm_third_put(struct vd_nodes *nodes, const struct vd_evm_mined *mined);
void vd_evm_third_read(const struct vd_nodes *nodes, const struct vd_evm_subject *subject,
                       const struct vd_evm_mined *mined, struct vd_evm_view *views);

/* The bytes of a signed transaction, to every endpoint. What they answer is not read: the next round asks for it. */
void vd_evm_send_put(struct vd_nodes *nodes, const uint8_t *raw, size_t len);

#endif
