// Targets: vd_ots_write
#include <assert.h>
#include <string.h>

#include "chain/ots.h"
#include "verifyd/ots_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input: index, size of the log, hashes of the inclusion proof and of the branch (a byte each), its index, height
 * (4 bytes), then the transaction. What is written is read by any reader. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct frag_proof inclusion = {0};
  struct vd_bitcoin_branch branch = {0};
  struct vd_ots proof = {.inclusion = &inclusion, .branch = &branch};
  uint8_t file[VD_OTS_MAX], begin[32], end[32];
  uint32_t height;
  size_t len;
  if (size < 9) return 0;
  proof.index = data[0];
  proof.anchor.size = data[1];
  inclusion.count = data[2] % (FRAG_PROOF_HASHES_MAX + 1);
  branch.count = data[3] % (VD_BITCOIN_BRANCH_MAX + 1);
  branch.index = data[4];
  memcpy(&proof.height, data + 5, 4);
  proof.transaction = data + 9;
  proof.transaction_len = size - 9;
  memset(proof.anchor.origin_id, 'o', sizeof proof.anchor.origin_id);
  memset(proof.anchor.root, 'r', sizeof proof.anchor.root);
  if (vd_ots_write(file, &len, &proof, NULL) != VD_OK) {
    assert(len == 0);
    return 0;
  }
  assert(ots_reader_run(begin, end, &height, file, len) && height == proof.height);
  return 0;
}
