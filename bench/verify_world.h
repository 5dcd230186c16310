/* verify_world.h: what bench_verify measures with: three ledgers of one size with documents in them, the anchors of
 * their logs, and bare LMDB with the same records. Everything ends the program when it fails. */
#ifndef VERIFY_WORLD_H
#define VERIFY_WORLD_H

#include <lmdb.h>

#include "bytes.h"
#include "crypto.h"
#include "curve.h"
#include "ledger/tlog.h"
#include "verify/verify.h"

enum {
  WORLD_OPERATORS = 3,
  WORLD_THRESHOLD = 2,
  WORLD_CHAINS_MAX = 4,
  WORLD_PLAINTEXT_LEN = 512,
  WORLD_LEAF_LEN = 24 + 32 * WORLD_OPERATORS,
  WORLD_RECORD_LEN = WORLD_LEAF_LEN + 1 + WORLD_PLAINTEXT_LEN,
  WORLD_ENTRY_LEN = 9 + WORLD_LEAF_LEN,
  WORLD_HASHES_LEN = 16 * FRAG_HASH_LEN,
  WORLD_BATCH = 4096,
  WORLD_PAPERS_MAX = 64,
  WORLD_PAPERS_GROW = 21 /* documents that are put among the others whenever the ledgers grow */
};
#define WORLD_TIME_S UINT64_C(1750000000)
#define WORLD_NOW_S (WORLD_TIME_S + 30 * 86400)

struct world_paper {
  char qr[FRAG_QR_TEXT_LEN + 1];
  uint8_t locator[VD_STORE_KEY_LEN];
  uint64_t number;
};

/* The same names, records, hashes and checkpoint, with nothing around them. */
struct world_bare {
  MDB_env *env;
  MDB_dbi names, records, hashes, statuses, meta;
  MDB_txn *txn; /* for reading; reset */
};

struct world {
  char folder[256];
  struct frag_context *context;
  struct frag_key *key;
  struct frag_point point;
  struct frag_trust *trust;
  struct frag_batch batch;
  size_t document_len;
  struct vd_store *stores[WORLD_OPERATORS];
  struct frag_log_key log_keys[WORLD_OPERATORS];
  struct world_bare bare;
  uint64_t size; /* entries of each ledger */
  size_t paper_count;
  struct world_paper papers[WORLD_PAPERS_MAX];
  struct vd_store_item items[WORLD_BATCH];
  uint8_t records[WORLD_BATCH][WORLD_OPERATORS][WORLD_RECORD_LEN];
};

void world_require(bool condition, const char *what);
void world_require_ok(enum vd_error error, const struct vd_failure *failure);
void world_require_frag(frag_error error);

/* The finaliser of SplitMix64. */
uint64_t world_mix(uint64_t x);

/* In a folder of its own under TMPDIR, or else in memory where there is /dev/shm: what is measured are reads. */
void world_begin(struct world *world);
void world_end(struct world *world);

/* Up to `size` entries: records of random bytes with some documents spread among them. */
void world_grow(struct world *world, uint64_t size);

/* The documents in turn, for any number of turns. */
const struct world_paper *world_paper(const struct world *world, size_t turn);

/* `count` anchors for each log on each of WORLD_CHAINS_MAX chains, with the log's own sizes and roots, evenly spread, the
 * last one of the whole log; all are found to be continued. _make fills a store as a follower does; _copy opens a copy
 * of what _make has made with the first `chains` of the chains. To be closed by the caller. */
struct vd_anchors *world_anchors_make(struct world *world, uint64_t count);
struct vd_anchors *world_anchors_copy(struct world *world, uint64_t count, size_t chains);

/* The size that anchor n of `count` says. */
uint64_t world_anchor_size(const struct world *world, uint64_t n, uint64_t count);

/* Of all the ledgers; anchors may be NULL. To be freed by the caller. */
struct vd_verifier *world_verifier(struct world *world, struct vd_anchors *anchors);

#endif
