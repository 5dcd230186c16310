#include "base/key_file.h"

#include <stdio.h>
#include <string.h>

#include <frag/issue.h>
#include <frag/log.h>

#include "base/crypto.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/passphrase.h"
#include "base/text.h"

#define FIRST_LINE "verifyd key 1"
#define CIPHER_NONE "none"
#define CIPHER_SCRYPT "scrypt+aes-256-gcm"
#define COST_LOG2_MIN 14

static const char *const kind_names[] = {"issuer", "root", "log", "status", "anchor", NULL};

const char *vd_key_kind_name(enum vd_key_kind kind) { return kind_names[kind]; }

bool vd_key_kind_parse(const char *name, enum vd_key_kind *kind) {
  for (int i = 0; kind_names[i] != NULL; i++) {
    if (strcmp(kind_names[i], name) == 0) return *kind = (enum vd_key_kind)i, true;
  }
  return false;
}

static bool has_kid(enum vd_key_kind kind) { return kind == VD_KEY_ISSUER || kind == VD_KEY_ROOT; }

/* secp256k1: the x-only key of BIP-340. */
static enum vd_error derive_point(struct frag_context *context, struct vd_public_key *key,
                                  const uint8_t secret32[static 32], struct vd_failure *failure) {
  struct frag_key *signing = NULL;
  frag_error error = frag_key_new(context, &signing, secret32);
  if (error != FRAG_OK) return vd_fail_frag(failure, error, "the secret");
  memcpy(key->public32, frag_key_public(signing), sizeof key->public32);
  if (has_kid(key->kind)) memcpy(key->kid, frag_key_id(signing), sizeof key->kid);
  frag_key_free(signing);
  return VD_OK;
}

static enum vd_error derive_log(struct frag_context *context, struct vd_public_key *key,
                                const uint8_t secret32[static 32], struct vd_failure *failure) {
  char vkey[FRAG_VKEY_MAX];
  struct frag_slice name = {.data = (const uint8_t *)key->name, .len = strlen(key->name)};
  frag_error error = frag_log_public(context, key->public32, secret32);
  if (error != FRAG_OK) return vd_fail_frag(failure, error, "the secret");
  error = frag_log_vkey(context, vkey, name, key->public32);
  if (error == FRAG_OK && vd_text_is_plain(key->name, name.len)) return VD_OK;
  return vd_fail(failure, VD_USAGE, "the name of a log is its URL without https://, such as log.example/2026");
}

enum vd_error vd_key_derive(struct frag_context *context, struct vd_public_key *key,
                             const uint8_t secret32[static 32], struct vd_failure *failure) {
  switch (key->kind) {
    case VD_KEY_ISSUER:
    case VD_KEY_ROOT:
    case VD_KEY_ANCHOR: return derive_point(context, key, secret32, failure);
    case VD_KEY_LOG: return derive_log(context, key, secret32, failure);
    case VD_KEY_STATUS: return VD_OK;
  }
  return VD_OK;
}

/* Writes the lines from the first to kid; returns their length. */
static size_t write_public(char text[static VD_KEY_TEXT_SIZE], const struct vd_public_key *key) {
  char digits[65];
  size_t used = (size_t)snprintf(text, VD_KEY_TEXT_SIZE, FIRST_LINE "\nkind: %s\n", kind_names[key->kind]);
  if (key->kind == VD_KEY_LOG) {
    used += (size_t)snprintf(text + used, VD_KEY_TEXT_SIZE - used, "name: %s\n", key->name);
  }
  if (key->kind != VD_KEY_STATUS) {
    vd_hex_encode(digits, key->public32, sizeof key->public32);
    used += (size_t)snprintf(text + used, VD_KEY_TEXT_SIZE - used, "public: %s\n", digits);
  }
  if (has_kid(key->kind)) {
    vd_hex_encode(digits, key->kid, sizeof key->kid);
    used += (size_t)snprintf(text + used, VD_KEY_TEXT_SIZE - used, "kid: %s\n", digits);
  }
  return used;
}

/* Writes everything above "secret": what is authenticated. */
static size_t write_header(char text[static VD_KEY_TEXT_SIZE], const struct vd_key_file *file) {
  char salt[33], nonce[25];
  size_t used = write_public(text, &file->key);
  if (!file->sealed) {
    return used + (size_t)snprintf(text + used, VD_KEY_TEXT_SIZE - used, "cipher: " CIPHER_NONE "\n");
  }
  vd_hex_encode(salt, file->salt, sizeof file->salt);
  vd_hex_encode(nonce, file->nonce, sizeof file->nonce);
  return used + (size_t)snprintf(text + used, VD_KEY_TEXT_SIZE - used,
                                 "cipher: " CIPHER_SCRYPT "\ncost: %u\nsalt: %s\nnonce: %s\n", file->cost_log2, salt,
                                 nonce);
}

void vd_key_file_write(char text[static VD_KEY_TEXT_SIZE], const struct vd_key_file *file) {
  char secret[97], check[17];
  if (!file->has_secret) {
    (void)write_public(text, &file->key);
    return;
  }
  size_t used = write_header(text, file);
  vd_hex_encode(secret, file->secret, file->sealed ? 48 : 32);
  used += (size_t)snprintf(text + used, VD_KEY_TEXT_SIZE - used, "secret: %s\n", secret);
  vd_wipe(secret, sizeof secret);
  if (file->sealed) return;
  vd_hex_encode(check, file->check, sizeof file->check);
  (void)snprintf(text + used, VD_KEY_TEXT_SIZE - used, "check: %s\n", check);
}

static enum vd_error find_check(const struct vd_key_file *file, const uint8_t secret32[static 32],
                                uint8_t check[static 8], struct vd_failure *failure) {
  char header[VD_KEY_TEXT_SIZE];
  uint8_t mac[VD_SHA256_LEN];
  size_t len = write_header(header, file);
  enum vd_error error = vd_hmac_sha256(mac, secret32, header, len, failure);
  if (error == VD_OK) memcpy(check, mac, 8);
  vd_wipe(mac, sizeof mac);
  return error;
}

static enum vd_error seal(struct vd_key_file *file, const uint8_t secret32[static 32], const char *passphrase,
                          struct vd_failure *failure) {
  uint8_t stretched[VD_BOX_KEY_LEN];
  char header[VD_KEY_TEXT_SIZE];
  file->sealed = true;
  file->cost_log2 = VD_KEY_COST_LOG2;
  enum vd_error error = vd_random(file->salt, sizeof file->salt, failure);
  if (error == VD_OK) error = vd_random(file->nonce, sizeof file->nonce, failure);
  if (error == VD_OK) {
    error = vd_scrypt(stretched, passphrase, strlen(passphrase), file->salt, sizeof file->salt, file->cost_log2,
                      failure);
  }
  size_t header_len = write_header(header, file);
  if (error == VD_OK) {
    error = vd_box_seal(file->secret, stretched, file->nonce, header, header_len, secret32, 32, failure);
  }
  vd_wipe(stretched, sizeof stretched);
  return error;
}

enum vd_error vd_key_file_make(struct vd_key_file *file, const struct vd_public_key *key,
                                const uint8_t secret32[static 32], const char *passphrase, struct vd_failure *failure) {
  *file = (struct vd_key_file){.key = *key, .has_secret = true};
  if (passphrase != NULL) return seal(file, secret32, passphrase, failure);
  memcpy(file->secret, secret32, 32);
  return find_check(file, secret32, file->check, failure);
}

/* --- reading: a cursor over lines that remembers where it stopped --- */

struct lines {
  const char *at, *end;
  unsigned number; /* of the line that was looked at last */
};

/* Takes the next line when it is "key: value"; false, and nothing taken, when it is not. */
static bool take(struct lines *lines, const char *key, const char **value, size_t *len) {
  size_t key_len = strlen(key), rest = (size_t)(lines->end - lines->at);
  const char *newline = rest == 0 ? NULL : memchr(lines->at, '\n', rest);
  lines->number++;
  if (newline == NULL || (size_t)(newline - lines->at) < key_len + 2) return false;
  if (memcmp(lines->at, key, key_len) != 0 || memcmp(lines->at + key_len, ": ", 2) != 0) return false;
  *value = lines->at + key_len + 2;
  *len = (size_t)(newline - *value);
  lines->at = newline + 1;
  return true;
}

static bool take_hex(struct lines *lines, const char *key, uint8_t *bytes, size_t bytes_len) {
  const char *value = NULL;
  size_t len = 0;
  return take(lines, key, &value, &len) && vd_hex_decode(bytes, bytes_len, value, len);
}

static bool is(const char *value, size_t len, const char *wanted) {
  return len == strlen(wanted) && memcmp(value, wanted, len) == 0;
}

static bool take_first(struct lines *lines) {
  size_t len = strlen(FIRST_LINE "\n");
  lines->number++;
  if ((size_t)(lines->end - lines->at) < len || memcmp(lines->at, FIRST_LINE "\n", len) != 0) return false;
  lines->at += len;
  return true;
}

static bool take_kind(struct lines *lines, enum vd_key_kind *kind) {
  const char *value = NULL;
  size_t len = 0;
  if (!take(lines, "kind", &value, &len)) return false;
  for (int i = 0; kind_names[i] != NULL; i++) {
    if (is(value, len, kind_names[i])) return *kind = (enum vd_key_kind)i, true;
  }
  return false;
}

static bool take_name(struct lines *lines, char *name) {
  const char *value = NULL;
  size_t len = 0;
  if (!take(lines, "name", &value, &len) || len == 0 || len > VD_KEY_NAME_MAX) return false;
  if (!vd_text_is_plain(value, len)) return false;
  memcpy(name, value, len);
  name[len] = '\0';
  return true;
}

static bool take_public(struct lines *lines, struct vd_public_key *key) {
  if (!take_first(lines) || !take_kind(lines, &key->kind)) return false;
  if (key->kind == VD_KEY_LOG && !take_name(lines, key->name)) return false;
  if (key->kind == VD_KEY_STATUS) return true;
  if (!take_hex(lines, "public", key->public32, sizeof key->public32)) return false;
  return !has_kid(key->kind) || take_hex(lines, "kid", key->kid, sizeof key->kid);
}

static bool take_cost(struct lines *lines, unsigned *cost_log2) {
  const char *value = NULL;
  size_t len = 0;
  if (!take(lines, "cost", &value, &len) || len != 2) return false;
  *cost_log2 = (unsigned)(value[0] - '0') * 10 + (unsigned)(value[1] - '0');
  return *cost_log2 >= COST_LOG2_MIN && *cost_log2 <= VD_SCRYPT_COST_LOG2_MAX;
}

static bool take_secret(struct lines *lines, struct vd_key_file *file) {
  const char *value = NULL;
  size_t len = 0;
  if (!take(lines, "cipher", &value, &len)) return false;
  file->sealed = is(value, len, CIPHER_SCRYPT);
  if (file->sealed) {
    return take_cost(lines, &file->cost_log2) && take_hex(lines, "salt", file->salt, sizeof file->salt) &&
           take_hex(lines, "nonce", file->nonce, sizeof file->nonce) && take_hex(lines, "secret", file->secret, 48);
  }
  return is(value, len, CIPHER_NONE) && take_hex(lines, "secret", file->secret, 32) &&
         take_hex(lines, "check", file->check, sizeof file->check);
}

/* Whether the text is what would be written for the file: upper-case digits and the like do not pass. */
static bool is_canonical(const struct vd_key_file *file, const char *text, size_t len) {
  char again[VD_KEY_TEXT_SIZE];
  vd_key_file_write(again, file);
  bool same = is(text, len, again);
  vd_wipe(again, sizeof again);
  return same;
}

enum vd_error vd_key_file_read(struct vd_key_file *file, const char *text, size_t len, const char *path,
                                struct vd_failure *failure) {
  struct lines lines = {.at = text, .end = text + len};
  *file = (struct vd_key_file){0};
  bool good = take_public(&lines, &file->key);
  file->has_secret = good && (lines.at < lines.end || file->key.kind == VD_KEY_STATUS);
  if (file->has_secret) good = take_secret(&lines, file);
  if (good && lines.at != lines.end) good = false;
  if (good && is_canonical(file, text, len)) return VD_OK;
  vd_key_file_wipe(file);
  if (lines.number == 1) {
    return vd_fail(failure, VD_KEY, "%s: not a key file (its first line is not \"" FIRST_LINE "\")", path);
  }
  return vd_fail(failure, VD_KEY, "%s:%u: the key file is damaged or incomplete; take it from a backup", path,
                 lines.number);
}

static enum vd_error unseal(const struct vd_key_file *file, const char *passphrase, uint8_t secret32[static 32],
                            const char *path, struct vd_failure *failure) {
  uint8_t stretched[VD_BOX_KEY_LEN];
  char header[VD_KEY_TEXT_SIZE];
  if (passphrase == NULL) return vd_fail(failure, VD_KEY, "%s is sealed; give its passphrase", path);
  enum vd_error error = vd_scrypt(stretched, passphrase, strlen(passphrase), file->salt, sizeof file->salt,
                                  file->cost_log2, failure);
  if (error == VD_OK) {
    size_t header_len = write_header(header, file);
    error = vd_box_open(secret32, stretched, file->nonce, header, header_len, file->secret, 48, failure);
  }
  vd_wipe(stretched, sizeof stretched);
  if (error != VD_KEY) return error;
  return vd_fail(failure, VD_KEY, "%s does not open: the passphrase is wrong, or the file was altered", path);
}

static enum vd_error check_secret(const struct vd_key_file *file, uint8_t secret32[static 32], const char *path,
                                  struct vd_failure *failure) {
  uint8_t check[8];
  enum vd_error error = find_check(file, file->secret, check, failure);
  if (error != VD_OK) return error;
  if (!vd_equal(check, file->check, sizeof check)) {
    return vd_fail(failure, VD_KEY, "%s was altered: its check line does not fit; take it from a backup", path);
  }
  memcpy(secret32, file->secret, 32);
  return VD_OK;
}

enum vd_error vd_key_file_open(struct frag_context *context, const struct vd_key_file *file, const char *passphrase,
                                uint8_t secret32[static 32], const char *path, struct vd_failure *failure) {
  struct vd_public_key derived = file->key;
  if (!file->has_secret) return vd_fail(failure, VD_KEY, "%s is a public file; give the key file itself", path);
  enum vd_error error = file->sealed ? unseal(file, passphrase, secret32, path, failure)
                                     : check_secret(file, secret32, path, failure);
  if (error == VD_OK) error = vd_key_derive(context, &derived, secret32, failure);
  if (error == VD_OK &&
      (memcmp(derived.public32, file->key.public32, 32) != 0 || memcmp(derived.kid, file->key.kid, 8) != 0)) {
    error = vd_fail(failure, VD_KEY, "%s: the public key in it is not that of its secret; take it from a backup", path);
  }
  if (error != VD_OK) vd_wipe(secret32, 32);
  return error;
}

void vd_key_file_wipe(struct vd_key_file *file) { vd_wipe(file, sizeof *file); }

/* Opens a file that was read, asking for a passphrase if one is needed. */
static enum vd_error open_with_passphrase(struct frag_context *context, const struct vd_key_file *file,
                                          const char *path, const char *passphrase_file, uint8_t secret32[static 32],
                                          struct vd_failure *failure) {
  char passphrase[VD_PASSPHRASE_SIZE] = "", prompt[300];
  enum vd_error error = VD_OK;
  if (file->sealed && passphrase_file != NULL) {
    error = vd_passphrase_read(passphrase_file, passphrase, failure);
  } else if (file->sealed) {
    (void)snprintf(prompt, sizeof prompt, "Passphrase for %s", path);
    error = vd_passphrase_ask(prompt, false, passphrase, failure);
  }
  if (error == VD_OK) {
    error = vd_key_file_open(context, file, file->sealed ? passphrase : NULL, secret32, path, failure);
  }
  vd_wipe(passphrase, sizeof passphrase);
  return error;
}

enum vd_error vd_key_load(struct frag_context *context, const char *path, enum vd_key_kind kind,
                           const char *passphrase_file, struct vd_key *key, struct vd_failure *failure) {
  struct vd_bytes text;
  struct vd_key_file file;
  enum vd_error error = vd_file_read_private(path, VD_KEY_TEXT_SIZE, &text, failure);
  if (error != VD_OK) return error;
  error = vd_key_file_read(&file, (const char *)text.data, text.len, path, failure);
  vd_bytes_free(&text);
  if (error != VD_OK) return error;
  key->public_key = file.key;
  if (file.key.kind != kind) {
    error = vd_fail(failure, VD_KEY, "%s is a key of kind %s; a key of kind %s is needed here", path,
                    kind_names[file.key.kind], kind_names[kind]);
  } else {
    error = open_with_passphrase(context, &file, path, passphrase_file, key->secret32, failure);
  }
  vd_key_file_wipe(&file);
  if (error != VD_OK) vd_key_wipe(key);
  return error;
}

void vd_key_wipe(struct vd_key *key) { vd_wipe(key, sizeof *key); }

enum vd_error vd_key_load_public(const char *path, struct vd_public_key *key, struct vd_failure *failure) {
  struct vd_bytes text;
  struct vd_key_file file;
  enum vd_error error = vd_file_read(path, VD_KEY_TEXT_SIZE, &text, failure);
  if (error != VD_OK) return error;
  error = vd_key_file_read(&file, (const char *)text.data, text.len, path, failure);
  vd_bytes_free(&text);
  *key = file.key;
  vd_key_file_wipe(&file);
  return error;
}
