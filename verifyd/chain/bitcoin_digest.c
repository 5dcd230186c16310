#include "chain/bitcoin_digest.h"

#include <assert.h>

#include "chain/bitcoin_bytes.h"
#include "chain/digest.h"

void vd_bitcoin_digest(uint8_t digest[static 32], const struct vd_bitcoin_preimage *preimage) {
  uint8_t bytes[182];
  uint8_t *at = vd_bitcoin_put(bytes, preimage->version, 4);
  at = vd_bitcoin_put_bytes(at, preimage->outpoints, 32);
  at = vd_bitcoin_put_bytes(at, preimage->sequences, 32);
  at = vd_bitcoin_put_bytes(at, preimage->coin.transaction, 32);
  at = vd_bitcoin_put(at, preimage->coin.output, 4);
  at = vd_bitcoin_put_bytes(at, "\x19\x76\xa9\x14", 4); /* the script code of P2WPKH is that of P2PKH */
  at = vd_bitcoin_put_bytes(at, preimage->program, VD_BITCOIN_PROGRAM_LEN);
  at = vd_bitcoin_put_bytes(at, "\x88\xac", 2);
  at = vd_bitcoin_put(at, preimage->coin.value_sat, 8);
  at = vd_bitcoin_put(at, preimage->sequence, 4);
  at = vd_bitcoin_put_bytes(at, preimage->outputs, 32);
  at = vd_bitcoin_put(at, preimage->lock_time, 4);
  at = vd_bitcoin_put(at, VD_BITCOIN_SIGHASH_ALL, 4);
  assert(at == bytes + sizeof bytes);
  vd_sha256d(digest, bytes, sizeof bytes);
}
