/* key_file.h: secret keys in files, one text format for all kinds:
 *
 *   verifyd key 1                      format and version
 *   kind: issuer                       issuer, root, log, status or anchor
 *   name: log.example/2026             log keys only: the origin
 *   public: <64 hex digits>            not for status keys
 *   kid: <16 hex digits>               issuer and root keys only
 *   cipher: none                       or scrypt+aes-256-gcm, followed by these three lines:
 *   cost: 17                             log2 of scrypt's N; r = 8, p = 1
 *   salt: <32 hex digits>
 *   nonce: <24 hex digits>
 *   secret: <64 hex digits>            or the sealed secret, 96 hex digits, with everything above as its additional
 * data check: <16 hex digits>             cipher none only: HMAC-SHA256(secret, everything above "secret")[0:8]
 *
 * A public file is its lines down to kid, and may be given to anyone. Lines end with LF, nothing may be added, and
 * only this spelling is accepted, so that a file that was read and written again is the same. */
#ifndef VD_KEY_FILE_H
#define VD_KEY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <frag/context.h>

#include "base/failure.h"

#define VD_KEY_NAME_MAX 255 /* bytes of a log's origin */
#define VD_KEY_TEXT_SIZE 1024
#define VD_KEY_COST_LOG2 17 /* 128 MiB and about half a second */

/* An anchor key signs transactions of public blockchains. */
enum vd_key_kind { VD_KEY_ISSUER, VD_KEY_ROOT, VD_KEY_LOG, VD_KEY_STATUS, VD_KEY_ANCHOR };

/* The public part. */
struct vd_public_key {
  enum vd_key_kind kind;
  char name[VD_KEY_NAME_MAX + 1]; /* "" unless a log key */
  uint8_t public32[32];            /* zero for a status key */
  uint8_t kid[8];                  /* zero unless an issuer or root key */
};

/* What a file holds, decoded but not opened. secret is secret when not sealed: end with vd_key_file_wipe. */
struct vd_key_file {
  struct vd_public_key key;
  bool has_secret; /* false: a public file */
  bool sealed;     /* cipher scrypt+aes-256-gcm */
  unsigned cost_log2;
  uint8_t salt[16];
  uint8_t nonce[12];
  uint8_t secret[48]; /* sealed, or 32 bytes in the clear */
  uint8_t check[8];   /* when not sealed */
};

/* "issuer", "root", "log", "status" or "anchor", and back; false for another word. */
const char *vd_key_kind_name(enum vd_key_kind kind);
bool vd_key_kind_parse(const char *name, enum vd_key_kind *kind);

/* Finds the public part of a secret: kind and name are given, public32 and kid are filled.
 * VD_KEY (not a secret of this kind), VD_USAGE (not a name for a log), VD_INTERNAL, VD_MEMORY. */
VD_MUST_CHECK enum vd_error vd_key_derive(struct frag_context *context, struct vd_public_key *key,
                                           const uint8_t secret32[static 32], struct vd_failure *failure);

/* Makes the file of a secret, sealed when passphrase is not NULL. Draws salt and nonce. Secret unless sealed.
 * VD_INTERNAL, VD_MEMORY. */
VD_MUST_CHECK enum vd_error vd_key_file_make(struct vd_key_file *file, const struct vd_public_key *key,
                                              const uint8_t secret32[static 32], const char *passphrase,
                                              struct vd_failure *failure);

/* Text of a file and back. Writing cannot fail; text is secret unless the file is sealed or public.
 * Reading: VD_KEY naming the line that is wrong, and path. */
void vd_key_file_write(char text[static VD_KEY_TEXT_SIZE], const struct vd_key_file *file);
VD_MUST_CHECK enum vd_error vd_key_file_read(struct vd_key_file *file, const char *text, size_t len, const char *path,
                                              struct vd_failure *failure);

/* Takes the secret out. passphrase: for a sealed file, else NULL.
 * VD_KEY: a public file, a wrong passphrase, or a file that was altered. VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_key_file_open(struct frag_context *context, const struct vd_key_file *file,
                                              const char *passphrase, uint8_t secret32[static 32], const char *path,
                                              struct vd_failure *failure);

void vd_key_file_wipe(struct vd_key_file *file);

/* An opened key. End with vd_key_wipe. */
struct vd_key {
  struct vd_public_key public_key;
  uint8_t secret32[32];
};

/* Reads and opens the file at path, which must be private and of that kind. A passphrase, when one is needed, is the
 * first line of passphrase_file, or asked for on the terminal when that is NULL.
 * VD_NO_INPUT, VD_KEY, VD_IO, VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_key_load(struct frag_context *context, const char *path, enum vd_key_kind kind,
                                         const char *passphrase_file, struct vd_key *key, struct vd_failure *failure);

void vd_key_wipe(struct vd_key *key);

/* The public part of the key file or public file at path; no passphrase is needed. VD_NO_INPUT, VD_KEY. */
VD_MUST_CHECK enum vd_error vd_key_load_public(const char *path, struct vd_public_key *key,
                                                struct vd_failure *failure);

#endif
