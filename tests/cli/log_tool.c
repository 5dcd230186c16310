/* log_tool.c: logs for the shell tests of verifyctl:
 *
 *   log_tool fill DIR REALM OPERATOR FIRST COUNT   appends COUNT status records, numbered from FIRST, to a ledger
 *   log_tool export DIR REALM OPERATOR OUT         writes the log's resources as files, and prints its verifier key
 *   log_tool forge FLAW OUT                        writes a rightly signed log of 600 entries with that flaw, and
 *                                                  prints its key; FLAW: none twice back malformed realm root
 *   log_tool cosign NOTE SEED NAME                 adds a witness's cosignature to a checkpoint file; prints its key */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "audit_tree.h"
#include "base/context.h"
#include "base/file.h"
#include "ledger/tlog.h"

#define PATH_SIZE 4096
#define FORGED_ENTRIES 600
#define ORIGIN "forged.example/log/1"

static struct frag_context *context;
static struct vd_failure failure;

static void die(const char *what) {
  (void)fprintf(stderr, "log_tool: %s: %s\n", what, failure.text);
  exit(1);
}

static void must(enum vd_error error, const char *what) {
  if (error != VD_OK) die(what);
}

static void must_frag(frag_error error, const char *what) {
  if (error != FRAG_OK) must(vd_fail_frag(&failure, error, "libfrag"), what);
}

static struct vd_store *open_store(char **arguments, enum vd_store_access access) {
  struct vd_store_options options = {.path = arguments[0], .access = access,
                                     .realm = (uint16_t)strtoul(arguments[1], NULL, 10),
                                     .operator_number = (unsigned)strtoul(arguments[2], NULL, 10)};
  struct vd_store *store = NULL;
  must(vd_store_open(&options, &store, &failure), "open");
  return store;
}

static void status_record(uint8_t record[static FRAG_STATUS_RECORD_LEN], uint64_t number) {
  uint64_t state = number + 1;
  for (size_t i = 0; i < FRAG_STATUS_RECORD_LEN; i++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    record[i] = (uint8_t)(state >> 56);
  }
}

static void fill(char **arguments) {
  uint64_t first = strtoull(arguments[3], NULL, 10);
  size_t count = (size_t)strtoull(arguments[4], NULL, 10);
  struct vd_store *store = open_store(arguments, VD_STORE_CREATE);
  struct vd_store_item *items = calloc(count, sizeof *items);
  uint8_t(*records)[FRAG_STATUS_RECORD_LEN] = calloc(count, sizeof *records);
  struct vd_store_appended appended;
  if (items == NULL || records == NULL) die("memory");
  for (size_t i = 0; i < count; i++) {
    status_record(records[i], first + i);
    items[i] = (struct vd_store_item){.kind = VD_STORE_STATUS, .bytes = records[i], .len = sizeof *records};
  }
  must(vd_store_append(store, items, count, (uint64_t)time(NULL), NULL, &appended, &failure), "append");
  (void)printf("%" PRIu64 "\n", appended.size);
  free(items);
  free(records);
  vd_store_close(store);
}

/* --- files --- */

/* Makes the folders of a path that does not begin with a slash below out. */
static void write_file(const char *out, const char *name, const void *bytes, size_t len) {
  char path[PATH_SIZE];
  (void)snprintf(path, sizeof path, "%s/%s", out, name);
  for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    (void)mkdir(path, 0755);
    *slash = '/';
  }
  must(vd_file_replace(path, bytes, len, 0644, &failure), path);
}

static void print_vkey(const struct frag_log_key *key) {
  char vkey[FRAG_VKEY_MAX];
  struct frag_slice name = {.data = (const uint8_t *)key->name, .len = key->name_len};
  must_frag(frag_log_vkey(context, vkey, name, key->pub32), "vkey");
  (void)printf("%s\n", vkey);
}

static void export_one(struct vd_store_reader *reader, const char *out, const char *path, uint8_t *bytes) {
  struct vd_tlog_resource resource;
  must(vd_tlog_resource(reader, path, strlen(path), bytes, &resource, &failure), path);
  write_file(out, path, bytes, resource.len);
}

static void export_level(struct vd_store_reader *reader, const char *out, unsigned level, bool entries, uint64_t size,
                         uint8_t *bytes) {
  char path[FRAG_TILE_PATH_MAX];
  for (uint64_t index = 0; frag_tile_width(level, index, size) > 0; index++) {
    struct frag_tile tile = {
        .is_entries = entries, .level = level, .index = index, .width = frag_tile_width(level, index, size)};
    frag_tile_path(path, &tile);
    export_one(reader, out, path, bytes);
  }
}

static void export(char **arguments) {
  struct vd_store *store = open_store(arguments, VD_STORE_READ);
  struct vd_store_reader *reader = NULL;
  struct frag_log_key key;
  uint8_t *bytes = malloc(VD_TLOG_RESOURCE_MAX);
  uint64_t size = 0;
  must(vd_store_reader_new(store, &reader, &failure), "reader");
  must(vd_store_reader_begin(reader, &failure), "begin");
  must(vd_tlog_size(reader, &size, &failure), "size");
  must(vd_tlog_key(reader, &key, &failure), "key");
  export_one(reader, arguments[3], "checkpoint", bytes);
  export_level(reader, arguments[3], 0, true, size, bytes);
  for (unsigned level = 0; level < CTL_AUDIT_LEVELS; level++) {
    export_level(reader, arguments[3], level, false, size, bytes);
  }
  print_vkey(&key);
  free(bytes);
  vd_store_reader_free(reader);
  vd_store_close(store);
}

/* --- forging --- */

/* What a dishonest operator signs: entry 300 is that of entry 10 again, is older than the one before, does not decode,
 * or is of another realm; or the root is another. */
static size_t forged_entry(uint8_t out[static FRAG_ENTRY_MAX], uint64_t index, const char *flaw) {
  uint8_t record[FRAG_STATUS_RECORD_LEN], trust[34] = {0, 7};
  struct frag_entry entry = {.kind = FRAG_ENTRY_STATUS, .time_s = 1800000000 + index / 10,
                             .body = {.data = record, .len = sizeof record}};
  size_t len = 0;
  bool is_flawed = index == 300;
  status_record(record, is_flawed && strcmp(flaw, "twice") == 0 ? 10 : index);
  if (is_flawed && strcmp(flaw, "back") == 0) entry.time_s = 1800000000 + 28;
  if (strcmp(flaw, "realm") == 0 && index % 100 == 0) {
    trust[1] = is_flawed ? 8 : 7;
    memcpy(trust + 2, record, 32);
    entry.kind = FRAG_ENTRY_TRUST;
    entry.body = (struct frag_slice){.data = trust, .len = sizeof trust};
  }
  must_frag(frag_entry_encode(out, &len, &entry), "entry");
  if (is_flawed && strcmp(flaw, "malformed") == 0) len--;
  return len;
}

static enum vd_error write_tile(void *out, const struct frag_tile *tile, const uint8_t (*hashes)[FRAG_HASH_LEN],
                                struct vd_failure *unused) {
  char path[FRAG_TILE_PATH_MAX];
  (void)unused;
  frag_tile_path(path, tile);
  write_file(out, path, hashes, tile->width * (size_t)FRAG_HASH_LEN);
  return VD_OK;
}

static void forge_entries(struct ctl_audit_tree *tree, const char *flaw, char *out) {
  uint8_t *bundle = malloc(FRAG_BUNDLE_MAX), entry[FRAG_ENTRY_MAX], hash[FRAG_HASH_LEN];
  char path[FRAG_TILE_PATH_MAX];
  size_t len = 0;
  for (uint64_t i = 0; i < FORGED_ENTRIES; i++) {
    struct frag_slice bytes = {.data = entry, .len = forged_entry(entry, i, flaw)};
    len += frag_bundle_put(bundle + len, bytes);
    must_frag(frag_leaf_hash(context, hash, bytes), "hash");
    must(ctl_audit_tree_add(context, tree, hash, write_tile, out, &failure), "tree");
    if (i % FRAG_TILE_WIDTH != FRAG_TILE_WIDTH - 1 && i != FORGED_ENTRIES - 1) continue;
    struct frag_tile tile = {.is_entries = true, .index = i / FRAG_TILE_WIDTH,
                             .width = (unsigned)(i % FRAG_TILE_WIDTH) + 1};
    frag_tile_path(path, &tile);
    write_file(out, path, bundle, len);
    len = 0;
  }
  free(bundle);
}

static void forge(char **arguments) {
  const struct frag_slice origin = {.data = (const uint8_t *)ORIGIN, .len = sizeof ORIGIN - 1};
  const uint8_t seed[32] = {1, 2, 3};
  uint8_t root[FRAG_HASH_LEN], pub[32];
  char note[FRAG_CHECKPOINT_MAX];
  struct frag_log_key key;
  size_t len = 0;
  struct ctl_audit_tree *tree = calloc(1, sizeof *tree);
  forge_entries(tree, arguments[0], arguments[1]);
  for (unsigned level = 0; level < CTL_AUDIT_LEVELS; level++) {
    struct frag_tile tile = {.level = level, .width = ctl_audit_tree_width(tree, level),
                             .index = (tree->size >> (FRAG_TILE_HEIGHT * level)) / FRAG_TILE_WIDTH};
    const uint8_t(*row)[FRAG_HASH_LEN] = (const uint8_t(*)[FRAG_HASH_LEN])tree->rows[level];
    if (tile.width > 0) must(write_tile(arguments[1], &tile, row, &failure), "tile");
  }
  must(ctl_audit_tree_root(context, tree, root, &failure), "root");
  if (strcmp(arguments[0], "root") == 0) root[0] ^= 1;
  must_frag(frag_checkpoint_sign(context, note, &len, origin, tree->size, root, seed, (uint64_t)time(NULL)), "sign");
  write_file(arguments[1], "checkpoint", note, len);
  must_frag(frag_log_public(context, pub, seed), "public");
  must_frag(frag_log_key_make(context, &key, origin, pub), "key");
  print_vkey(&key);
  free(tree);
}

static void cosign(char **arguments) {
  struct vd_bytes file;
  struct frag_checkpoint checkpoint;
  struct frag_log_key key;
  char line[FRAG_SIGNATURE_LINE_MAX], note[FRAG_CHECKPOINT_MAX];
  uint8_t seed[32] = {0}, pub[32];
  size_t len = 0, note_len = 0;
  const struct frag_slice name = {.data = (const uint8_t *)arguments[2], .len = strlen(arguments[2])};
  seed[0] = (uint8_t)strtoul(arguments[1], NULL, 10);
  must(vd_file_read(arguments[0], sizeof note, &file, &failure), "read");
  must_frag(frag_checkpoint_decode(context, &checkpoint, (const char *)file.data, file.len), "decode");
  must_frag(frag_checkpoint_cosign(context, line, &len, &checkpoint, name, seed, (uint64_t)time(NULL)), "cosign");
  must_frag(frag_log_public(context, pub, seed), "public");
  must_frag(frag_log_key_make(context, &key, name, pub), "key");
  memcpy(note, file.data, file.len);
  note_len = file.len;
  must_frag(frag_checkpoint_merge(context, note, &note_len, line, len, &key), "merge");
  must(vd_file_replace(arguments[0], note, note_len, 0644, &failure), "write");
  print_vkey(&key);
  vd_bytes_free(&file);
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    int arguments;
    void (*run)(char **arguments);
  } commands[] = {{"fill", 5, fill}, {"export", 4, export}, {"forge", 2, forge}, {"cosign", 3, cosign}};
  must(vd_context_new(&context, &failure), "context");
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
    if (argc < 2 || strcmp(argv[1], commands[i].name) != 0 || argc != 2 + commands[i].arguments) continue;
    commands[i].run(argv + 2);
    frag_context_free(context);
    return 0;
  }
  return 64;
}
