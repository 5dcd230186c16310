/* What an answer of a log proves about an anchor: judged for every size, and with everything altered on the way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/context.h"
#include "comparing_fixture.h"

#define ORIGIN "ledger.example/log/1"
enum { SIZES = 33 };

struct state {
  struct frag_context *context;
  struct test_log log, shown; /* what was anchored; what the log shows now */
};

static int begin(void **out) {
  struct state *state = calloc(1, sizeof *state);
  assert_non_null(state);
  assert_int_equal(vd_context_new(&state->context, NULL), VD_OK);
  log_begin(state->context, &state->log, ORIGIN, 3);
  log_begin(state->context, &state->shown, ORIGIN, 3);
  *out = state;
  return 0;
}

static int end(void **in) {
  struct state *state = *in;
  frag_context_free(state->context);
  free(state);
  return 0;
}

static bool is_power_of_two(uint64_t value) { return (value & (value - 1)) == 0; }

struct judged {
  struct vd_anchors_item anchor;
  struct frag_checkpoint checkpoint;
  struct frag_proof proof;
  size_t note_len;
  char note[FRAG_CHECKPOINT_MAX];
  uint8_t proven_root[FRAG_HASH_LEN];
};

static enum vd_comparing_verdict judge(struct state *state, struct judged *judged) {
  struct vd_comparing_answer answer = {judged->note, judged->note_len, &judged->proof};
  return vd_comparing_judge(state->context, &state->log.key, &judged->anchor, &answer, &judged->checkpoint,
                            judged->proven_root);
}

static enum vd_comparing_verdict judge_sizes(struct state *state, struct judged *judged, uint64_t anchored,
                                             uint64_t size) {
  judged->anchor = (struct vd_anchors_item){.size = anchored};
  comparing_root(&state->log, anchored, judged->anchor.root);
  judged->note_len = comparing_sign(&state->shown, size, ORIGIN, state->shown.seed, judged->note);
  comparing_proof(&state->shown, anchored, size, &judged->proof);
  return judge(state, judged);
}

/* The tile of level 0 of what is shown. */
static enum vd_comparing_verdict judge_tile(struct state *state, struct judged *judged) {
  uint8_t hashes[FRAG_TILE_WIDTH][FRAG_HASH_LEN];
  struct frag_tree_reader reader = log_reader(&state->shown);
  struct frag_tile tile = vd_comparing_tile(judged->anchor.size, judged->checkpoint.size);
  assert_int_equal(tile.level, 0);
  for (unsigned i = 0; i < tile.width; i++) assert_int_equal(reader.read(&state->shown, 0, i, hashes[i]), FRAG_OK);
  return vd_comparing_judge_tile(state->context, &judged->anchor, &judged->checkpoint, &judged->proof, hashes[0],
                                 tile.width * FRAG_HASH_LEN, judged->proven_root);
}

static void every_size_is_judged_rightly(void **in) {
  struct state *state = *in;
  static struct judged judged;
  static const unsigned forks[] = {LOG_LEAVES_MAX, 0, 5, 16, 30};
  for (size_t f = 0; f < sizeof forks / sizeof forks[0]; f++)
    for (uint64_t size = 1; size <= SIZES; size++)
      for (uint64_t anchored = 1; anchored <= SIZES; anchored++) {
        state->shown.fork_at = forks[f];
        state->shown.branch = 0xbb;
        bool is_forked = anchored > forks[f];
        enum vd_comparing_verdict verdict = judge_sizes(state, &judged, anchored, size);
        if (anchored > size) {
          assert_int_equal(verdict, VD_COMPARING_DISPUTED);
          continue;
        }
        if (!is_forked) {
          assert_int_equal(verdict, VD_COMPARING_CONFIRMED);
          continue;
        }
        if (is_power_of_two(anchored) && anchored < size) {
          assert_int_equal(verdict, VD_COMPARING_NEEDS_TILE);
          verdict = judge_tile(state, &judged);
        }
        uint8_t root[FRAG_HASH_LEN];
        comparing_root(&state->shown, anchored, root);
        assert_int_equal(verdict, VD_COMPARING_CONTRADICTED);
        assert_memory_equal(judged.proven_root, root, FRAG_HASH_LEN);
      }
}

/* Nothing but a right proof of another root contradicts: whatever is changed on the way must not. */
static void what_was_altered_on_the_way_proves_nothing(void **in) {
  struct state *state = *in;
  static struct judged judged;
  static const uint64_t sizes[][2] = {{5, 21}, {8, 21}, {16, 32}, {21, 21}, {7, 8}};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    assert_int_equal(judge_sizes(state, &judged, sizes[i][0], sizes[i][1]), VD_COMPARING_CONFIRMED);
    size_t text_len = judged.checkpoint.text.len;
    for (size_t byte = 0; byte < judged.note_len; byte++) {
      judged.note[byte] ^= 4;
      enum vd_comparing_verdict verdict = judge(state, &judged); /* a signature of a stranger is none of the log's */
      assert_true(verdict == VD_COMPARING_NO_ANSWER || verdict == VD_COMPARING_CONFIRMED);
      assert_true(byte >= text_len || verdict == VD_COMPARING_NO_ANSWER);
      judged.note[byte] ^= 4;
    }
    for (size_t byte = 0; byte < judged.proof.count * FRAG_HASH_LEN; byte++) {
      judged.proof.hashes[byte / FRAG_HASH_LEN][byte % FRAG_HASH_LEN] ^= 4;
      enum vd_comparing_verdict verdict = judge(state, &judged);
      if (is_power_of_two(judged.anchor.size)) {
        assert_int_equal(verdict, VD_COMPARING_NEEDS_TILE);
        verdict = judge_tile(state, &judged);
      }
      assert_int_equal(verdict, VD_COMPARING_DISPUTED);
      judged.proof.hashes[byte / FRAG_HASH_LEN][byte % FRAG_HASH_LEN] ^= 4;
    }
    for (judged.proof.count = 0; sizes[i][0] < sizes[i][1] && judged.proof.count < FRAG_PROOF_HASHES_MAX;
         judged.proof.count++) {
      enum vd_comparing_verdict verdict = judge(state, &judged);
      assert_true(verdict == VD_COMPARING_DISPUTED || verdict == VD_COMPARING_CONFIRMED);
    }
  }
}

static void a_tile_that_lies_proves_nothing(void **in) {
  struct state *state = *in;
  static struct judged judged;
  uint8_t hashes[16][FRAG_HASH_LEN];
  struct frag_tree_reader reader = log_reader(&state->shown);
  state->shown.fork_at = 3;
  state->shown.branch = 0xbb;
  assert_int_equal(judge_sizes(state, &judged, 16, 21), VD_COMPARING_NEEDS_TILE);
  for (unsigned i = 0; i < 16; i++) assert_int_equal(reader.read(&state->shown, 0, i, hashes[i]), FRAG_OK);
  for (size_t byte = 0; byte < sizeof hashes; byte++) {
    hashes[byte / FRAG_HASH_LEN][byte % FRAG_HASH_LEN] ^= 1;
    assert_int_equal(vd_comparing_judge_tile(state->context, &judged.anchor, &judged.checkpoint, &judged.proof,
                                             hashes[0], sizeof hashes, judged.proven_root),
                     VD_COMPARING_DISPUTED);
    hashes[byte / FRAG_HASH_LEN][byte % FRAG_HASH_LEN] ^= 1;
  }
  for (size_t len = 0; len < sizeof hashes; len++)
    assert_int_equal(vd_comparing_judge_tile(state->context, &judged.anchor, &judged.checkpoint, &judged.proof,
                                             hashes[0], len, judged.proven_root),
                     VD_COMPARING_DISPUTED);
  assert_int_equal(vd_comparing_judge_tile(state->context, &judged.anchor, &judged.checkpoint, &judged.proof, hashes[0],
                                           sizeof hashes, judged.proven_root),
                   VD_COMPARING_CONTRADICTED);
}

static void tiles_of_large_logs_are_named(void **in) {
  (void)in;
  char path[FRAG_TILE_PATH_MAX];
  static const struct {
    uint64_t size, tree_size;
    const char *path;
  } tiles[] = {{1, 2, "tile/0/000.p/2"},        {128, 300, "tile/0/000"},         {256, 70000, "tile/1/000"},
               {256, 300, "tile/1/000.p/1"},    {65536, 70000, "tile/2/000.p/1"}, {32768, 70000, "tile/1/000"},
               {1 << 20, 1 << 21, "tile/2/000.p/32"}};
  for (size_t i = 0; i < sizeof tiles / sizeof tiles[0]; i++) {
    struct frag_tile tile = vd_comparing_tile(tiles[i].size, tiles[i].tree_size);
    frag_tile_path(path, &tile);
    assert_string_equal(path, tiles[i].path);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(every_size_is_judged_rightly, begin, end),
      cmocka_unit_test_setup_teardown(what_was_altered_on_the_way_proves_nothing, begin, end),
      cmocka_unit_test_setup_teardown(a_tile_that_lies_proves_nothing, begin, end),
      cmocka_unit_test(tiles_of_large_logs_are_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
