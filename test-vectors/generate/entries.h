/* entries.h: the log that all vectors of logs share, of the entries "entry 0" to "entry 12". */
#ifndef ENTRIES_H
#define ENTRIES_H

#include <frag/tree.h>

enum { ENTRIES = 13 };

struct entries {
  struct frag_context *context;
  uint8_t leaves[ENTRIES][FRAG_HASH_LEN];
};

void entries_begin(struct entries *entries, struct frag_context *context);

/* Reads the hashes of its complete subtrees. */
struct frag_tree_reader entries_reader(struct entries *entries);

#endif
