/* log_fixture.h: an operator's log for tests, made of hashes in memory, so that it can be rewritten. */
#ifndef LOG_FIXTURE_H
#define LOG_FIXTURE_H

#include <frag/checkpoint.h>

enum {
  LOG_LEAVES_MAX = 64,
  LOG_LEAF_LEN = 24 + 32 * 3,
  LOG_SHARE_LEN = 256,
  LOG_RECORD_LEN = LOG_LEAF_LEN + 1 + LOG_SHARE_LEN
};
#define LOG_NOW_S UINT64_C(1750000000)

/* A log of issue entries; entry n is made of n alone, unless `branch` says otherwise from some entry on. */
struct test_log {
  struct frag_context *context;
  uint8_t seed[32];
  struct frag_log_key key;
  unsigned fork_at; /* entries from here on are another branch's; LOG_LEAVES_MAX: none */
  uint8_t branch;
};

/* The key is made of the byte. */
void log_begin(struct frag_context *context, struct test_log *log, const char *origin, uint8_t seed);

/* The time of entry `index`, and the record that it is of. */
uint64_t log_time(uint64_t index);
void log_record(const struct test_log *log, uint8_t record[static LOG_RECORD_LEN], uint64_t index);

/* Its hashes, for libfrag's functions that make roots and proofs. */
struct frag_tree_reader log_reader(struct test_log *log);

#endif
