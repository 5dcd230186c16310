/* scan.h: one scan of a QR code: what the operators answer, and what a portal makes of it. */
#ifndef SCAN_H
#define SCAN_H

#include "realm.h"

enum { SCAN_OPERATORS_MAX = 5 };

struct scan_answer {
  frag_answer kind; /* GOOD: `bytes` is a record, whatever it is worth; ERASED: `bytes` is a leaf */
  uint8_t bytes[FRAG_RECORD_LEN(5, 1024) + 1];
  size_t len;
};

struct scan {
  char text[256];
  unsigned operator_count, threshold;
  struct scan_answer answers[SCAN_OPERATORS_MAX];
  uint8_t trust_file[8192];
  size_t trust_file_len;
  uint64_t tau_s;
};

/* A scan of `issued` at which every one of its operators answers well. */
void scan_begin(struct scan *scan, struct realm *realm, const struct issued *issued);
void scan_absent(struct scan *scan, unsigned index);
void scan_unreachable(struct scan *scan, unsigned index);
void scan_erased(struct scan *scan, unsigned index);
void scan_trust(struct scan *scan, struct realm *realm, const struct frag_trust_key *keys, size_t count);

/* Steps 1, 2, 4, 5 and 6. On FRAG_OK *document has views into static memory. */
frag_error scan_run(struct realm *realm, const struct scan *scan, struct frag_document *document);

/* The inputs as JSON. */
json_t *scan_json(const struct realm *realm, const struct scan *scan);

#endif
