#include "ledger_fixture.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/crypto.h"

void ledger_fixture_begin(struct ledger_fixture *fixture) {
  const char *folder = getenv("TMPDIR");
  if (folder == NULL || strlen(folder) > 200) folder = "/tmp";
  (void)snprintf(fixture->folder, sizeof fixture->folder, "%s/verifyd-ledger-XXXXXX", folder);
  assert_non_null(mkdtemp(fixture->folder));
  (void)snprintf(fixture->path, sizeof fixture->path, "%s/ledger", fixture->folder);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place) {
  (void)status;
  (void)kind;
  (void)place;
  return remove(path);
}

void ledger_fixture_end(struct ledger_fixture *fixture) {
  assert_int_equal(nftw(fixture->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

struct vd_store_options ledger_options(const struct ledger_fixture *fixture, enum vd_store_access access) {
  return (struct vd_store_options){
      .path = fixture->path, .access = access, .realm = LEDGER_REALM, .operator_number = LEDGER_OPERATOR};
}

struct vd_store *ledger_open(const struct ledger_fixture *fixture, enum vd_store_access access) {
  struct vd_store_options options = ledger_options(fixture, access);
  struct vd_store *store = NULL;
  struct vd_failure failure = {0};
  if (vd_store_open(&options, &store, &failure) != VD_OK) fail_msg("%s", failure.text);
  return store;
}

/* xorshift: enough to scatter the keys. */
static void scatter(uint8_t *out, size_t len, uint32_t seed) {
  uint64_t state = (uint64_t)seed * 0x9e3779b97f4a7c15u + 0x1234567u;
  for (size_t at = 0; at < len; at++) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    out[at] = (uint8_t)(state >> 32);
  }
}

/* h_i = TH("frag", hdr ‖ loc ‖ u8 i ‖ S_i), FRAG-1 section 3. */
static void hash_share(uint8_t hash[static 32], const uint8_t *record) {
  static const char tag[] = "frag1/frag";
  uint8_t text[2 * 32 + 24 + 1 + LEDGER_SHARE_LEN];
  assert_int_equal(vd_sha256(text, tag, sizeof tag - 1, NULL), VD_OK);
  memcpy(text + 32, text, 32);
  memcpy(text + 64, record, 24);
  memcpy(text + 64 + 24, record + LEDGER_LEAF_LEN, 1 + LEDGER_SHARE_LEN);
  assert_int_equal(vd_sha256(hash, text, sizeof text, NULL), VD_OK);
}

void ledger_record(uint8_t record[static LEDGER_RECORD_LEN], uint32_t number) {
  const uint8_t header[8] = {
      1, LEDGER_REALM >> 8, LEDGER_REALM & 0xff, 2 << 4 | LEDGER_FRAGMENTS, 0, LEDGER_SHARE_LEN, 0, 0};
  scatter(record, LEDGER_RECORD_LEN, number);
  memcpy(record, header, sizeof header);
  record[LEDGER_LEAF_LEN] = LEDGER_OPERATOR;
  hash_share(record + 24 + 32 * (LEDGER_OPERATOR - 1), record);
}

void ledger_status(uint8_t record[static LEDGER_STATUS_LEN], uint32_t number) {
  scatter(record, LEDGER_STATUS_LEN, ~number);
}

struct ledger_batch ledger_batch(uint32_t first, size_t count) {
  struct ledger_batch batch = {.count = count};
  batch.bytes = malloc(count * LEDGER_RECORD_LEN);
  batch.items = calloc(count, sizeof *batch.items);
  assert_non_null(batch.bytes);
  assert_non_null(batch.items);
  for (size_t at = 0; at < count; at++) {
    uint8_t *record = batch.bytes + at * LEDGER_RECORD_LEN;
    ledger_record(record, first + (uint32_t)at);
    batch.items[at] = (struct vd_store_item){VD_STORE_FRAGMENT, record, LEDGER_RECORD_LEN};
  }
  return batch;
}

void ledger_batch_free(struct ledger_batch *batch) {
  free(batch->items);
  free(batch->bytes);
  *batch = (struct ledger_batch){0};
}

static bool entry_fits(struct vd_store_reader *reader, const struct vd_store_found *found) {
  const uint8_t *entry = NULL;
  size_t len = 0;
  struct vd_failure failure;
  if (vd_store_get_entry(reader, found->index, &entry, &len, &failure) != VD_OK) return false;
  uint64_t time_s = 0;
  for (size_t at = 1; at < 9; at++) time_s = time_s << 8 | entry[at];
  return len == 9 + LEDGER_LEAF_LEN && entry[0] == 1 && time_s == found->time_s &&
         memcmp(entry + 9, found->bytes, LEDGER_LEAF_LEN) == 0;
}

bool ledger_holds(struct vd_store_reader *reader, uint32_t number) {
  uint8_t record[LEDGER_RECORD_LEN];
  struct vd_store_found found;
  struct vd_failure failure;
  ledger_record(record, number);
  if (vd_store_get_fragment(reader, ledger_locator(record), &found, &failure) != VD_OK) return false;
  return found.presence == VD_STORE_PRESENT && found.len == sizeof record &&
         memcmp(found.bytes, record, sizeof record) == 0 && entry_fits(reader, &found);
}

struct vd_store_counts ledger_counts(struct vd_store *store) {
  struct vd_store_reader *reader = NULL;
  struct vd_store_counts counts;
  struct vd_failure failure = {0};
  if (vd_store_reader_new(store, &reader, &failure) != VD_OK || vd_store_reader_begin(reader, &failure) != VD_OK ||
      vd_store_counts(reader, &counts, &failure) != VD_OK)
    fail_msg("%s", failure.text);
  vd_store_reader_free(reader);
  return counts;
}
