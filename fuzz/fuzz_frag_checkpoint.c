// Targets: frag_checkpoint_decode, frag_checkpoint_check, frag_checkpoint_merge, frag_log_key_parse
#include <stdlib.h>
#include <string.h>

#include <frag/checkpoint.h>

#include "bytes.h"
#include "libfrag/fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct signer {
  struct frag_log_key key;
  uint8_t seed32[32];
  char note[FRAG_CHECKPOINT_MAX]; /* the only one that it has signed */
  size_t len;
};

static void prepare(struct fixture *fixture, struct signer *signer) {
  uint8_t pub32[32], root[32] = {7};
  struct frag_slice name = slice_of("log.example/ledger");
  memset(signer->seed32, 3, sizeof signer->seed32);
  fixture_require(frag_log_public(fixture->context, pub32, signer->seed32) == FRAG_OK &&
                      frag_log_key_make(fixture->context, &signer->key, name, pub32) == FRAG_OK &&
                      frag_checkpoint_sign(fixture->context, signer->note, &signer->len, name, 9, root, signer->seed32,
                                           FIXTURE_NOW_S) == FRAG_OK,
                  "signing a checkpoint");
}

/* A key that is read has one text of each type; a text of type 01 is the one that is written. */
static void check_key(struct fixture *fixture, struct frag_slice input) {
  struct frag_log_key key, again;
  char vkey[FRAG_VKEY_MAX];
  if (frag_log_key_parse(fixture->context, &key, (const char *)input.data, input.len) != FRAG_OK) return;
  struct frag_slice name = frag_bytes((const uint8_t *)key.name, key.name_len);
  if (frag_log_vkey(fixture->context, vkey, name, key.pub32) != FRAG_OK || strlen(vkey) != input.len ||
      frag_log_key_parse(fixture->context, &again, vkey, strlen(vkey)) != FRAG_OK ||
      memcmp(&key, &again, sizeof key) != 0)
    abort();
}

/* Lines that others made never become the signer's. */
static void check_lines(struct fixture *fixture, const struct signer *signer, struct frag_slice input) {
  static char note[FRAG_CHECKPOINT_MAX];
  size_t len = signer->len;
  memcpy(note, signer->note, len);
  frag_error error =
      frag_checkpoint_merge(fixture->context, note, &len, (const char *)input.data, input.len, &signer->key);
  if (error != FRAG_OK && (len != signer->len || memcmp(note, signer->note, len) != 0)) abort();
}

/* Whatever decodes can be cosigned, and the cosignature is then found in it. */
static void check_cosigning(struct fixture *fixture, const struct signer *signer,
                            const struct frag_checkpoint *checkpoint) {
  static char note[FRAG_CHECKPOINT_MAX];
  char line[FRAG_SIGNATURE_LINE_MAX];
  struct frag_checkpoint merged;
  size_t len = checkpoint->note.len, line_len = 0;
  uint64_t time_s = 0;
  if (frag_checkpoint_cosign(fixture->context, line, &line_len, checkpoint, slice_of(signer->key.name), signer->seed32,
                             FIXTURE_NOW_S) != FRAG_OK)
    abort();
  memcpy(note, checkpoint->note.data, len);
  frag_error error = frag_checkpoint_merge(fixture->context, note, &len, line, line_len, &signer->key);
  if (error == FRAG_BUFFER_TOO_SMALL) return;
  if (error != FRAG_OK || frag_checkpoint_decode(fixture->context, &merged, note, len) != FRAG_OK ||
      frag_checkpoint_cosigned(fixture->context, &merged, &signer->key, &time_s) != FRAG_OK ||
      time_s != FIXTURE_NOW_S || !frag_slice_equal(merged.text, checkpoint->text))
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct fixture *fixture;
  static struct signer signer;
  struct frag_checkpoint checkpoint;
  struct frag_slice input = {data, size};
  if (fixture == NULL) {
    fixture_setup((void **)&fixture);
    prepare(fixture, &signer);
  }
  check_key(fixture, input);
  check_lines(fixture, &signer, input);
  if (frag_checkpoint_decode(fixture->context, &checkpoint, (const char *)data, size) != FRAG_OK) return 0;
  if (frag_checkpoint_check(fixture->context, &checkpoint, &signer.key, NULL) == FRAG_OK &&
      (checkpoint.size != 9 || checkpoint.root[0] != 7))
    abort();
  check_cosigning(fixture, &signer, &checkpoint);
  return 0;
}
