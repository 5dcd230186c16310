#include "entries.h"

#include <stdio.h>
#include <string.h>

#include "suite.h"

void entries_begin(struct entries *entries, struct frag_context *context) {
  entries->context = context;
  for (unsigned i = 0; i < ENTRIES; i++) {
    char entry[16];
    (void)snprintf(entry, sizeof entry, "entry %u", i);
    suite_require(frag_leaf_hash(context, entries->leaves[i], text_of(entry)) == FRAG_OK, "leaf hash");
  }
}

static frag_error read_entries(void *state, unsigned level, uint64_t index, uint8_t hash[static FRAG_HASH_LEN]) {
  struct entries *entries = state;
  uint8_t right[FRAG_HASH_LEN];
  if (level == 0) {
    memcpy(hash, entries->leaves[index], FRAG_HASH_LEN);
    return FRAG_OK;
  }
  frag_error error = read_entries(state, level - 1, 2 * index, hash);
  if (error == FRAG_OK) error = read_entries(state, level - 1, 2 * index + 1, right);
  return error == FRAG_OK ? frag_node_hash(entries->context, hash, hash, right) : error;
}

struct frag_tree_reader entries_reader(struct entries *entries) {
  struct frag_tree_reader reader = {read_entries, entries};
  return reader;
}
