/* bitcoin_digest.h: what a signature over an input of a Bitcoin transaction signs (BIP 143), for P2WPKH outputs and
 * SIGHASH_ALL. Inside chain/ only. Pure; any thread. */
#ifndef VD_CHAIN_BITCOIN_DIGEST_H
#define VD_CHAIN_BITCOIN_DIGEST_H

#include "chain/bitcoin_transaction.h"

#define VD_BITCOIN_SIGHASH_ALL 1

struct vd_bitcoin_preimage {
  uint32_t version;
  uint8_t outpoints[32], sequences[32], outputs[32]; /* vd_sha256d of all of them, one after the other */
  struct vd_bitcoin_coin coin;                       /* that this input spends, with its value */
  uint8_t program[VD_BITCOIN_PROGRAM_LEN];           /* of that coin */
  uint32_t sequence, lock_time;
};

void vd_bitcoin_digest(uint8_t digest[static 32], const struct vd_bitcoin_preimage *preimage);

#endif
