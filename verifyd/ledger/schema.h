/* schema.h: what is in the environment of a ledger. Inside ledger/ only. */
#ifndef VD_SCHEMA_H
#define VD_SCHEMA_H

#include "ledger/environment.h"
#include "ledger/hashes.h"
#include "ledger/identity.h"
#include "ledger/store.h"

/* Databases, all with big-endian numbers:
 *   meta        "format" → u32 version ‖ u16 realm ‖ u16 operator;  "erased" → u64 count
 *               "log" → public key[32] ‖ origin;  "checkpoint" → u64 size ‖ u64 time ‖ signed note
 *   entry       u64 index → u8 kind ‖ u64 time ‖ record; a fragment record whose share was erased ends with its leaf
 *   fragment, status, trust    key[16] → u64 index
 *   hash        see hashes.h
 *   submission  u64 number → see trail.c;  submitted  u64 index of the first entry → u64 number
 *   quota       issuer ‖ u32 day → u64 items
 * The log's entry is the beginning of the value: kind, time, and the leaf of a fragment record or the whole of another.
 * So every byte is on the disk once, and what is long is only appended, so that its pages are full; under the random
 * keys, where pages are two thirds full, there are 8 bytes. */
enum vd_schema_database {
  VD_SCHEMA_META,
  VD_SCHEMA_ENTRY,
  VD_SCHEMA_FRAGMENT,
  VD_SCHEMA_STATUS,
  VD_SCHEMA_TRUST,
  VD_SCHEMA_HASH,
  VD_SCHEMA_SUBMISSION,
  VD_SCHEMA_SUBMITTED,
  VD_SCHEMA_QUOTA
};
#define VD_SCHEMA_DATABASES 9

#define VD_SCHEMA_VERSION 3
#define VD_SCHEMA_FORMAT_KEY "format"
#define VD_SCHEMA_FORMAT_LEN 8
#define VD_SCHEMA_ERASED_KEY "erased"
#define VD_SCHEMA_LOG_KEY "log"
#define VD_SCHEMA_CHECKPOINT_KEY "checkpoint"
#define VD_SCHEMA_ENTRY_HEAD_LEN 9 /* kind, time */
#define VD_SCHEMA_INDEX_LEN 8
#define VD_SCHEMA_TRUST_LEN 34     /* realm, SHA-256 of the trust list */
#define VD_SCHEMA_TRUST_KEY_AT 2

struct vd_store {
  struct vd_environment environment;
  bool is_writer;
  uint16_t realm;
  unsigned operator_number;
  MDB_dbi databases[VD_SCHEMA_DATABASES];
  struct frag_context *context; /* the writer's; NULL when opened for reading */
  struct vd_identity identity;  /* likewise */
};

struct vd_store_reader {
  struct vd_store *store;
  MDB_txn *txn;
  bool has_begun;
  struct frag_context *context;
  struct vd_hashes hashes; /* of the snapshot */
  struct vd_hashes_kept kept;
};

/* Big-endian numbers of 1 to 8 bytes. */
static inline void vd_schema_write(uint8_t *out, uint64_t value, size_t len) {
  for (size_t at = len; at > 0; at--, value >>= 8) out[at - 1] = (uint8_t)value;
}

static inline uint64_t vd_schema_read(const uint8_t *bytes, size_t len) {
  uint64_t value = 0;
  for (size_t at = 0; at < len; at++) value = value << 8 | bytes[at];
  return value;
}

/* A value of a database in a transaction of either kind; *value is valid until the transaction's next put, or its end.
 * LMDB code. */
static inline int vd_schema_get(MDB_txn *txn, MDB_dbi dbi, const void *key, size_t key_len, MDB_val *value) {
  MDB_val name = {.mv_size = key_len, .mv_data = (void *)(uintptr_t)key};
  return mdb_get(txn, dbi, &name, value);
}

#endif
