/* The log's static resources over HTTP, and that a reader who trusts nobody can put the tree together from them.
 * argv: verifyd, words.json. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <frag/tile.h>

#include "role_rig.h"

enum { ENTRIES = 300 }; /* a full tile and a partial one */

static struct role_rig rig;
static struct loopback_answer answer;
static uint8_t hashes[ENTRIES][FRAG_HASH_LEN];

static int begin(void **state) {
  static char names[ENTRIES][16];
  static const char *serials[ENTRIES];
  (void)state;
  role_rig_make(&rig);
  role_rig_be_operator(&rig, 2, "", "");
  role_rig_start(&rig);
  for (size_t i = 0; i < ENTRIES; i++) {
    (void)snprintf(names[i], sizeof names[i], "T-%zu", i);
    serials[i] = names[i];
  }
  role_rig_keep(&rig, serials, ENTRIES);
  return 0;
}

static int end(void **state) {
  (void)state;
  role_rig_remove(&rig);
  return 0;
}

static void get(const char *resource) {
  char path[200];
  (void)snprintf(path, sizeof path, "/log/2/%s", resource);
  role_rig_get(&rig, path, &answer);
}

static void get_tile(struct frag_tile tile) {
  char path[FRAG_TILE_PATH_MAX];
  frag_tile_path(path, &tile);
  get(path);
  if (answer.status != 200) fail_msg("%s: %u", path, answer.status);
  assert_string_equal(loopback_header(&answer, "Content-Type"), "application/octet-stream");
  assert_string_equal(loopback_header(&answer, "Cache-Control"), "public, max-age=31536000, immutable");
  assert_string_equal(loopback_header(&answer, "Access-Control-Allow-Origin"), "*");
}

/* Entries first .. first + width − 1 of the log, from their bundle. */
static void hash_bundle(uint64_t index, unsigned width) {
  get_tile((struct frag_tile){.is_entries = true, .index = index, .width = width});
  struct frag_slice rest = {(const uint8_t *)answer.body, answer.body_len}, entry;
  struct frag_entry decoded;
  for (unsigned i = 0; i < width; i++) {
    assert_int_equal(frag_bundle_next(&rest, &entry), FRAG_OK);
    assert_int_equal(frag_entry_decode(&decoded, entry.data, entry.len), FRAG_OK);
    assert_int_equal(decoded.kind, FRAG_ENTRY_ISSUE);
    assert_int_equal(frag_leaf_hash(rig.program.realm->context, hashes[index * FRAG_TILE_WIDTH + i], entry), FRAG_OK);
  }
  assert_int_equal(rest.len, 0);
}

static void a_reader_puts_the_tree_together(void **state) {
  char note[FRAG_CHECKPOINT_MAX];
  struct frag_checkpoint checkpoint;
  struct frag_frontier frontier = {.size = 0}, full = {.size = 0};
  uint8_t root[FRAG_HASH_LEN];
  struct frag_context *context = rig.program.realm->context;
  (void)state;
  role_rig_checkpoint(&rig, note, &checkpoint, NULL);
  assert_int_equal(checkpoint.size, ENTRIES);
  hash_bundle(0, FRAG_TILE_WIDTH);
  hash_bundle(1, ENTRIES - FRAG_TILE_WIDTH);
  for (size_t i = 0; i < ENTRIES; i++) assert_int_equal(frag_frontier_add(context, &frontier, hashes[i]), FRAG_OK);
  assert_int_equal(frag_frontier_root(context, root, &frontier), FRAG_OK);
  assert_memory_equal(root, checkpoint.root, FRAG_HASH_LEN);
  get_tile((struct frag_tile){.level = 0, .index = 0, .width = FRAG_TILE_WIDTH});
  assert_int_equal(answer.body_len, FRAG_TILE_WIDTH * FRAG_HASH_LEN);
  assert_memory_equal(answer.body, hashes, answer.body_len);
  get_tile((struct frag_tile){.level = 0, .index = 1, .width = ENTRIES - FRAG_TILE_WIDTH});
  assert_memory_equal(answer.body, hashes[FRAG_TILE_WIDTH], (ENTRIES - FRAG_TILE_WIDTH) * FRAG_HASH_LEN);
  for (size_t i = 0; i < FRAG_TILE_WIDTH; i++) assert_int_equal(frag_frontier_add(context, &full, hashes[i]), FRAG_OK);
  assert_int_equal(frag_frontier_root(context, root, &full), FRAG_OK);
  get_tile((struct frag_tile){.level = 1, .index = 0, .width = 1});
  assert_int_equal(answer.body_len, FRAG_HASH_LEN);
  assert_memory_equal(answer.body, root, FRAG_HASH_LEN);
}

static void a_partial_tile_of_an_earlier_size_is_still_there(void **state) {
  (void)state;
  get_tile((struct frag_tile){.level = 0, .index = 0, .width = 7});
  assert_memory_equal(answer.body, hashes, 7 * FRAG_HASH_LEN);
  get_tile((struct frag_tile){.is_entries = true, .index = 1, .width = 1});
}

static void a_checkpoint_is_asked_for_every_time(void **state) {
  (void)state;
  get("checkpoint");
  assert_string_equal(loopback_header(&answer, "Content-Type"), "text/plain; charset=utf-8");
  assert_string_equal(loopback_header(&answer, "Cache-Control"), "no-cache");
  assert_string_equal(loopback_header(&answer, "Access-Control-Allow-Origin"), "*");
  loopback_once(rig.program.port, "HEAD /log/2/checkpoint HTTP/1.1\r\nHost: x\r\n\r\n", &answer);
  assert_int_equal(answer.status, 200);
}

static void there_is_nothing_else(void **state) {
  static const char *const none[] = {"",
                                     "checkpoint/",
                                     "Checkpoint",
                                     "tile",
                                     "tile/0/000.p/0",
                                     "tile/0/000.p/256",
                                     "tile/0/001",
                                     "tile/0/001.p/45",
                                     "tile/0/002.p/1",
                                     "tile/1/000",
                                     "tile/0/0",
                                     "tile/00/000",
                                     "tile/0/x00/000",
                                     "tile/entries/001",
                                     "tile/entries/001.p/45",
                                     "../2/checkpoint",
                                     "data.mdb",
                                     "tile/0/000/",
                                     "tile/-1/000",
                                     "tile/0/000.p/07",
                                     "tile/64/000.p/1",
                                     "tile/entries/x999/x999/x999/x999/x999/x999/999"};
  (void)state;
  for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
    get(none[i]);
    if (answer.status != 404) fail_msg("%s: %u", none[i], answer.status);
    assert_string_equal(loopback_header(&answer, "Cache-Control"), "no-store");
    assert_null(loopback_header(&answer, "Access-Control-Allow-Origin"));
  }
  static const char *const others[] = {"/log/1/checkpoint",
                                       "/log/02/checkpoint",
                                       "/log/0/checkpoint",
                                       "/log/checkpoint",
                                       "/log/99999999999999999999/checkpoint",
                                       "/log/2checkpoint",
                                       "/log/+2/checkpoint",
                                       "/log/2",
                                       "/checkpoint",
                                       "/v1/verify"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    role_rig_get(&rig, others[i], &answer);
    if (answer.status != 404) fail_msg("%s: %u", others[i], answer.status);
  }
  program_rig_post(&rig.program, "/log/2/checkpoint", "text/plain", "", "", 0, &answer);
  assert_int_equal(answer.status, 405);
  program_rig_post(&rig.program, "/v1/verify", "application/json", "", "{}", 2, &answer);
  assert_int_equal(answer.status, 404); /* an operator verifies nothing */
  program_rig_post(&rig.program, "/verify", "application/json", "", "{}", 2, &answer);
  assert_int_equal(answer.status, 404);
  program_rig_post(&rig.program, "/add-checkpoint", "text/plain", "", "old 0\n\n", 7, &answer);
  assert_int_equal(answer.status, 404); /* nor does it witness */
}

/* The demo: three ledgers in one process that only reads them. */
static void embedded_logs_are_served_too(void **state) {
  static struct program_rig demo;
  static struct frag_checkpoint checkpoint;
  char path[40];
  (void)state;
  program_rig_make(&demo, "");
  struct paper paper = issue(demo.realm, (struct plan){.serial = "DEMO"});
  keep(demo.realm, &paper, ALL_OPERATORS, FIXTURE_NOW_S);
  program_rig_start(&demo);
  for (unsigned number = 1; number <= FIXTURE_OPERATORS; number++) {
    char request[120];
    (void)snprintf(path, sizeof path, "/log/%u/checkpoint", number);
    (void)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path);
    loopback_once(demo.port, request, &answer);
    assert_int_equal(answer.status, 200);
    assert_int_equal(frag_checkpoint_decode(demo.realm->context, &checkpoint, answer.body, answer.body_len), FRAG_OK);
    assert_int_equal(checkpoint.size, 1);
    (void)snprintf(request, sizeof request, "POST /log/%u/submissions HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
                   number);
    loopback_once(demo.port, request, &answer);
    assert_int_equal(answer.status, 404);
  }
  program_rig_remove(&demo);
}

int main(int count, char **arguments) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_reader_puts_the_tree_together),
      cmocka_unit_test(a_partial_tile_of_an_earlier_size_is_still_there),
      cmocka_unit_test(a_checkpoint_is_asked_for_every_time),
      cmocka_unit_test(there_is_nothing_else),
      cmocka_unit_test(embedded_logs_are_served_too),
  };
  if (count != 3) return 2;
  program_rig_use(arguments[1], arguments[2]);
  return cmocka_run_group_tests(tests, begin, end);
}
