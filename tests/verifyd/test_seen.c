/* What is remembered of other logs: compared and kept in one step, across restarts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "seen_fixture.h"

/* --- one log --- */

static void a_log_advances_and_is_remembered(void **state) {
  struct fixture *fixture = *state;
  assert_unknown(fixture, seen_origin);
  assert_int_equal(advance(fixture, 0, 10, 0), VD_SEEN_ADVANCED);
  assert_at(fixture, seen_origin, 10, false);
  assert_int_equal(advance(fixture, 10, 25, 0), VD_SEEN_ADVANCED);
  assert_int_equal(advance(fixture, 25, 25, 0), VD_SEEN_KNOWN);
  assert_int_equal(advance(fixture, 10, 25, 0), VD_SEEN_KNOWN);
  assert_int_equal(advance(fixture, 0, 25, 0), VD_SEEN_KNOWN);
  reopen(fixture);
  assert_at(fixture, seen_origin, 25, false);
  assert_unknown(fixture, "one.example/lo");
  assert_unknown(fixture, "one.example/log2");
  assert_unknown(fixture, "");
  assert_int_equal(vd_seen_equivocations(fixture->seen), 0);
}

static void what_is_proven_from_something_else_changes_nothing(void **state) {
  struct fixture *fixture = *state;
  struct signed_note note;
  enum vd_seen_outcome outcome = VD_SEEN_ADVANCED;
  uint8_t other_root[FRAG_HASH_LEN];
  assert_int_equal(advance(fixture, 5, 9, 0), VD_SEEN_OUTRUN); /* nothing was known of this log */
  assert_unknown(fixture, seen_origin);
  assert_int_equal(advance(fixture, 0, 10, 0), VD_SEEN_ADVANCED);
  assert_int_equal(advance(fixture, 0, 20, 0), VD_SEEN_OUTRUN);
  assert_int_equal(advance(fixture, 9, 20, 0), VD_SEEN_OUTRUN);
  assert_int_equal(advance(fixture, 11, 20, 0), VD_SEEN_OUTRUN);
  assert_int_equal(advance(fixture, 0, 9, 0), VD_SEEN_OUTRUN);
  assert_int_equal(advance(fixture, 9, 9, 0), VD_SEEN_OUTRUN);
  sign_note(fixture->context, &note, seen_origin, 20, 0, NOW_S);
  root_of(other_root, 10, 1);
  assert_int_equal(vd_seen_advance(fixture->seen, 10, other_root, &note.checkpoint, &outcome, NULL), VD_OK);
  assert_int_equal(outcome, VD_SEEN_OUTRUN);
  assert_at(fixture, seen_origin, 10, false);
  reopen(fixture);
  assert_at(fixture, seen_origin, 10, false);
}

static void an_empty_log_is_something_known(void **state) {
  struct fixture *fixture = *state;
  assert_int_equal(advance(fixture, 0, 0, 0), VD_SEEN_ADVANCED);
  assert_at(fixture, seen_origin, 0, false);
  assert_int_equal(advance(fixture, 0, 0, 0), VD_SEEN_KNOWN);
  reopen(fixture);
  assert_at(fixture, seen_origin, 0, false);
  assert_int_equal(advance(fixture, 0, 3, 0), VD_SEEN_ADVANCED);
  assert_int_equal(advance(fixture, 0, 0, 0), VD_SEEN_OUTRUN);
  assert_at(fixture, seen_origin, 3, false);
}

static void newer_signatures_of_the_same_tree_are_kept(void **state) {
  struct fixture *fixture = *state;
  struct signed_note note;
  enum vd_seen_outcome outcome = VD_SEEN_OUTRUN;
  assert_int_equal(advance(fixture, 0, 10, 0), VD_SEEN_ADVANCED);
  sign_note(fixture->context, &note, seen_origin, 10, 0, NOW_S + 60);
  assert_int_equal(vd_seen_advance(fixture->seen, 0, no_root, &note.checkpoint, &outcome, NULL), VD_OK);
  assert_int_equal(outcome, VD_SEEN_KNOWN);
  for (unsigned round = 0; round < 2; round++) {
    struct vd_seen_state now = state_of(fixture, seen_origin);
    assert_int_equal(now.note_len, note.checkpoint.note.len);
    assert_memory_equal(now.note, note.note, now.note_len);
    reopen(fixture);
  }
}

static void names_that_no_log_has_are_refused(void **state) {
  struct fixture *fixture = *state;
  struct signed_note note;
  enum vd_seen_outcome outcome = VD_SEEN_ADVANCED;
  uint8_t long_name[FRAG_VKEY_NAME_MAX + 1];
  struct vd_failure failure = {0};
  sign_note(fixture->context, &note, seen_origin, 10, 0, NOW_S);
  memset(long_name, 'a', sizeof long_name);
  const struct frag_slice names[] = {{long_name, 0}, {long_name, sizeof long_name}, {(const uint8_t *)"a\0b", 3}};
  for (size_t at = 0; at < sizeof names / sizeof *names; at++) {
    note.checkpoint.origin = names[at];
    assert_int_equal(vd_seen_advance(fixture->seen, 0, no_root, &note.checkpoint, &outcome, &failure), VD_DATA);
    assert_int_equal(outcome, VD_SEEN_OUTRUN);
  }
  note.checkpoint.origin = (struct frag_slice){long_name, sizeof long_name - 1};
  assert_int_equal(vd_seen_advance(fixture->seen, 0, no_root, &note.checkpoint, &outcome, &failure), VD_OK);
}

/* --- contradictions --- */

/* The one evidence file there is: a line that names the log, then both notes, whole. */
static void assert_evidence(struct fixture *fixture, uint64_t size, uint8_t first_fork, uint8_t second_fork) {
  static char expected[2 * FRAG_CHECKPOINT_MAX + 1024];
  char path[PATH_MAX];
  struct signed_note first, second;
  struct vd_bytes bytes;
  assert_int_equal(count_evidence(fixture, path), 1);
  assert_int_equal(vd_file_read(path, 1 << 20, &bytes, NULL), VD_OK);
  sign_note(fixture->context, &first, seen_origin, size, first_fork, NOW_S);
  sign_note(fixture->context, &second, seen_origin, size, second_fork, NOW_S);
  const char *line_end = strstr((const char *)bytes.data, "\n\n");
  assert_non_null(line_end);
  assert_int_equal(strncmp((const char *)bytes.data, "one.example/log has signed two trees of 10 entries, ", 52), 0);
  int len = snprintf(expected, sizeof expected, "%.*s\n%.*s", (int)first.checkpoint.note.len, first.note,
                     (int)second.checkpoint.note.len, second.note);
  assert_int_equal(bytes.len - (size_t)(line_end + 2 - (const char *)bytes.data), len);
  assert_memory_equal(line_end + 2, expected, (size_t)len);
  vd_bytes_free(&bytes);
}

static void another_root_of_the_same_size_is_equivocation(void **state) {
  struct fixture *fixture = *state;
  static const uint64_t bases[] = {10, 0, 5};
  assert_int_equal(advance(fixture, 0, 10, 0), VD_SEEN_ADVANCED);
  assert_int_equal(advance_log(fixture, "two.example", 0, 10, 0), VD_SEEN_ADVANCED);
  for (size_t at = 0; at < 3; at++) {
    assert_int_equal(advance(fixture, bases[at], 10, (uint8_t)(at + 1)), VD_SEEN_EQUIVOCATED);
    assert_at(fixture, seen_origin, 10, true);
    assert_evidence(fixture, 10, 0, 1);
    reopen(fixture);
    assert_at(fixture, seen_origin, 10, true);
    assert_int_equal(vd_seen_equivocations(fixture->seen), 1);
  }
  /* Nothing of that log is accepted any more, not even what was right; others go on. */
  assert_int_equal(advance(fixture, 10, 20, 0), VD_SEEN_EQUIVOCATED);
  assert_int_equal(advance(fixture, 10, 10, 0), VD_SEEN_EQUIVOCATED);
  assert_at(fixture, seen_origin, 10, true);
  assert_int_equal(advance_log(fixture, "two.example", 10, 20, 0), VD_SEEN_ADVANCED);
  assert_evidence(fixture, 10, 0, 1);
}

static void evidence_files_that_a_crash_took_are_made_again(void **state) {
  struct fixture *fixture = *state;
  char path[PATH_MAX];
  assert_int_equal(advance(fixture, 0, 10, 0), VD_SEEN_ADVANCED);
  assert_int_equal(advance(fixture, 0, 10, 1), VD_SEEN_EQUIVOCATED);
  assert_int_equal(count_evidence(fixture, path), 1);
  assert_int_equal(truncate(path, 100), 0);
  reopen(fixture);
  assert_evidence(fixture, 10, 0, 1);
  assert_int_equal(unlink(path), 0);
  reopen(fixture);
  assert_evidence(fixture, 10, 0, 1);
}

static void a_log_can_be_accused_before_it_was_ever_seen(void **state) {
  struct fixture *fixture = *state;
  accuse(fixture, seen_origin, 3, 4);
  for (unsigned round = 0; round < 2; round++) {
    struct vd_seen_state now = state_of(fixture, seen_origin);
    assert_true(now.has_equivocated && now.size == 0 && now.note_len == 0);
    assert_memory_equal(now.root, no_root, sizeof no_root);
    assert_evidence(fixture, 10, 3, 4);
    assert_int_equal(advance(fixture, 0, 20, 0), VD_SEEN_EQUIVOCATED);
    assert_int_equal(vd_seen_equivocations(fixture->seen), 1);
    reopen(fixture);
  }
}

static void an_accused_log_keeps_what_was_accepted(void **state) {
  struct fixture *fixture = *state;
  assert_int_equal(advance(fixture, 0, 30, 0), VD_SEEN_ADVANCED);
  accuse(fixture, seen_origin, 3, 4);
  assert_at(fixture, seen_origin, 30, true);
  reopen(fixture);
  assert_at(fixture, seen_origin, 30, true);
}

static void the_same_proof_is_kept_once_and_not_endlessly_many(void **state) {
  struct fixture *fixture = *state;
  char path[PATH_MAX];
  for (unsigned round = 0; round < 3; round++) accuse(fixture, seen_origin, 3, 4);
  assert_int_equal(count_evidence(fixture, path), 1);
  accuse(fixture, seen_origin, 3, 5);
  assert_int_equal(count_evidence(fixture, path), 2);
  reopen(fixture);
  accuse(fixture, seen_origin, 3, 5);
  assert_int_equal(count_evidence(fixture, path), 2);
  for (uint8_t fork = 10; fork < 50; fork++) accuse(fixture, seen_origin, 3, fork);
  assert_int_equal(count_evidence(fixture, path), 8);
  reopen(fixture);
  assert_int_equal(count_evidence(fixture, path), 8);
  assert_int_equal(vd_seen_equivocations(fixture->seen), 1);
}

/* The first 10 entries of the later one are not those of the earlier one. */
static void accuse_grown(struct fixture *fixture, const struct frag_proof *proof) {
  struct signed_note one, other;
  struct vd_failure failure = {0};
  uint8_t proven_root[FRAG_HASH_LEN];
  sign_note(fixture->context, &one, seen_origin, 10, 0, NOW_S);
  sign_note(fixture->context, &other, seen_origin, 25, 3, NOW_S);
  root_of(proven_root, 10, 3);
  if (vd_seen_accuse_grown(fixture->seen, &one.checkpoint, &other.checkpoint, proof, proven_root, &failure) != VD_OK)
    fail_msg("%s", failure.text);
}

static void a_later_tree_with_another_beginning_is_kept_with_its_proof(void **state) {
  struct fixture *fixture = *state;
  struct frag_proof proof = {.count = FRAG_PROOF_HASHES_MAX};
  struct vd_bytes bytes;
  char path[PATH_MAX];
  memset(proof.hashes, 0xab, sizeof proof.hashes);
  assert_int_equal(advance(fixture, 0, 10, 0), VD_SEEN_ADVANCED);
  for (unsigned round = 0; round < 2; round++) {
    accuse_grown(fixture, &proof);
    assert_at(fixture, seen_origin, 10, true);
    assert_int_equal(count_evidence(fixture, path), 1);
    assert_int_equal(vd_file_read(path, 1 << 20, &bytes, NULL), VD_OK);
    const char *text = (const char *)bytes.data; /* with a NUL behind */
    assert_non_null(strstr(text, "one.example/log has signed a tree of 10 entries with root 0a00"));
    assert_non_null(strstr(text, ", and one of 25 entries of which the first 10 have root 0a00"));
    assert_non_null(strstr(text, "\n\none.example/log\n10\n"));
    assert_non_null(strstr(text, "\n\none.example/log\n25\n"));
    unsigned lines = 0;
    for (const char *at = text; (at = strstr(at, "\nproof: abab")) != NULL; at++) lines++;
    assert_int_equal(lines, FRAG_PROOF_HASHES_MAX);
    vd_bytes_free(&bytes);
    reopen(fixture);
    assert_int_equal(advance(fixture, 10, 20, 0), VD_SEEN_EQUIVOCATED);
  }
}

/* --- many logs --- */

static void as_many_logs_as_the_limit_says(void **state) {
  struct fixture *fixture = *state;
  struct signed_note note, other;
  enum vd_seen_outcome outcome = VD_SEEN_ADVANCED;
  struct vd_failure failure = {0};
  char name[64];
  for (unsigned at = 0; at < VD_SEEN_LOGS_MAX; at++) {
    (void)snprintf(name, sizeof name, "log-%u.example", at);
    assert_int_equal(advance_log(fixture, name, 0, 100 + at, 0), VD_SEEN_ADVANCED);
  }
  sign_note(fixture->context, &note, "one-too-many.example", 5, 0, NOW_S);
  sign_note(fixture->context, &other, "one-too-many.example", 5, 1, NOW_S);
  for (unsigned round = 0; round < 2; round++) {
    assert_int_equal(vd_seen_advance(fixture->seen, 0, no_root, &note.checkpoint, &outcome, &failure), VD_FULL);
    assert_int_equal(vd_seen_accuse(fixture->seen, &note.checkpoint, &other.checkpoint, &failure), VD_FULL);
    assert_unknown(fixture, "one-too-many.example");
    reopen(fixture);
  }
  for (unsigned at = 0; at < VD_SEEN_LOGS_MAX; at++) {
    (void)snprintf(name, sizeof name, "log-%u.example", at);
    assert_at(fixture, name, 100 + at, false);
    assert_int_equal(advance_log(fixture, name, 100 + at, 200 + at, 0), VD_SEEN_ADVANCED);
  }
}

static void what_is_not_such_a_folder_is_refused(void **state) {
  struct fixture *fixture = *state;
  struct vd_seen *seen = NULL;
  struct vd_failure failure = {0};
  static const char noise[8192] = "not a database";
  temp_folder_make_inner(&fixture->folder, "noise");
  temp_folder_put(&fixture->folder, "noise/data.mdb", noise, sizeof noise);
  assert_int_equal(vd_seen_open(temp_folder_at(&fixture->folder, "noise"), &seen, &failure), VD_DATA);
  assert_null(seen);
  assert_true(strlen(failure.text) > 20);
  const char *orphan = temp_folder_at(&fixture->folder, "missing/folder");
  assert_int_not_equal(vd_seen_open(orphan, &seen, &failure), VD_OK);
  assert_null(seen);
  vd_seen_close(NULL);
}

#define SEEN_TEST(test) cmocka_unit_test_setup_teardown(test, seen_fixture_begin, seen_fixture_end)

int main(void) {
  const struct CMUnitTest tests[] = {
      SEEN_TEST(a_log_advances_and_is_remembered),
      SEEN_TEST(what_is_proven_from_something_else_changes_nothing),
      SEEN_TEST(an_empty_log_is_something_known),
      SEEN_TEST(newer_signatures_of_the_same_tree_are_kept),
      SEEN_TEST(names_that_no_log_has_are_refused),
      SEEN_TEST(another_root_of_the_same_size_is_equivocation),
      SEEN_TEST(evidence_files_that_a_crash_took_are_made_again),
      SEEN_TEST(a_log_can_be_accused_before_it_was_ever_seen),
      SEEN_TEST(an_accused_log_keeps_what_was_accepted),
      SEEN_TEST(the_same_proof_is_kept_once_and_not_endlessly_many),
      SEEN_TEST(a_later_tree_with_another_beginning_is_kept_with_its_proof),
      SEEN_TEST(as_many_logs_as_the_limit_says),
      SEEN_TEST(what_is_not_such_a_folder_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
