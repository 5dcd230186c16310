/* evm_sent.h: a transaction as an EVM node describes it, and whether it is an anchor that the account has sent. The
 * node's word `from` only says where to look: what was signed is put together again out of what the node tells, must
 * have the hash that is the transaction's name, and its signature must be the account's, for this chain. So a node can
 * keep an anchor back, but not make one up. Pure; any thread that may use the ecdsa. */
#ifndef VD_ANCHOR_EVM_SENT_H
#define VD_ANCHOR_EVM_SENT_H

#include <frag/anchor.h>

#include "chain/evm_signed.h"
#include "json/rpc.h"

enum vd_evm_sent_kind {
  VD_EVM_SENT_OTHER,    /* nobody says that it is an anchor of the origin by the account */
  VD_EVM_SENT_ANCHOR,   /* it is one, and raw proves it */
  VD_EVM_SENT_UNPROVEN, /* it may be one, but is of a form whose sender cannot be proven; its sender chose that */
  VD_EVM_SENT_WRONG     /* what the endpoint says cannot be so */
};

struct vd_evm_sent {
  enum vd_evm_sent_kind kind;
  const char *why;            /* of UNPROVEN and WRONG: a few words; else NULL */
  uint8_t hash[32];           /* but of WRONG */
  struct frag_anchor anchor;  /* of ANCHOR and UNPROVEN */
  size_t raw_len;             /* of ANCHOR */
  uint8_t raw[VD_EVM_SIGNED_MAX];
};

struct vd_evm_sent_wanted {
  const struct vd_ecdsa *ecdsa;
  uint64_t chain_id;
  const uint8_t *account;     /* VD_EVM_ADDRESS_LEN bytes */
  const uint8_t *origin_id;   /* FRAG_ANCHOR_ORIGIN_LEN bytes */
};

/* Reads one; all of *sent but raw behind raw_len is set. */
void vd_evm_sent_read(struct vd_evm_sent *sent, const struct vd_rpc_value *value,
                      const struct vd_evm_sent_wanted *wanted);

#endif
