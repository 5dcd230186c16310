/* frag/checkpoint.h: signed log checkpoints: C2SP signed-note, tlog-checkpoint and tlog-cosignature (cosignature/v1).
 *
 *   <origin> LF <size> LF <base64 root> LF [extension lines] LF — <name> <base64(key id ‖ signature)> LF …
 *
 * An operator signs with one Ed25519 key under its origin, twice: plainly (type 0x01), and as a timestamped cosignature
 * (0x04), which says how fresh the checkpoint is. The two texts that are signed never begin alike, so that one key may
 * serve for both. Public data, but for the seeds. */
#ifndef FRAG_CHECKPOINT_H
#define FRAG_CHECKPOINT_H

#include <frag/tree.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FRAG_CHECKPOINT_MAX 8192         /* bytes of a note with all its signatures; no NUL */
#define FRAG_CHECKPOINT_SIGNATURES_MAX 32
#define FRAG_SIGNATURE_LINE_MAX 400      /* bytes of one signature line with its LF: dash, name, base64 of 76 bytes */

/* The key of a log or witness, from its verifier key text (frag_log_vkey). */
struct frag_log_key {
  char name[FRAG_VKEY_NAME_MAX + 1]; /* NUL at the end */
  size_t name_len;
  uint8_t pub32[32];
  uint8_t signature_id[4];   /* key id for type 0x01 */
  uint8_t cosignature_id[4]; /* key id for type 0x04 */
};

/* Reads `name+hex8+base64` of type 0x01 or 0x04 and checks the key id; the same key is then known under both types.
 * Errors: FRAG_KEY_INVALID (any fault of form, id or type), FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_log_key_parse(struct frag_context *context, struct frag_log_key *key,
                                                       const char *vkey, size_t len);

/* The same from its parts. name: as for frag_log_vkey. Errors: as frag_log_vkey. */
FRAG_API FRAG_MUST_CHECK frag_error frag_log_key_make(struct frag_context *context, struct frag_log_key *key,
                                                      struct frag_slice name, const uint8_t pub32[FRAG_AT_LEAST(32)]);

/* A decoded note; views into its bytes. */
struct frag_checkpoint {
  struct frag_slice note;       /* all of it */
  struct frag_slice text;       /* what is signed: through the LF before the blank line */
  struct frag_slice signatures; /* the signature lines */
  struct frag_slice origin;
  uint64_t size;                /* 0..FRAG_TREE_SIZE_MAX */
  uint8_t root[FRAG_HASH_LEN];
};

/* Reads the form, not the signatures. Extension lines are allowed. A size with leading zeros, base64 that is not
 * canonical, a control character, text that is not UTF-8, a missing LF, more than FRAG_CHECKPOINT_SIGNATURES_MAX or no
 * signature lines are refused; so is size 0 with a root that is not the empty tree's.
 * Errors: FRAG_CHECKPOINT_MALFORMED, FRAG_CRYPTO. Pure; any thread. */
FRAG_API FRAG_MUST_CHECK frag_error frag_checkpoint_decode(struct frag_context *context,
                                                           struct frag_checkpoint *checkpoint, const char *note,
                                                           size_t len);

/* Whether the log that has this key signed it: its origin is the key's name; there is a right plain signature; and
 * every signature under one of the key's two ids is right (C2SP signed-note: a known signer that fails spoils the
 * note). Lines of others are ignored.
 * Out: *time_s: the time of the log's own cosignature (the latest), Unix seconds, or 0 when there is none. May be NULL.
 * Errors: FRAG_CHECKPOINT_SIGNATURE, FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_checkpoint_check(struct frag_context *context,
                                                          const struct frag_checkpoint *checkpoint,
                                                          const struct frag_log_key *key, uint64_t *time_s);

/* Whether a witness cosigned it, and when.
 * Out: *time_s: of its latest cosignature, Unix seconds. May be NULL.
 * Errors: FRAG_CHECKPOINT_SIGNATURE: no cosignature with this key's id, or a wrong one. FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_checkpoint_cosigned(struct frag_context *context,
                                                             const struct frag_checkpoint *checkpoint,
                                                             const struct frag_log_key *witness, uint64_t *time_s);

/* Makes an operator's checkpoint with its signature and cosignature. `seed32` is secret.
 * Out: note, *len: at most FRAG_CHECKPOINT_MAX bytes.
 * Errors: FRAG_FIELD_LENGTH, FRAG_FIELD_CHARACTERS (origin), FRAG_FIELD_RANGE (size over FRAG_TREE_SIZE_MAX, size 0
 * with another root than the empty tree's, or a time over 2^63 - 1), FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_checkpoint_sign(struct frag_context *context,
                                                         char note[FRAG_AT_LEAST(FRAG_CHECKPOINT_MAX)], size_t *len,
                                                         struct frag_slice origin, uint64_t size,
                                                         const uint8_t root[FRAG_AT_LEAST(FRAG_HASH_LEN)],
                                                         const uint8_t seed32[FRAG_AT_LEAST(32)], uint64_t time_s);

/* Makes a witness's cosignature line for a checkpoint. `name`: as for frag_log_vkey. `seed32` is secret.
 * Out: line, *len: at most FRAG_SIGNATURE_LINE_MAX bytes, LF included, no NUL.
 * Errors: FRAG_FIELD_LENGTH, FRAG_FIELD_CHARACTERS, FRAG_FIELD_RANGE (a time over 2^63 - 1), FRAG_CRYPTO. */
FRAG_API FRAG_MUST_CHECK frag_error frag_checkpoint_cosign(struct frag_context *context,
                                                           char line[FRAG_AT_LEAST(FRAG_SIGNATURE_LINE_MAX)],
                                                           size_t *len, const struct frag_checkpoint *checkpoint,
                                                           struct frag_slice name,
                                                           const uint8_t seed32[FRAG_AT_LEAST(32)], uint64_t time_s);

/* Adds a witness's right cosignature line from `lines` (an answer to add-checkpoint; lines of others are left out, and
 * of several the latest is taken) to a note of *len bytes, in place of what the same witness has there.
 * Errors: FRAG_CHECKPOINT_MALFORMED (the note or the lines), FRAG_CHECKPOINT_SIGNATURE (none of them, or a wrong one, is
 * this witness's), FRAG_BUFFER_TOO_SMALL, FRAG_CRYPTO; the note is then as before. */
FRAG_API FRAG_MUST_CHECK frag_error frag_checkpoint_merge(struct frag_context *context,
                                                          char note[FRAG_AT_LEAST(FRAG_CHECKPOINT_MAX)], size_t *len,
                                                          const char *lines, size_t lines_len,
                                                          const struct frag_log_key *witness);

#ifdef __cplusplus
}
#endif

#endif
