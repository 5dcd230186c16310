/* notes.h: published checkpoints, and the parts of others, for the tests of what reads them. As in fixture.h, a step that
 * fails ends the program. */
#ifndef NOTES_H
#define NOTES_H

#include <frag/checkpoint.h>

#include "libfrag/fixture.h"

enum { NOTES_ROOM = 12000, NOTES_LINE_ROOM = 400, NOTES_TIME_S = 1764547300, NOTES_PUBLIC_TIME_S = 1779573024 };

/* Of a certificate transparency log, with signatures of types 05 and 01 by the log and of type 04 by its witnesses. */
extern const char notes_public[], notes_public_log[], notes_public_witness[];

/* The log "log.example/ledger" of "entry 0" to "entry 6", written by golang.org/x/mod/sumdb (note, tlog) and
 * crypto/ed25519 with the seed, at NOTES_TIME_S. */
extern const char notes_go[], notes_go_log[], notes_go_seed[];

#define NOTES_ROOT "mMl/C6MXXNCLAx3QhLncTmSbZNGijm6mlGRlAxc6tYc=\n"
#define NOTES_EMPTY_ROOT "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
#define NOTES_STRANGER "— stranger.example AAAAAAA=\n"

/* notes_go's text and lines, and lines that were made with the same key for other things. */
struct notes_parts {
  struct frag_log_key key;
  uint8_t seed32[32];
  char text[NOTES_LINE_ROOM], plain[NOTES_LINE_ROOM], cosignature[NOTES_LINE_ROOM];
  char later[NOTES_LINE_ROOM];                                           /* a cosignature 60 s later */
  char other_plain[NOTES_LINE_ROOM], other_cosignature[NOTES_LINE_ROOM]; /* of another root */
};

struct notes_parts notes_parts(struct fixture *fixture);

/* The key of a verifier key's text. */
struct frag_log_key notes_key(struct fixture *fixture, const char *vkey);

frag_error notes_decode(struct fixture *fixture, const char *note, struct frag_checkpoint *checkpoint);

/* Decodes and checks. */
frag_error notes_check(struct fixture *fixture, const char *note, const struct frag_log_key *key, uint64_t *time_s);
frag_error notes_cosigned(struct fixture *fixture, const char *note, const struct frag_log_key *key, uint64_t *time_s);

/* A note of a text and three blocks of signature lines, until the next call. */
const char *notes_join(const char *text, const char *a, const char *b, const char *c);

/* A cosignature line of the part's key under any name. */
void notes_cosign(struct fixture *fixture, const struct notes_parts *parts, char line[static NOTES_LINE_ROOM],
                  const char *note, const char *name, uint64_t time_s);

#endif
