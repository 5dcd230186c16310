/* bench_ledger [ENTRIES …]: a ledger that grows to each of the sizes in turn (10000 and 100000 unless told otherwise;
 * 10000000 needs 15 GB of disk under TMPDIR). At each: entries appended a second, in batches of 4096, synced, hashes
 * and checkpoint included, against a floor that makes the same puts and SHA-256s with bare LMDB and OpenSSL, in turns
 * with it; look-ups and proofs a second, against the two bare gets of LMDB, index and record, in databases of that
 * size, and how their cost has grown since the first size, beside that of the gets and of log2 of the size; and bytes
 * on disk for a document, of which the log's entry is a part.
 * Files are read into memory before look-ups are measured: from a cold disk each of them costs a read or two more.
 * Appending is measured by the clock on the wall, for it waits for the disk. Records have random shares and locators. */
#include <lmdb.h>
#include <math.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"
#include "ledger/tlog.h"
#include "wire/lookup.h"

enum {
  BATCH = 4096,
  FRAGMENTS = 3,
  PLAINTEXT_LEN = 384,
  LEAF_LEN = 24 + 32 * FRAGMENTS,
  RECORD_LEN = LEAF_LEN + 1 + PLAINTEXT_LEN,
  ENTRY_LEN = 9 + LEAF_LEN,
  VALUE_LEN = 9 + RECORD_LEN,
  HASHES_LEN = 16 * FRAG_HASH_LEN,
  REALM = 7,
  WARM_CALLS = 20000
};
static const uint64_t time_s = 1750000000;

/* The same puts with nothing around them. */
struct bare {
  MDB_env *env;
  MDB_dbi records, names, hashes;
  MDB_txn *txn; /* for reading */
  EVP_MD_CTX *sha;
  EVP_MD *sha256;
  uint8_t group[HASHES_LEN];
};

struct subject {
  char folder[256];
  char path[300], bare_path[300];
  struct vd_store *store;
  struct vd_store_reader *reader;
  struct bare bare;
  struct vd_store_item items[BATCH];
  uint8_t records[BATCH][RECORD_LEN];
  uint64_t size;
  uint64_t random;
  struct vd_lookup_answer answer;
  uint8_t bytes[VD_LOOKUP_ANSWER_MAX];
};

static void require(bool condition, const char *what) {
  if (condition) return;
  fprintf(stderr, "bench: %s\n", what);
  exit(EXIT_FAILURE);
}

static void require_ok(enum vd_error error, const struct vd_failure *failure) {
  require(error == VD_OK, failure->text);
}

/* The finaliser of SplitMix64. */
static uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

static void fill(uint8_t *bytes, size_t len, uint64_t seed) {
  for (size_t at = 0; at < len; at += 8) {
    uint64_t word = mix(seed += 0x9e3779b97f4a7c15u);
    memcpy(bytes + at, &word, len - at < 8 ? len - at : 8);
  }
}

static void make_locator(uint8_t locator[16], uint64_t number) { fill(locator, 16, mix(number + 1)); }

static uint64_t any_number(struct subject *s) { return mix(s->random++) % s->size; }

static void make_record(uint8_t record[RECORD_LEN], uint64_t number) {
  const uint8_t header[8] = {1, 0, REALM, 2 << 4 | FRAGMENTS, PLAINTEXT_LEN >> 8, PLAINTEXT_LEN & 0xff, 0, 0};
  memcpy(record, header, sizeof header);
  make_locator(record + 8, number);
  fill(record + 24, RECORD_LEN - 24, number ^ 0x5555555555555555u);
  record[LEAF_LEN] = 1;
}

/* --- the floor --- */

static void bare_check(int code) { require(code == 0, mdb_strerror(code)); }

static void bare_open(struct bare *bare, const char *path) {
  MDB_txn *txn;
  bare_check(mdb_env_create(&bare->env));
  bare_check(mdb_env_set_mapsize(bare->env, (size_t)1 << 36));
  bare_check(mdb_env_set_maxdbs(bare->env, 3));
  bare_check(mdb_env_open(bare->env, path, MDB_NOSUBDIR | MDB_NOTLS, 0600));
  bare_check(mdb_txn_begin(bare->env, NULL, 0, &txn));
  bare_check(mdb_dbi_open(txn, "records", MDB_CREATE, &bare->records));
  bare_check(mdb_dbi_open(txn, "names", MDB_CREATE, &bare->names));
  bare_check(mdb_dbi_open(txn, "hashes", MDB_CREATE, &bare->hashes));
  bare_check(mdb_txn_commit(txn));
  bare_check(mdb_txn_begin(bare->env, NULL, MDB_RDONLY, &bare->txn));
  mdb_txn_reset(bare->txn);
  bare->sha = EVP_MD_CTX_new();
  bare->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
  require(bare->sha != NULL && bare->sha256 != NULL, "SHA-256");
}

static void bare_close(struct bare *bare) {
  mdb_txn_abort(bare->txn);
  mdb_env_close(bare->env);
  EVP_MD_CTX_free(bare->sha);
  EVP_MD_free(bare->sha256);
}

static void bare_hash(struct bare *bare, const void *bytes, size_t len, uint8_t out[FRAG_HASH_LEN]) {
  require(EVP_DigestInit_ex2(bare->sha, bare->sha256, NULL) == 1 && EVP_DigestUpdate(bare->sha, bytes, len) == 1 &&
              EVP_DigestFinal_ex(bare->sha, out, NULL) == 1,
          "SHA-256");
}

static void bare_put(MDB_txn *txn, MDB_dbi dbi, const void *key, size_t key_len, const void *bytes, size_t len,
                     unsigned flags) {
  uint8_t copy[16];
  memcpy(copy, key, key_len);
  MDB_val name = {.mv_size = key_len, .mv_data = copy};
  MDB_val value = {.mv_size = len};
  bare_check(mdb_put(txn, dbi, &name, &value, flags | MDB_RESERVE));
  memcpy(value.mv_data, bytes, len);
}

static void bare_key(uint8_t key[8], uint64_t number) {
  for (unsigned at = 0; at < 8; at++) key[at] = (uint8_t)(number >> (56 - 8 * at));
}

/* A leaf's hash and one above it, kept by sixteens. */
static void bare_hashes(struct bare *bare, MDB_txn *txn, uint64_t index, const uint8_t entry[1 + ENTRY_LEN]) {
  uint8_t key[8], node[1 + 2 * FRAG_HASH_LEN] = {1};
  uint8_t *hash = bare->group + index % 16 * FRAG_HASH_LEN;
  bare_hash(bare, entry, 1 + ENTRY_LEN, hash);
  memcpy(node + 1, hash, FRAG_HASH_LEN);
  bare_hash(bare, node, sizeof node, node + 1);
  bare_key(key, index);
  if (index % 16 == 15) bare_put(txn, bare->hashes, key, sizeof key, bare->group, HASHES_LEN, MDB_APPEND);
}

static int compare_records(const void *left, const void *right) {
  return memcmp((const uint8_t *)left + 8, (const uint8_t *)right + 8, 16);
}

static void bare_append(struct subject *s, size_t count) {
  struct bare *bare = &s->bare;
  MDB_txn *txn;
  qsort(s->records, count, RECORD_LEN, compare_records);
  bare_check(mdb_txn_begin(bare->env, NULL, 0, &txn));
  for (size_t at = 0; at < count; at++) {
    uint8_t key[8], entry[1 + ENTRY_LEN] = {0, 1}, value[VALUE_LEN] = {1};
    memcpy(entry + 10, s->records[at], LEAF_LEN);
    memcpy(value + 9, s->records[at], RECORD_LEN);
    bare_key(key, s->size + at);
    bare_put(txn, bare->names, s->records[at] + 8, 16, key, sizeof key, MDB_NOOVERWRITE);
    bare_put(txn, bare->records, key, sizeof key, value, sizeof value, MDB_APPEND);
    bare_hashes(bare, txn, s->size + at, entry);
  }
  bare_check(mdb_txn_commit(txn));
}

static void bare_get(void *argument) {
  struct subject *s = argument;
  uint8_t locator[16];
  make_locator(locator, any_number(s));
  MDB_val key = {.mv_size = sizeof locator, .mv_data = locator}, index, value;
  bare_check(mdb_txn_renew(s->bare.txn));
  bare_check(mdb_get(s->bare.txn, s->bare.names, &key, &index));
  bare_check(mdb_get(s->bare.txn, s->bare.records, &index, &value));
  require(value.mv_size == VALUE_LEN, "length");
  mdb_txn_reset(s->bare.txn);
}

/* --- appending --- */

static double wall_ns(void) {
  struct timespec now;
  if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) abort();
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void append(struct subject *s, size_t count) {
  struct vd_store_appended appended;
  struct vd_failure failure;
  require_ok(vd_store_append(s->store, s->items, count, time_s, NULL, &appended, &failure), &failure);
  require(appended.added == count && appended.size == s->size + count, "not all were new");
}

/* One batch into each ledger. */
static void grow_once(struct subject *s, size_t count, double *ns, double *floor_ns) {
  for (size_t at = 0; at < count; at++) {
    make_record(s->records[at], s->size + at);
    s->items[at] = (struct vd_store_item){VD_STORE_FRAGMENT, s->records[at], RECORD_LEN};
  }
  double begin = wall_ns();
  append(s, count);
  double middle = wall_ns();
  bare_append(s, count);
  *ns = (middle - begin) / (double)count;
  *floor_ns = (wall_ns() - middle) / (double)count;
  s->size += count;
}

/* Up to `size`; the figures are those of the last whole batches. */
static void grow(struct subject *s, uint64_t size) {
  double times[BENCH_WINDOWS], floors[BENCH_WINDOWS], ratios[BENCH_WINDOWS];
  size_t windows = 0;
  while (s->size < size) {
    size_t count = size - s->size < BATCH ? (size_t)(size - s->size) : BATCH;
    size_t at = windows % BENCH_WINDOWS;
    grow_once(s, count, &times[at], &floors[at]);
    ratios[at] = times[at] / floors[at];
    if (count == BATCH) windows++;
  }
  if (windows > BENCH_WINDOWS) windows = BENCH_WINDOWS;
  if (windows == 0) return;
  printf("%-18s %8.0f /s   floor %8.0f /s   time / floor %.2f\n", "append, synced", 1e9 / bench_median(times, windows),
         1e9 / bench_median(floors, windows), bench_median(ratios, windows));
}

/* --- reading --- */

static void begin_reading(struct subject *s) {
  struct vd_failure failure;
  require_ok(vd_store_reader_begin(s->reader, &failure), &failure);
}

static void look_up(void *argument) {
  struct subject *s = argument;
  struct vd_store_found found;
  uint8_t locator[16];
  struct vd_failure failure;
  make_locator(locator, any_number(s));
  begin_reading(s);
  require_ok(vd_store_get_fragment(s->reader, locator, &found, &failure), &failure);
  require(found.presence == VD_STORE_PRESENT && found.len == RECORD_LEN, "a record is not there");
  vd_store_reader_reset(s->reader);
}

static void prove_inclusion(void *argument) {
  struct subject *s = argument;
  struct frag_proof *proof = &s->answer.consistency;
  struct vd_failure failure;
  begin_reading(s);
  require_ok(vd_tlog_inclusion(s->reader, any_number(s), proof, &failure), &failure);
  vd_store_reader_reset(s->reader);
}

static void prove_consistency(void *argument) {
  struct subject *s = argument;
  struct frag_proof *proof = &s->answer.consistency;
  struct vd_failure failure;
  begin_reading(s);
  require_ok(vd_tlog_consistency(s->reader, 1 + any_number(s), proof, &failure), &failure);
  vd_store_reader_reset(s->reader);
}

/* All that a portal asks at once: record, checkpoint and both proofs, as bytes. */
static void answer(void *argument) {
  struct subject *s = argument;
  struct vd_lookup_request request = {.kind = VD_STORE_FRAGMENT, .known_size = 1 + any_number(s), .count = 1};
  struct vd_failure failure;
  size_t len = 0;
  make_locator(request.keys[0], any_number(s));
  begin_reading(s);
  require_ok(vd_lookup_local(s->reader, &request, &s->answer, &failure), &failure);
  require_ok(vd_lookup_answer_write(s->bytes, sizeof s->bytes, &len, &s->answer, &failure), &failure);
  vd_store_reader_reset(s->reader);
}

struct figure {
  const char *name;
  void (*run)(void *);
  double first_ns; /* at the first size; 0: not yet */
  double first_floor_ns;
};

static void measure(struct subject *s, struct figure *figure, uint64_t first_size) {
  const struct bench_work work = {figure->name, figure->run, s}, floor = {"LMDB gets", bare_get, s};
  double times[BENCH_WINDOWS], floors[BENCH_WINDOWS], ratios[BENCH_WINDOWS];
  unsigned calls = bench_calls(&work), floor_calls = bench_calls(&floor);
  for (size_t at = 0; at < BENCH_WINDOWS; at++) {
    floors[at] = bench_window_ns(&floor, floor_calls);
    times[at] = bench_window_ns(&work, calls);
    ratios[at] = times[at] / floors[at];
  }
  double ns = bench_median(times, BENCH_WINDOWS), floor_ns = bench_median(floors, BENCH_WINDOWS);
  if (figure->first_ns <= 0) figure->first_ns = ns, figure->first_floor_ns = floor_ns;
  printf("%-18s %8.0f /s   floor %8.0f /s   time / floor %5.2f   since %llu: %.2f times (gets %.2f, log2 %.2f)\n",
         figure->name, 1e9 / ns, 1e9 / floor_ns, bench_median(ratios, BENCH_WINDOWS), (unsigned long long)first_size,
         ns / figure->first_ns, floor_ns / figure->first_floor_ns, log2((double)s->size) / log2((double)first_size));
}

static double file_bytes(const char *path) {
  struct stat status;
  require(stat(path, &status) == 0, path);
  return (double)status.st_size;
}

static const char *ledger_file(const struct subject *s) {
  static char path[400];
  (void)snprintf(path, sizeof path, "%s/data.mdb", s->path);
  return path;
}

/* Into memory, as far as it fits: what is compared is the work, not which file the system has kept. */
static void warm(const char *path) {
  static char bytes[1 << 20];
  FILE *file = fopen(path, "rb");
  require(file != NULL, path);
  while (fread(bytes, 1, sizeof bytes, file) > 0) continue;
  (void)fclose(file);
}

static void warm_up(struct subject *s, const struct figure *figures, size_t count) {
  const struct bench_work floor = {"LMDB gets", bare_get, s};
  warm(ledger_file(s));
  warm(s->bare_path);
  (void)bench_window_ns(&floor, WARM_CALLS);
  for (size_t at = 0; at < count; at++) {
    const struct bench_work work = {figures[at].name, figures[at].run, s};
    (void)bench_window_ns(&work, WARM_CALLS);
  }
}

static void measure_size(const struct subject *s) {
  const double least = RECORD_LEN + ENTRY_LEN + FRAG_HASH_LEN;
  double bytes = file_bytes(ledger_file(s)) / (double)s->size, floor = file_bytes(s->bare_path) / (double)s->size;
  printf("%-18s %8.0f      floor %8.0f      %d record + %d entry + %d hash = %.0f: %.2f times\n", "bytes, document",
         bytes, floor, RECORD_LEN, ENTRY_LEN, FRAG_HASH_LEN, least, bytes / least);
}

/* --- all of it --- */

static void open_ledgers(struct subject *s) {
  const char *parent = getenv("TMPDIR");
  struct vd_failure failure;
  (void)snprintf(s->folder, sizeof s->folder, "%s/bench_ledger.XXXXXX", parent != NULL ? parent : "/tmp");
  require(mkdtemp(s->folder) != NULL, s->folder);
  (void)snprintf(s->path, sizeof s->path, "%s/ledger", s->folder);
  (void)snprintf(s->bare_path, sizeof s->bare_path, "%s/bare", s->folder);
  const struct vd_store_options options = {
      .path = s->path, .access = VD_STORE_CREATE, .realm = REALM, .operator_number = 1};
  require_ok(vd_store_open(&options, &s->store, &failure), &failure);
  require_ok(vd_store_reader_new(s->store, &s->reader, &failure), &failure);
  bare_open(&s->bare, s->bare_path);
}

static void remove_ledgers(struct subject *s) {
  static const char *const names[] = {"ledger/data.mdb", "ledger/lock.mdb", "ledger/writer.lock", "ledger/log.key",
                                      "ledger",          "bare",            "bare-lock",          ""};
  vd_store_reader_free(s->reader);
  vd_store_close(s->store);
  bare_close(&s->bare);
  for (size_t at = 0; at < sizeof names / sizeof *names; at++) {
    char path[400];
    (void)snprintf(path, sizeof path, "%s/%s", s->folder, names[at]);
    if (remove(path) != 0) perror(path);
  }
}

static void measure_all(struct subject *s, uint64_t size, uint64_t first_size) {
  static struct figure figures[] = {{"fragment look-up", look_up, 0, 0},
                                    {"inclusion proof", prove_inclusion, 0, 0},
                                    {"consistency proof", prove_consistency, 0, 0},
                                    {"answer to a portal", answer, 0, 0}};
  printf("\n%llu entries\n", (unsigned long long)size);
  grow(s, size);
  warm_up(s, figures, sizeof figures / sizeof *figures);
  for (size_t at = 0; at < sizeof figures / sizeof *figures; at++) measure(s, &figures[at], first_size);
  measure_size(s);
  (void)fflush(stdout);
}

int main(int argc, char **argv) {
  static const char *const defaults[] = {"10000", "100000"};
  static struct subject s;
  size_t count = argc > 1 ? (size_t)argc - 1 : sizeof defaults / sizeof *defaults;
  uint64_t first_size = 0;
  open_ledgers(&s);
  for (size_t at = 0; at < count; at++) {
    uint64_t size = strtoull(argc > 1 ? argv[at + 1] : defaults[at], NULL, 10);
    if (size <= s.size || size < 2) continue; /* ledgers only grow */
    if (first_size == 0) first_size = size;
    measure_all(&s, size, first_size);
  }
  remove_ledgers(&s);
  return EXIT_SUCCESS;
}
