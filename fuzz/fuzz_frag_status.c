// Targets: frag_status_open, frag_status_apply, frag_status_result
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "crypto.h"
#include "libfrag/fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The record as it is; and, since encryption would stop every mutation, its last 82 bytes as the body of a
 * record that is rightly encrypted: only what a listed key has signed may come out. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct fixture *fixture;
  struct frag_statement statement;
  struct frag_status_walk walk = {0};
  if (fixture == NULL) fixture_setup((void **)&fixture);
  const uint8_t *rid = fixture->document.rid;
  if (frag_status_open(fixture->context, &statement, fixture->trust, fixture->document.issuer, 1, rid, 0,
                       FIXTURE_NOW_S, data, size) == FRAG_OK) {
    frag_status_apply(&walk, &statement);
    if (statement.kind < 1 || statement.kind > 4 || (frag_status_result(&walk) == FRAG_OK) != (statement.kind == 3))
      abort();
  } else if (!is_all_zero(&statement, sizeof statement)) abort();
  if (size < 82) return 0;
  uint8_t record[FRAG_STATUS_RECORD_LEN], scope[22], key[32];
  frag_put_u16(scope, 1);
  memcpy(scope + 2, rid, 16);
  frag_put_u32(scope + 18, 0);
  struct frag_slice part = frag_bytes(scope, sizeof scope);
  if (frag_status_id(fixture->context, record, 1, rid, 0) != FRAG_OK) abort();
  if (frag_tagged_hash(fixture->context, FRAG_LABEL_STATUS_KEY, key, &part, 1) != FRAG_OK) abort();
  if (frag_gcm_seal(fixture->context, record + 16, key, frag_bytes(record, 16), frag_bytes(data + size - 82, 82)) !=
      FRAG_OK)
    abort();
  frag_error error = frag_status_open(fixture->context, &statement, fixture->trust, fixture->document.issuer, 1, rid, 0,
                                      FIXTURE_NOW_S, record, sizeof record);
  if (error != FRAG_OK && error != FRAG_STATEMENT_IGNORED) abort();
  return 0;
}
