// Targets: frag_tlog_proof_decode, frag_tlog_proof_encode, frag_tlog_proof_check, frag_witness_request_decode
#include <stdlib.h>
#include <string.h>

#include <frag/tlog_proof.h>

#include "bytes.h"
#include "libfrag/fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char again[FRAG_TLOG_PROOF_MAX];

/* What decodes is encoded again byte for byte. */
static void check_request(const uint8_t *data, size_t size) {
  static struct frag_witness_request request;
  size_t len;
  if (frag_witness_request_decode(&request, (const char *)data, size) != FRAG_OK) return;
  if (frag_witness_request_encode(again, &len, &request) != FRAG_OK) abort();
  if (len != size || memcmp(again, data, size) != 0) abort();
}

/* The log whose key this is logged nothing but "entry 0" to "entry 6". */
static void check_proof(struct fixture *fixture, const uint8_t *data, size_t size) {
  static const char vkey[] = "log.example/ledger+e2e863f3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
  static struct frag_tlog_proof proof;
  struct frag_log_key key;
  struct frag_checkpoint checkpoint;
  size_t len;
  if (frag_tlog_proof_decode(&proof, (const char *)data, size) != FRAG_OK) return;
  if (frag_tlog_proof_encode(again, &len, &proof) != FRAG_OK) abort();
  if (len != size || memcmp(again, data, size) != 0) abort();
  if (frag_log_key_parse(fixture->context, &key, vkey, sizeof vkey - 1) != FRAG_OK) abort();
  frag_error error = frag_tlog_proof_check(fixture->context, &proof, slice_of("entry 4"), &key, &checkpoint, NULL);
  if (error == FRAG_OK && (proof.index != 4 || proof.inclusion.count != 3 || checkpoint.size != 7)) abort();
  if (frag_tlog_proof_check(fixture->context, &proof, slice_of("entry 7"), &key, NULL, NULL) == FRAG_OK) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct fixture *fixture;
  if (fixture == NULL) fixture_setup((void **)&fixture);
  check_proof(fixture, data, size);
  check_request(data, size);
  return 0;
}
