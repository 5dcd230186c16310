/* note.h: the forms of text that signed notes and Merkle proofs are made of: lines, decimals, base64 and signature
 * lines (C2SP signed-note). Public data; pure. Only canonical spellings are read. */
#ifndef FRAG_NOTE_H
#define FRAG_NOTE_H

#include <stdbool.h>

#include <frag/log.h>

#define FRAG_NOTE_DECIMAL_MAX 20           /* digits of a u64 */
#define FRAG_NOTE_HASH_TEXT 44             /* base64 of a hash */
#define FRAG_NOTE_SIGNATURE_LEN 64         /* bytes, Ed25519 */
#define FRAG_NOTE_COSIGNATURE_LEN (8 + 64) /* bytes, u64 time ‖ Ed25519 */

/* Takes the text before the next LF, and the LF. False when there is no LF. */
bool frag_note_line(struct frag_slice *rest, struct frag_slice *line);

/* Takes `text` where rest begins with it. */
bool frag_note_take(struct frag_slice *rest, const char *text);

/* Appends a text. Returns where it ends. */
char *frag_note_put(char *out, const char *text);

/* A decimal without leading zeros. Writing returns where it ends; no NUL. */
char *frag_note_put_decimal(char *out, uint64_t value);
bool frag_note_decimal(struct frag_slice text, uint64_t *value);

/* RFC 4648 section 4 with padding, the bits behind the last byte 0. At most `capacity` bytes are kept of the *len that
 * the text stands for. */
bool frag_note_base64(struct frag_slice text, uint8_t *out, size_t capacity, size_t *len);

/* A line that is the base64 of one hash. Writing ends it with LF, and returns where it ends. */
bool frag_note_hash(struct frag_slice line, uint8_t hash[static FRAG_HASH_LEN]);
char *frag_note_put_hash(char *out, const uint8_t hash[static FRAG_HASH_LEN]);

/* Whether it is UTF-8 without control characters other than LF. */
bool frag_note_is_text(struct frag_slice text);

/* A signature line: em dash, space, name, space, base64(key id ‖ signature). */
struct frag_note_signature {
  struct frag_slice name; /* a view */
  uint8_t id[4];
  size_t len;                               /* of the signature, at least 1 */
  uint8_t bytes[FRAG_NOTE_COSIGNATURE_LEN]; /* its beginning; the longest that is ours to check */
};

/* `line` has no LF and is UTF-8. */
bool frag_note_signature(struct frag_slice line, struct frag_note_signature *signature);

/* With LF. len ≤ FRAG_NOTE_COSIGNATURE_LEN. Returns where it ends. */
char *frag_note_put_signature(char *out, const struct frag_note_signature *signature);

#endif
