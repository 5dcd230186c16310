#include "serve/service_key.h"

#include <string.h>

#include "base/file.h"

static enum vd_error open_file(struct frag_context *context, const struct vd_key_file *file, const char *path,
                               struct vd_key *key, struct vd_failure *failure) {
  key->public_key = file->key;
  if (file->key.kind != VD_KEY_LOG)
    return vd_fail(failure, VD_KEY, "%s is a key of kind %s; a key of kind log is needed here", path,
                   vd_key_kind_name(file->key.kind));
  if (file->has_secret && file->sealed)
    return vd_fail(failure, VD_KEY,
                   "%s has a passphrase, and nobody is there to type it when the service starts; make the key without "
                   "one and let only the service read it",
                   path);
  return vd_key_file_open(context, file, NULL, key->secret32, path, failure);
}

enum vd_error vd_service_key_load(struct frag_context *context, const char *path, struct vd_key *key,
                                  struct frag_log_key *public_key, struct vd_failure *failure) {
  struct vd_bytes text;
  struct vd_key_file file;
  vd_key_wipe(key);
  enum vd_error error = vd_file_read_private(path, VD_KEY_TEXT_SIZE, &text, failure);
  if (error != VD_OK) return error;
  error = vd_key_file_read(&file, (const char *)text.data, text.len, path, failure);
  vd_bytes_free(&text);
  if (error == VD_OK) error = open_file(context, &file, path, key, failure);
  vd_key_file_wipe(&file);
  if (error == VD_OK) {
    const char *name = key->public_key.name;
    struct frag_slice slice = {(const uint8_t *)name, strlen(name)};
    frag_error made = frag_log_key_make(context, public_key, slice, key->public_key.public32);
    if (made != FRAG_OK) error = vd_fail_frag(failure, made, "%s", path);
  }
  if (error != VD_OK) vd_key_wipe(key);
  return error;
}

enum vd_error vd_service_key_parse(struct frag_context *context, const char *vkey, const char *what,
                                   struct frag_log_key *key, struct vd_failure *failure) {
  frag_error parsed = frag_log_key_parse(context, key, vkey, strlen(vkey));
  if (parsed == FRAG_OK) return VD_OK;
  if (parsed != FRAG_KEY_INVALID) return vd_fail_frag(failure, parsed, "%s", what);
  return vd_fail(failure, VD_CONFIG,
                 "%s: is not a verifier key (NAME+8 hexadecimal digits+base64), or was changed on "
                 "its way; copy it again from its operator",
                 what);
}
