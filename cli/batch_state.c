#include "batch_state.h"

#include <string.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/file.h"

/* File: MAGIC ‖ nonce ‖ box, where the box seals key ‖ u64 issued ‖ sheet ‖ profile ‖ options, with MAGIC as aad. */
#define MAGIC "verifyd batch 1\n"
#define MAGIC_LEN 16
#define PLAIN_LEN (32 + 8 + 3 * 32)
#define FILE_LEN (MAGIC_LEN + VD_BOX_NONCE_LEN + PLAIN_LEN + VD_BOX_TAG_LEN)
#define KEY_LABEL "verifyd/batch-state/1"

static void pack(uint8_t plain[static PLAIN_LEN], const struct ctl_batch_state *state) {
  memcpy(plain, state->batch_key, 32);
  for (int i = 0; i < 8; i++) plain[32 + i] = (uint8_t)(state->issued_s >> (56 - 8 * i));
  memcpy(plain + 40, state->sheet, 32);
  memcpy(plain + 72, state->profile, 32);
  memcpy(plain + 104, state->options, 32);
}

static void unpack(struct ctl_batch_state *state, const uint8_t plain[static PLAIN_LEN]) {
  memcpy(state->batch_key, plain, 32);
  state->issued_s = 0;
  for (int i = 0; i < 8; i++) state->issued_s = state->issued_s << 8 | plain[32 + i];
  memcpy(state->sheet, plain + 40, 32);
  memcpy(state->profile, plain + 72, 32);
  memcpy(state->options, plain + 104, 32);
}

enum vd_error ctl_batch_state_load(const char *path, const uint8_t issuer_secret32[static 32], bool *found,
                                   struct ctl_batch_state *state, struct vd_failure *failure) {
  struct vd_bytes file;
  uint8_t key[VD_SHA256_LEN], plain[PLAIN_LEN];
  *state = (struct ctl_batch_state){0};
  *found = access(path, F_OK) == 0;
  if (!*found) return VD_OK;
  enum vd_error error = vd_file_read_private(path, FILE_LEN, &file, failure);
  if (error != VD_OK) return error;
  if (file.len != FILE_LEN || memcmp(file.data, MAGIC, MAGIC_LEN) != 0) {
    error = vd_fail(failure, VD_KEY, "%s is damaged", path);
    goto done;
  }
  error = vd_hmac_sha256(key, issuer_secret32, KEY_LABEL, strlen(KEY_LABEL), failure);
  if (error != VD_OK) goto done;
  error = vd_box_open(plain, key, file.data + MAGIC_LEN, MAGIC, MAGIC_LEN, file.data + MAGIC_LEN + VD_BOX_NONCE_LEN,
                      PLAIN_LEN + VD_BOX_TAG_LEN, failure);
  if (error == VD_OK) unpack(state, plain);
  if (error == VD_KEY) {
    (void)vd_fail(
        failure, VD_KEY,
        "%s does not open: the batch was begun with another issuer key, or the file was altered; continue with "
        "that key, or choose another --out",
        path);
  }
done:
  vd_wipe(key, sizeof key);
  vd_wipe(plain, sizeof plain);
  vd_bytes_free(&file);
  return error;
}

enum vd_error ctl_batch_state_save(const char *path, const uint8_t issuer_secret32[static 32],
                                   const struct ctl_batch_state *state, struct vd_failure *failure) {
  uint8_t file[FILE_LEN], key[VD_SHA256_LEN], plain[PLAIN_LEN];
  memcpy(file, MAGIC, MAGIC_LEN);
  uint8_t *nonce = file + MAGIC_LEN;
  pack(plain, state);
  enum vd_error error = vd_random(nonce, VD_BOX_NONCE_LEN, failure);
  if (error == VD_OK) error = vd_hmac_sha256(key, issuer_secret32, KEY_LABEL, strlen(KEY_LABEL), failure);
  if (error == VD_OK) {
    error = vd_box_seal(nonce + VD_BOX_NONCE_LEN, key, nonce, MAGIC, MAGIC_LEN, plain, PLAIN_LEN, failure);
  }
  if (error == VD_OK) error = vd_file_replace(path, file, FILE_LEN, 0600, failure);
  vd_wipe(key, sizeof key);
  vd_wipe(plain, sizeof plain);
  return error;
}

void ctl_batch_state_wipe(struct ctl_batch_state *state) { vd_wipe(state, sizeof *state); }
