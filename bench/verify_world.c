#include "verify_world.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { REALM = 7, VALUE_LEN = 9 + WORLD_RECORD_LEN, FOUND = 512, RAW_LEN = 170, PATH_SIZE = 400 };
static const char *const operator_names[WORLD_OPERATORS] = {"First Archive", "Second Archive", "Third Archive"};
static const char *const chain_names[WORLD_CHAINS_MAX] = {"mainnet", "layer-2", "consortium", "bitcoin"};

void world_require(bool condition, const char *what) {
  if (condition) return;
  fprintf(stderr, "bench: %s\n", what);
  exit(EXIT_FAILURE);
}

void world_require_ok(enum vd_error error, const struct vd_failure *failure) {
  world_require(error == VD_OK, failure->text);
}

void world_require_frag(frag_error error) { world_require(error == FRAG_OK, frag_error_name(error)); }

uint64_t world_mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

static void fill(uint8_t *bytes, size_t len, uint64_t seed) {
  for (size_t at = 0; at < len; at += 8) {
    uint64_t word = world_mix(seed += 0x9e3779b97f4a7c15u);
    memcpy(bytes + at, &word, len - at < 8 ? len - at : 8);
  }
}

static struct frag_slice text_of(const char *text) { return frag_bytes((const uint8_t *)text, strlen(text)); }

/* --- the issuer --- */

static struct frag_document make_document(const struct world *world, const char *serial) {
  struct frag_document document = {.issuer = text_of("rupp.edu.kh"), .type = text_of("degree/bachelor"),
                                   .serial = text_of(serial), .issue_no = 1, .issued_s = WORLD_TIME_S,
                                   .attribute_count = 6,
                                   .attributes = {{text_of("name"), text_of("សុខ ដារ៉ា")},
                                                  {text_of("name_latin"), text_of("Sok Dara")},
                                                  {text_of("degree"), text_of("BSc Computer Science")},
                                                  {text_of("birth_date"), text_of("2004-02-29")},
                                                  {text_of("average"), text_of("3.71")},
                                                  {text_of("place"), text_of("ភ្នំពេញ")}}};
  memcpy(document.kid, frag_key_id(world->key), FRAG_KID_LEN);
  return document;
}

static void make_issuer(struct world *world) {
  static const uint8_t secret32[32] = {[31] = 7};
  world_require_frag(frag_context_new(&world->context, secret32));
  world_require_frag(frag_key_new(world->context, &world->key, secret32));
  world_require_frag(frag_point_decode(world->context, &world->point, frag_key_public(world->key)));
  struct frag_trust_key key = {.role = FRAG_ROLE_ISSUER, .issuer = text_of("rupp.edu.kh"), .not_after_s = UINT64_MAX};
  struct frag_trust_list list = {.realm = REALM, .list_no = 1, .issued_s = 1, .next_update_s = 2, .key_count = 1,
                                 .keys = &key};
  uint8_t encoded[1024];
  size_t len = 0;
  memcpy(key.kid, frag_key_id(world->key), sizeof key.kid);
  memcpy(key.pub32, frag_key_public(world->key), sizeof key.pub32);
  world_require_frag(frag_trust_encode(world->context, encoded, sizeof encoded, &len, &list));
  world_require_frag(frag_trust_decode(world->context, &world->trust, frag_bytes(encoded, len)));
  world->batch = (struct frag_batch){REALM, WORLD_THRESHOLD, WORLD_OPERATORS, WORLD_PLAINTEXT_LEN, {1}};
}

static void issue(struct world *world, uint8_t records[WORLD_OPERATORS][WORLD_RECORD_LEN], uint64_t number) {
  static const uint8_t status_key[32] = {5};
  uint8_t payload[FRAG_PAYLOAD_LEN], encoded[WORLD_PLAINTEXT_LEN];
  char serial[32];
  struct world_paper *paper = &world->papers[world->paper_count++];
  (void)snprintf(serial, sizeof serial, "RUPP-2026-%06llu", (unsigned long long)number);
  struct frag_document document = make_document(world, serial);
  world_require_frag(frag_rid(world->context, document.rid, status_key, REALM, document.issuer, document.type,
                              document.serial, document.issue_no));
  world_require_frag(frag_issue(world->context, payload, records[0], WORLD_OPERATORS * WORLD_RECORD_LEN,
                                &world->batch, world->key, &document));
  world_require_frag(
      frag_document_encode(world->context, encoded, sizeof encoded, &world->document_len, &document));
  frag_qr_text(paper->qr, payload);
  memcpy(paper->locator, records[0] + 8, sizeof paper->locator);
  paper->number = number;
}

const struct world_paper *world_paper(const struct world *world, size_t turn) {
  return &world->papers[turn % world->paper_count];
}

/* --- ledgers --- */

/* The others: right in form, with random shares and hashes. */
static void make_records(uint8_t records[WORLD_OPERATORS][WORLD_RECORD_LEN], uint64_t number) {
  const uint8_t header[8] = {1, 0, REALM, WORLD_THRESHOLD << 4 | WORLD_OPERATORS, WORLD_PLAINTEXT_LEN >> 8,
                             WORLD_PLAINTEXT_LEN & 0xff, 0, 0};
  for (unsigned k = 0; k < WORLD_OPERATORS; k++) {
    fill(records[k], WORLD_RECORD_LEN, world_mix(number + 1)); /* the same leaf everywhere */
    memcpy(records[k], header, sizeof header);
    records[k][WORLD_LEAF_LEN] = (uint8_t)(k + 1);
  }
}

static void append(struct world *world, size_t count) {
  struct vd_store_appended appended;
  struct vd_failure failure;
  for (unsigned k = 0; k < WORLD_OPERATORS; k++) {
    for (size_t at = 0; at < count; at++)
      world->items[at] = (struct vd_store_item){VD_STORE_FRAGMENT, world->records[at][k], WORLD_RECORD_LEN};
    world_require_ok(
        vd_store_append(world->stores[k], world->items, count, WORLD_TIME_S, NULL, &appended, &failure), &failure);
    world_require(appended.added == count, "not all records were new");
  }
}

static void bare_check(int code) { world_require(code == 0, mdb_strerror(code)); }

static void bare_put(MDB_txn *txn, MDB_dbi dbi, const void *key, size_t key_len, const void *bytes, size_t len) {
  uint8_t copy[16];
  memcpy(copy, key, key_len);
  MDB_val name = {.mv_size = key_len, .mv_data = copy}, value = {.mv_size = len};
  bare_check(mdb_put(txn, dbi, &name, &value, MDB_RESERVE));
  memcpy(value.mv_data, bytes, len);
}

static void bare_append(struct world *world, size_t count) {
  static const uint8_t hashes[WORLD_HASHES_LEN], note[256];
  struct world_bare *bare = &world->bare;
  MDB_txn *txn;
  bare_check(mdb_txn_begin(bare->env, NULL, 0, &txn));
  for (size_t at = 0; at < count; at++) {
    uint8_t key[8], value[VALUE_LEN] = {1};
    uint64_t index = world->size + at;
    memcpy(value + 9, world->records[at][0], WORLD_RECORD_LEN);
    frag_put_u64(key, index);
    bare_put(txn, bare->names, world->records[at][0] + 8, VD_STORE_KEY_LEN, key, sizeof key);
    bare_put(txn, bare->records, key, sizeof key, value, sizeof value);
    if (index % 16 == 0) bare_put(txn, bare->hashes, key, sizeof key, hashes, sizeof hashes);
  }
  bare_put(txn, bare->meta, "checkpoint", 10, note, sizeof note);
  bare_check(mdb_txn_commit(txn));
}

void world_grow(struct world *world, uint64_t size) {
  uint64_t every = (size - world->size) / WORLD_PAPERS_GROW + 1, next = world->size;
  while (world->size < size) {
    size_t count = size - world->size < WORLD_BATCH ? (size_t)(size - world->size) : WORLD_BATCH;
    for (size_t at = 0; at < count; at++) {
      if (world->size + at < next) {
        make_records(world->records[at], world->size + at);
      } else {
        world_require(world->paper_count < WORLD_PAPERS_MAX, "too many sizes");
        issue(world, world->records[at], world->size + at);
        next += every;
      }
    }
    append(world, count);
    bare_append(world, count);
    world->size += count;
  }
}

static struct vd_store_reader *begin_reader(struct vd_store *store) {
  struct vd_store_reader *reader = NULL;
  struct vd_failure failure;
  world_require_ok(vd_store_reader_new(store, &reader, &failure), &failure);
  world_require_ok(vd_store_reader_begin(reader, &failure), &failure);
  return reader;
}

static void open_ledger(struct world *world, unsigned k) {
  char path[PATH_SIZE];
  struct vd_failure failure;
  (void)snprintf(path, sizeof path, "%s/ledger-%u", world->folder, k + 1);
  const struct vd_store_options options = {
      .path = path, .access = VD_STORE_CREATE, .realm = REALM, .operator_number = k + 1};
  world_require_ok(vd_store_open(&options, &world->stores[k], &failure), &failure);
  struct vd_store_reader *reader = begin_reader(world->stores[k]);
  world_require_ok(vd_tlog_key(reader, &world->log_keys[k], &failure), &failure);
  vd_store_reader_free(reader);
}

static void open_bare(struct world *world) {
  struct world_bare *bare = &world->bare;
  char path[PATH_SIZE];
  MDB_txn *txn;
  (void)snprintf(path, sizeof path, "%s/bare", world->folder);
  bare_check(mdb_env_create(&bare->env));
  bare_check(mdb_env_set_mapsize(bare->env, (size_t)1 << 36));
  bare_check(mdb_env_set_maxdbs(bare->env, 5));
  bare_check(mdb_env_open(bare->env, path, MDB_NOSUBDIR | MDB_NOTLS, 0600));
  bare_check(mdb_txn_begin(bare->env, NULL, 0, &txn));
  bare_check(mdb_dbi_open(txn, "names", MDB_CREATE, &bare->names));
  bare_check(mdb_dbi_open(txn, "records", MDB_CREATE, &bare->records));
  bare_check(mdb_dbi_open(txn, "hashes", MDB_CREATE, &bare->hashes));
  bare_check(mdb_dbi_open(txn, "statuses", MDB_CREATE, &bare->statuses));
  bare_check(mdb_dbi_open(txn, "meta", MDB_CREATE, &bare->meta));
  bare_check(mdb_txn_commit(txn));
  bare_check(mdb_txn_begin(bare->env, NULL, MDB_RDONLY, &bare->txn));
  mdb_txn_reset(bare->txn);
}

struct vd_verifier *world_verifier(struct world *world, struct vd_anchors *anchors) {
  struct vd_verifier_operator operators[WORLD_OPERATORS];
  struct vd_verifier *verifier = NULL;
  struct vd_failure failure;
  for (unsigned k = 0; k < WORLD_OPERATORS; k++)
    operators[k] =
        (struct vd_verifier_operator){.number = k + 1, .name = operator_names[k], .store = world->stores[k]};
  const struct vd_verifier_options options = {.realm = REALM, .threshold = WORLD_THRESHOLD, .trust = world->trust,
                                              .operator_count = WORLD_OPERATORS, .operators = operators,
                                              .anchors = anchors};
  world_require_ok(vd_verifier_new(&options, &verifier, &failure), &failure);
  return verifier;
}

/* --- anchors --- */

uint64_t world_anchor_size(const struct world *world, uint64_t n, uint64_t count) {
  uint64_t size = world->size * (n + 1) / count;
  return size > 0 ? size : 1;
}

/* The log's root at each anchor's size. */
static void find_roots(struct world *world, unsigned k, uint64_t count, uint8_t (*roots)[FRAG_HASH_LEN]) {
  struct vd_store_reader *reader = begin_reader(world->stores[k]);
  struct frag_frontier frontier = {0};
  struct vd_failure failure;
  for (uint64_t n = 0; n < count; n++) {
    while (frontier.size < world_anchor_size(world, n, count)) {
      uint8_t hash[FRAG_HASH_LEN];
      struct frag_slice entry;
      world_require_ok(vd_store_get_entry(reader, frontier.size, &entry.data, &entry.len, &failure), &failure);
      world_require_frag(frag_leaf_hash(world->context, hash, entry));
      world_require_frag(frag_frontier_add(world->context, &frontier, hash));
    }
    world_require_frag(frag_frontier_root(world->context, roots[n], &frontier));
  }
  vd_store_reader_free(reader);
}

static struct vd_anchors_found make_found(const struct world *world, size_t track, uint64_t n, uint64_t count,
                                          const uint8_t root[static FRAG_HASH_LEN]) {
  static const uint8_t raw[RAW_LEN] = {2};
  struct vd_anchors_found found = {.raw = raw, .raw_len = sizeof raw};
  found.item.size = world_anchor_size(world, n, count);
  memcpy(found.item.root, root, FRAG_HASH_LEN);
  fill(found.item.transaction, sizeof found.item.transaction, world_mix(n << 8 | track));
  fill(found.item.block_hash, sizeof found.item.block_hash, world_mix(~(n << 8 | track)));
  found.item.block_number = 20000000 + n;
  found.item.block_time_s = WORLD_TIME_S + 12 * (n + 1);
  return found;
}

/* As a follower and its comparing do. */
static void fill_track(const struct world *world, struct vd_anchors *anchors, size_t track, uint64_t count,
                       uint8_t (*roots)[FRAG_HASH_LEN]) {
  static struct vd_anchors_found found[FOUND];
  static const uint8_t cursor[64] = {1};
  struct vd_failure failure;
  for (uint64_t n = 0; n < count;) {
    size_t part = 0;
    for (; part < FOUND && n < count; part++, n++) found[part] = make_found(world, track, n, count, roots[n]);
    const struct vd_anchors_progress progress = {cursor, sizeof cursor, found[part - 1].item.block_number,
                                                 found[part - 1].item.block_time_s};
    world_require_ok(vd_anchors_advance(anchors, track, found, part, &progress, &failure), &failure);
  }
  for (uint64_t n = 0; n < count;) {
    uint64_t numbers[VD_ANCHORS_CONFIRM_MAX];
    size_t part = 0;
    for (; part < VD_ANCHORS_CONFIRM_MAX && n < count; part++, n++) numbers[part] = n;
    world_require_ok(vd_anchors_confirm_all(anchors, track, numbers, part, &failure), &failure);
  }
}

static size_t make_tracks(const struct world *world, size_t chains, struct vd_anchors_track_options *tracks) {
  size_t count = 0;
  for (unsigned k = 0; k < WORLD_OPERATORS; k++)
    for (size_t chain = 0; chain < chains; chain++)
      tracks[count++] = (struct vd_anchors_track_options){.origin = world->log_keys[k].name,
                                                          .chain = chain_names[chain],
                                                          .chain_id = {[31] = (uint8_t)(chain + 1)},
                                                          .account = {(uint8_t)(k + 1)},
                                                          .due_s = 7 * 86400};
  return count;
}

static void name_anchors(const struct world *world, char path[static PATH_SIZE], uint64_t count, size_t chains) {
  (void)snprintf(path, PATH_SIZE, "%s/anchors-%llu-%zu", world->folder, (unsigned long long)count, chains);
}

struct vd_anchors *world_anchors_make(struct world *world, uint64_t count) {
  struct vd_anchors_track_options tracks[WORLD_OPERATORS * WORLD_CHAINS_MAX];
  size_t track_count = make_tracks(world, WORLD_CHAINS_MAX, tracks);
  struct vd_anchors *anchors = NULL;
  struct vd_failure failure;
  char path[PATH_SIZE];
  uint8_t(*roots)[FRAG_HASH_LEN] = calloc(count, sizeof *roots);
  world_require(roots != NULL, "out of memory");
  name_anchors(world, path, count, WORLD_CHAINS_MAX);
  world_require_ok(vd_anchors_open(path, tracks, track_count, &anchors, &failure), &failure);
  for (size_t track = 0; track < track_count; track++) {
    unsigned k = (unsigned)(track / WORLD_CHAINS_MAX);
    if (track % WORLD_CHAINS_MAX == 0) find_roots(world, k, count, roots);
    fill_track(world, anchors, track, count, roots);
  }
  free(roots);
  return anchors;
}

static void copy_file(const char *from, const char *to) {
  static char bytes[1 << 20];
  FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
  size_t len;
  world_require(in != NULL && out != NULL, to);
  while ((len = fread(bytes, 1, sizeof bytes, in)) > 0) world_require(fwrite(bytes, 1, len, out) == len, to);
  world_require(ferror(in) == 0 && fclose(out) == 0, to);
  (void)fclose(in);
}

struct vd_anchors *world_anchors_copy(struct world *world, uint64_t count, size_t chains) {
  struct vd_anchors_track_options tracks[WORLD_OPERATORS * WORLD_CHAINS_MAX];
  struct vd_anchors *anchors = NULL;
  struct vd_failure failure;
  char path[PATH_SIZE], from[PATH_SIZE + 16], to[PATH_SIZE + 16];
  size_t track_count = make_tracks(world, chains, tracks);
  name_anchors(world, path, count, WORLD_CHAINS_MAX);
  (void)snprintf(from, sizeof from, "%s/data.mdb", path);
  name_anchors(world, path, count, chains);
  (void)snprintf(to, sizeof to, "%s/data.mdb", path);
  world_require_ok(vd_anchors_open(path, tracks, 0, &anchors, &failure), &failure); /* makes the directory */
  vd_anchors_close(anchors);
  copy_file(from, to);
  world_require_ok(vd_anchors_open_read(path, tracks, track_count, &anchors, &failure), &failure);
  return anchors;
}

/* --- all of it --- */

void world_begin(struct world *world) {
  const char *parent = getenv("TMPDIR");
  if (parent == NULL) parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
  (void)snprintf(world->folder, sizeof world->folder, "%s/bench_verify.XXXXXX", parent);
  world_require(mkdtemp(world->folder) != NULL, world->folder);
  make_issuer(world);
  for (unsigned k = 0; k < WORLD_OPERATORS; k++) open_ledger(world, k);
  open_bare(world);
}

static void remove_folder(const char *path) {
  DIR *folder = opendir(path);
  const struct dirent *entry;
  char inner[2 * PATH_SIZE];
  while (folder != NULL && (entry = readdir(folder)) != NULL) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    (void)snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
    if (entry->d_type == DT_DIR) remove_folder(inner);
    else if (remove(inner) != 0) perror(inner);
  }
  if (folder != NULL) (void)closedir(folder);
  if (remove(path) != 0) perror(path);
}

void world_end(struct world *world) {
  for (unsigned k = 0; k < WORLD_OPERATORS; k++) vd_store_close(world->stores[k]);
  mdb_txn_abort(world->bare.txn);
  mdb_env_close(world->bare.env);
  frag_trust_free(world->trust);
  frag_key_free(world->key);
  frag_context_free(world->context);
  remove_folder(world->folder);
}
