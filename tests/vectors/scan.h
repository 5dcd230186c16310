/* scan.h: one scan of a QR code as a test gives it: the text, what the operators answered, the trust file. */
#ifndef SCAN_H
#define SCAN_H

#include <frag/open.h>

#include "vectors.h"

struct scan {
  struct frag_slice text;
  unsigned operator_count, threshold;
  struct frag_slice kinds[FRAG_OPERATORS_MAX];
  struct frag_slice answers[FRAG_OPERATORS_MAX];
  struct frag_trust *trust;
  uint64_t tau_s;
  uint8_t plaintext[FRAG_PLAINTEXT_MAX];
  struct frag_document document; /* views into plaintext, after FRAG_OK */
};

/* Reads text, threshold, answers, trust_file, pins and tau of the current test. Ends with scan_end. */
void scan_begin(struct scan *scan, struct vectors *vectors);
void scan_end(struct scan *scan);

/* Steps 1, 2, 4, 5 and 6 of section 8. Fails the test when something decrypted is left after a negative outcome. */
frag_error scan_open(struct scan *scan, struct vectors *vectors);

/* A trust file under pins, both fields of `object`. */
struct frag_trust *scan_trust(struct vectors *vectors, const json_t *object);

#endif
