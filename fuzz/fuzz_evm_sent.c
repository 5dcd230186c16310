// Targets: vd_evm_sent_read
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "anchor/evm_sent.h"
#include "chain/digest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever a node says, what is taken for an anchor is one that the account has signed. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct vd_ecdsa *ecdsa;
  static const uint8_t secret32[32] = {[0] = 0x46, [31] = 7};
  static uint8_t account[VD_EVM_ADDRESS_LEN], origin_id[FRAG_ANCHOR_ORIGIN_LEN];
  struct vd_evm_sent_wanted wanted = {.chain_id = 31337, .account = account, .origin_id = origin_id};
  struct vd_ecdsa_public key;
  struct vd_rpc_answer *answer = NULL;
  struct vd_evm_signed read;
  struct vd_evm_sent sent;
  uint8_t hash[32], sender[VD_EVM_ADDRESS_LEN];
  if (ecdsa == NULL) {
    if (vd_ecdsa_new(&ecdsa, NULL) != VD_OK || vd_ecdsa_public(ecdsa, &key, secret32, NULL) != VD_OK) abort();
    vd_evm_address(account, &key);
    memset(origin_id, 0x0d, sizeof origin_id);
  }
  wanted.ecdsa = ecdsa;
  if (vd_rpc_read(&answer, 1, data, size) == VD_RPC_RESULT) {
    vd_evm_sent_read(&sent, vd_rpc_result(answer), &wanted);
    assert((sent.kind == VD_EVM_SENT_WRONG || sent.kind == VD_EVM_SENT_UNPROVEN) == (sent.why != NULL));
    assert((sent.kind == VD_EVM_SENT_ANCHOR) == (sent.raw_len > 0));
    if (sent.kind == VD_EVM_SENT_ANCHOR) {
      vd_keccak256(hash, sent.raw, sent.raw_len);
      assert(memcmp(hash, sent.hash, sizeof hash) == 0);
      if (vd_evm_signed_read(&read, sent.raw, sent.raw_len, NULL) != VD_OK) abort();
      if (!vd_evm_signed_sender(ecdsa, sender, &read) || memcmp(sender, account, sizeof sender) != 0) abort();
    }
  }
  vd_rpc_answer_free(answer);
  return 0;
}
