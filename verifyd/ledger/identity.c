#include "ledger/identity.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/crypto.h"
#include "base/file.h"
#include "base/key_file.h"
#include "ledger/schema.h"

enum { KEY_FILE_MODE = 0600, PUBLIC_LEN = 32 };

int vd_identity_recorded(struct frag_context *context, MDB_txn *txn, MDB_dbi meta, struct frag_log_key *key) {
  MDB_val value;
  int code = vd_schema_get(txn, meta, VD_SCHEMA_LOG_KEY, sizeof VD_SCHEMA_LOG_KEY - 1, &value);
  if (code != MDB_SUCCESS) return code;
  const uint8_t *bytes = value.mv_data;
  if (value.mv_size <= PUBLIC_LEN) return MDB_CORRUPTED;
  struct frag_slice origin = {bytes + PUBLIC_LEN, value.mv_size - PUBLIC_LEN};
  return frag_log_key_make(context, key, origin, bytes) == FRAG_OK ? MDB_SUCCESS : MDB_CORRUPTED;
}

static struct frag_slice text_slice(const char *text) {
  return (struct frag_slice){.data = (const uint8_t *)text, .len = strlen(text)};
}

static enum vd_error choose_origin(struct frag_context *context, const struct vd_environment *environment,
                                   const struct vd_store_options *options, const struct frag_log_key *recorded,
                                   char name[static FRAG_VKEY_NAME_MAX + 1], struct vd_failure *failure) {
  static const uint8_t any_key[PUBLIC_LEN];
  struct frag_log_key key;
  const char *given = recorded != NULL ? recorded->name : options->origin;
  if (recorded != NULL && options->origin != NULL && strcmp(options->origin, recorded->name) != 0)
    return vd_fail(failure, VD_CONFIG, "ledger %s: its log is %s, not %s; correct the origin or the path",
                   environment->path, recorded->name, options->origin);
  if (given == NULL) {
    (void)snprintf(name, FRAG_VKEY_NAME_MAX + 1, "localhost/log/%u", options->operator_number);
    return VD_OK;
  }
  frag_error error = frag_log_key_make(context, &key, text_slice(given), any_key);
  if (error == FRAG_OK) {
    (void)snprintf(name, FRAG_VKEY_NAME_MAX + 1, "%s", given);
    return VD_OK;
  }
  if (error == FRAG_CRYPTO) return vd_fail_frag(failure, error, "ledger %s: its log key", environment->path);
  return vd_fail(failure, VD_CONFIG,
                 "ledger %s: the origin is a URL without https://, such as log.example/2026: 1 to %d visible ASCII "
                 "characters, without \"+\"",
                 environment->path, FRAG_VKEY_NAME_MAX);
}

/* Never overwrites a key: only called when there is no such file, by the one writer. */
static enum vd_error make_key(struct frag_context *context, const char *path, const char *origin,
                              uint8_t seed32[static 32], struct vd_failure *failure) {
  struct vd_key_file file = {0};
  struct vd_public_key key = {.kind = VD_KEY_LOG};
  char text[VD_KEY_TEXT_SIZE];
  (void)snprintf(key.name, sizeof key.name, "%s", origin);
  enum vd_error error = vd_random(seed32, 32, failure);
  if (error == VD_OK) error = vd_key_derive(context, &key, seed32, failure);
  if (error == VD_OK) error = vd_key_file_make(&file, &key, seed32, NULL, failure);
  if (error == VD_OK) {
    vd_key_file_write(text, &file);
    error = vd_file_replace(path, text, strlen(text), KEY_FILE_MODE, failure);
    vd_wipe(text, sizeof text);
  }
  vd_key_file_wipe(&file);
  return error;
}

static enum vd_error read_key(struct frag_context *context, const char *path, const char *origin,
                              uint8_t seed32[static 32], struct vd_failure *failure) {
  struct vd_bytes text;
  struct vd_key_file file = {0};
  enum vd_error error = vd_file_read_private(path, VD_KEY_TEXT_SIZE, &text, failure);
  if (error == VD_NO_INPUT || error == VD_FULL) failure->code = error = VD_KEY; /* the text says what is wrong */
  if (error != VD_OK) return error;
  error = vd_key_file_read(&file, (const char *)text.data, text.len, path, failure);
  vd_bytes_free(&text);
  if (error == VD_OK && (file.key.kind != VD_KEY_LOG || strcmp(file.key.name, origin) != 0))
    error = vd_fail(failure, VD_KEY, "%s is not the key of the log %s; put the right one there", path, origin);
  if (error == VD_OK) error = vd_key_file_open(context, &file, NULL, seed32, path, failure);
  vd_key_file_wipe(&file);
  return error;
}

static enum vd_error find_key(struct vd_identity *identity, struct frag_context *context,
                              const struct vd_environment *environment, const char *origin, bool may_make,
                              struct vd_failure *failure) {
  char path[VD_ENVIRONMENT_PATH_SIZE];
  struct stat status;
  if (!vd_environment_path(environment, VD_IDENTITY_FILE, path))
    return vd_fail(failure, VD_IO, "ledger %s: the path is too long", environment->path);
  if (lstat(path, &status) == 0) return read_key(context, path, origin, identity->seed32, failure);
  if (may_make) return make_key(context, path, origin, identity->seed32, failure);
  return vd_fail(failure, VD_KEY, "ledger %s: its key file " VD_IDENTITY_FILE " is missing; take it from a backup",
                 environment->path);
}

static enum vd_error make_public(struct vd_identity *identity, struct frag_context *context,
                                 const struct vd_environment *environment, const char *origin,
                                 const struct frag_log_key *recorded, struct vd_failure *failure) {
  uint8_t public32[PUBLIC_LEN];
  frag_error error = frag_log_public(context, public32, identity->seed32);
  if (error == FRAG_OK) error = frag_log_key_make(context, &identity->key, text_slice(origin), public32);
  if (error != FRAG_OK) return vd_fail_frag(failure, error, "ledger %s: its log key", environment->path);
  if (recorded == NULL || memcmp(public32, recorded->pub32, PUBLIC_LEN) == 0) return VD_OK;
  return vd_fail(failure, VD_KEY, "ledger %s: its log %s was made with another key; give that one", environment->path,
                 origin);
}

enum vd_error vd_identity_establish(struct vd_identity *identity, struct frag_context *context,
                                    const struct vd_environment *environment, const struct vd_store_options *options,
                                    const struct frag_log_key *recorded, struct vd_failure *failure) {
  char origin[FRAG_VKEY_NAME_MAX + 1];
  struct vd_failure reason = {.code = VD_OK}; /* failure may be NULL, and read_key changes a code */
  enum vd_error error = choose_origin(context, environment, options, recorded, origin, &reason);
  if (error == VD_OK && options->log_key32 != NULL) {
    memcpy(identity->seed32, options->log_key32, sizeof identity->seed32);
  } else if (error == VD_OK) {
    error = find_key(identity, context, environment, origin, recorded == NULL, &reason);
  }
  if (error == VD_OK) error = make_public(identity, context, environment, origin, recorded, &reason);
  if (error == VD_OK) return VD_OK;
  vd_wipe(identity, sizeof *identity);
  return vd_fail(failure, error, "%s", reason.text);
}
