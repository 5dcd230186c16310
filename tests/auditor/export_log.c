/* export_log.c: makes a ledger of invented records and writes its log as files, as a web server would serve them, with
 * what an auditor may be given besides:
 *
 *   export_log FOLDER COUNT OLDER FIRST
 *
 * FOLDER/ledger      the ledger: COUNT entries; OLDER of them were there when the older checkpoint was signed
 * FOLDER/log         checkpoint, tile/…, tile/entries/…
 * FOLDER/vkey        the log's verifier key, which is the same in every run
 * FOLDER/older       the older checkpoint
 * FOLDER/proof       an offline proof of the entry in the middle, unless there is none
 *
 * FIRST is the number of the first record: with another one, it is another log under the same name and key. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <frag/tlog_proof.h>

#include "base/context.h"
#include "base/file.h"
#include "ledger/tlog.h"
#include "verifyd/ledger_fixture.h"

enum { BATCH = 4000, NOW_S = 1764547300, MODE = 0644, FOLDER_MODE = 0755 };
static const char origin[] = "localhost/auditor";

static struct vd_failure failure;

static void require(enum vd_error error) {
  if (error == VD_OK) return;
  fprintf(stderr, "export_log: %s\n", failure.text);
  exit(vd_exit_code(error));
}

static void require_frag(frag_error error) {
  if (error != FRAG_OK) require(vd_fail_frag(&failure, error, "the log"));
}

/* FOLDER/name, with the folders above it made. */
static void write_file(const char *folder, const char *name, const void *bytes, size_t len) {
  char path[PATH_MAX];
  int path_len = snprintf(path, sizeof path, "%s/%s", folder, name);
  if (path_len < 0 || path_len >= (int)sizeof path) require(vd_fail(&failure, VD_USAGE, "a path is too long"));
  for (char *slash = strchr(path + strlen(folder) + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    require(vd_folder_make(path, FOLDER_MODE, &failure));
    *slash = '/';
  }
  require(vd_file_create(path, bytes, len, MODE, &failure));
}

static void append(struct vd_store *store, uint32_t first, uint64_t from, uint64_t to) {
  while (from < to) {
    size_t count = to - from < BATCH ? (size_t)(to - from) : BATCH;
    struct ledger_batch batch = ledger_batch(first + (uint32_t)from, count);
    struct vd_store_appended appended;
    require(vd_store_append(store, batch.items, count, NOW_S + from, NULL, &appended, &failure));
    ledger_batch_free(&batch);
    from += count;
  }
}

static void begin(struct vd_store *store, struct vd_store_reader **reader) {
  require(vd_store_reader_new(store, reader, &failure));
  require(vd_store_reader_begin(*reader, &failure));
}

static void write_checkpoint(struct vd_store *store, const char *folder, const char *name) {
  struct vd_store_reader *reader = NULL;
  const char *note = NULL;
  size_t len = 0;
  begin(store, &reader);
  require(vd_tlog_checkpoint(reader, &note, &len, &failure));
  write_file(folder, name, note, len);
  vd_store_reader_free(reader);
}

static void write_resource(struct vd_store_reader *reader, const char *folder, const char *path) {
  static uint8_t bytes[VD_TLOG_RESOURCE_MAX];
  struct vd_tlog_resource resource;
  char name[FRAG_TILE_PATH_MAX + 4];
  require(vd_tlog_resource(reader, path, strlen(path), bytes, &resource, &failure));
  (void)snprintf(name, sizeof name, "log/%s", path);
  write_file(folder, name, bytes, resource.len);
}

static void write_tile(struct vd_store_reader *reader, const char *folder, const struct frag_tile *tile) {
  char path[FRAG_TILE_PATH_MAX];
  frag_tile_path(path, tile);
  write_resource(reader, folder, path);
}

static void write_tiles(struct vd_store_reader *reader, const char *folder, uint64_t size) {
  for (unsigned level = 0; frag_tile_width(level, 0, size) > 0; level++)
    for (uint64_t index = 0; frag_tile_width(level, index, size) > 0; index++) {
      struct frag_tile tile = {.level = level, .index = index, .width = frag_tile_width(level, index, size)};
      write_tile(reader, folder, &tile);
      tile.is_entries = true;
      if (level == 0) write_tile(reader, folder, &tile);
    }
}

static void write_proof(struct vd_store_reader *reader, const char *folder, uint64_t index) {
  static struct frag_tlog_proof proof;
  char text[FRAG_TLOG_PROOF_MAX];
  const char *note = NULL;
  const uint8_t *entry = NULL;
  size_t len = 0;
  proof.index = index;
  require(vd_tlog_inclusion(reader, index, &proof.inclusion, &failure));
  require(vd_tlog_checkpoint(reader, &note, &proof.checkpoint.len, &failure));
  proof.checkpoint.data = (const uint8_t *)note;
  require(vd_store_get_entry(reader, index, &entry, &proof.extra_len, &failure));
  memcpy(proof.extra, entry, proof.extra_len);
  require_frag(frag_tlog_proof_encode(text, &len, &proof));
  write_file(folder, "proof", text, len);
}

static void write_vkey(struct vd_store_reader *reader, const char *folder) {
  struct frag_context *context = NULL;
  struct frag_log_key key;
  char vkey[FRAG_VKEY_MAX];
  require(vd_context_new(&context, &failure));
  require(vd_tlog_key(reader, &key, &failure));
  require_frag(frag_log_vkey(context, vkey, (struct frag_slice){(const uint8_t *)key.name, key.name_len}, key.pub32));
  write_file(folder, "vkey", vkey, strlen(vkey));
  frag_context_free(context);
}

static uint64_t number(const char *text) {
  char *end = NULL;
  errno = 0;
  uint64_t value = strtoumax(text, &end, 10);
  if (errno != 0 || *text == '\0' || *end != '\0') require(vd_fail(&failure, VD_USAGE, "%s is not a number", text));
  return value;
}

int main(int argc, char **argv) {
  static const uint8_t log_key32[32] = {3, 1, 4, 1, 5, 9};
  if (argc != 5) require(vd_fail(&failure, VD_USAGE, "usage: export_log FOLDER COUNT OLDER FIRST"));
  const char *folder = argv[1];
  uint64_t count = number(argv[2]), older = number(argv[3]);
  uint32_t first = (uint32_t)number(argv[4]);
  char ledger[PATH_MAX];
  struct vd_store *store = NULL;
  struct vd_store_reader *reader = NULL;
  (void)snprintf(ledger, sizeof ledger, "%s/ledger", folder);
  struct vd_store_options options = {.path = ledger,
                                     .access = VD_STORE_CREATE,
                                     .realm = LEDGER_REALM,
                                     .operator_number = LEDGER_OPERATOR,
                                     .origin = origin,
                                     .log_key32 = log_key32};
  require(vd_store_open(&options, &store, &failure));
  append(store, first, 0, older);
  write_checkpoint(store, folder, "older");
  append(store, first, older, count);
  begin(store, &reader);
  write_resource(reader, folder, "checkpoint");
  write_tiles(reader, folder, count);
  write_vkey(reader, folder);
  if (count > 0) write_proof(reader, folder, count / 2);
  vd_store_reader_free(reader);
  vd_store_close(store);
  return 0;
}
