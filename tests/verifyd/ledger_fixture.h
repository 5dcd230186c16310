/* ledger_fixture.h: a temporary folder with ledgers in it, and records that have the right form for them. The
 * shares of these records are made up, and of the hashes in their leaves only the one of this ledger's operator fits. */
#ifndef LEDGER_FIXTURE_H
#define LEDGER_FIXTURE_H

#include <stdint.h>

#include "ledger/store.h"

enum {
  LEDGER_REALM = 7,
  LEDGER_OPERATOR = 2,
  LEDGER_FRAGMENTS = 3,
  LEDGER_SHARE_LEN = 128,
  LEDGER_LEAF_LEN = 24 + 32 * LEDGER_FRAGMENTS,
  LEDGER_RECORD_LEN = LEDGER_LEAF_LEN + 1 + LEDGER_SHARE_LEN,
  LEDGER_STATUS_LEN = 114
};

struct ledger_fixture {
  char folder[256];
  char path[300]; /* of the ledger, inside the folder; not made yet */
};

/* Make and remove the folder; they fail the test when they cannot. */
void ledger_fixture_begin(struct ledger_fixture *fixture);
void ledger_fixture_end(struct ledger_fixture *fixture);

struct vd_store_options ledger_options(const struct ledger_fixture *fixture, enum vd_store_access access);

/* Opens it, failing the test when that is not possible. */
struct vd_store *ledger_open(const struct ledger_fixture *fixture, enum vd_store_access access);

/* A fragment record or status record, wholly given by its number; different numbers have different keys. */
void ledger_record(uint8_t record[static LEDGER_RECORD_LEN], uint32_t number);
void ledger_status(uint8_t record[static LEDGER_STATUS_LEN], uint32_t number);
static inline const uint8_t *ledger_locator(const uint8_t *record) { return record + 8; }

/* `count` records, numbered from `first`, as a batch. Release with ledger_batch_free. */
struct ledger_batch {
  uint8_t *bytes;
  struct vd_store_item *items;
  size_t count;
};
struct ledger_batch ledger_batch(uint32_t first, size_t count);
void ledger_batch_free(struct ledger_batch *batch);

/* Whether the reader, which has begun, finds the record of that number byte for byte, with a fitting entry. */
bool ledger_holds(struct vd_store_reader *reader, uint32_t number);

/* The counts of a ledger, through a reader of its own. */
struct vd_store_counts ledger_counts(struct vd_store *store);

#endif
