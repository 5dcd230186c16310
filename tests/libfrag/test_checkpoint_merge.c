/* Cosignatures put into a note. */
#include "libfrag/cmocka_all.h"

#include <stdio.h>

#include "bytes.h"
#include "libfrag/notes.h"

enum { LINES_ROOM = 10000 };

static frag_error merge(struct fixture *fixture, char *note, const char *lines, const struct frag_log_key *witness) {
  size_t len = strlen(note), before = len;
  char kept[NOTES_ROOM];
  memcpy(kept, note, len);
  frag_error error = frag_checkpoint_merge(fixture->context, note, &len, lines, strlen(lines), witness);
  if (error != FRAG_OK) {
    assert_int_equal(len, before);
    assert_memory_equal(note, kept, len);
  }
  assert_true(len <= FRAG_CHECKPOINT_MAX);
  note[len] = '\0';
  return error;
}

static void test_merge(void **state) {
  struct fixture *fixture = *state;
  struct notes_parts p = notes_parts(fixture);
  char note[NOTES_ROOM], first[NOTES_LINE_ROOM], second[NOTES_LINE_ROOM], foreign[NOTES_LINE_ROOM],
      expected[NOTES_ROOM], answer[NOTES_ROOM];
  struct frag_log_key witness;
  uint64_t time_s;
  assert_int_equal(frag_log_key_make(fixture->context, &witness, slice_of("witness.example"), p.key.pub32), FRAG_OK);
  notes_cosign(fixture, &p, first, notes_go, "witness.example", NOTES_TIME_S + 1);
  notes_cosign(fixture, &p, second, notes_go, "witness.example", NOTES_TIME_S + 2);
  notes_cosign(fixture, &p, foreign, notes_go, "else.example", NOTES_TIME_S + 3);
  snprintf(note, sizeof note, "%s", notes_go);
  assert_int_equal(merge(fixture, note, first, &witness), FRAG_OK);
  snprintf(expected, sizeof expected, "%s%s", notes_go, first);
  assert_string_equal(note, expected);
  assert_int_equal(merge(fixture, note, first, &witness), FRAG_OK); /* again: no change */
  assert_string_equal(note, expected);
  snprintf(answer, sizeof answer, "%s%s%s" NOTES_STRANGER, foreign, second, first);
  assert_int_equal(merge(fixture, note, answer, &witness), FRAG_OK); /* the latest, in place of the older, alone */
  snprintf(expected, sizeof expected, "%s%s", notes_go, second);
  assert_string_equal(note, expected);
  assert_int_equal(notes_check(fixture, note, &p.key, &time_s), FRAG_OK);
  assert_int_equal(time_s, NOTES_TIME_S);
  assert_int_equal(notes_cosigned(fixture, note, &witness, &time_s), FRAG_OK);
  assert_int_equal(time_s, NOTES_TIME_S + 2);
}

static void test_merge_refuses(void **state) {
  struct fixture *fixture = *state;
  struct notes_parts p = notes_parts(fixture);
  char note[NOTES_ROOM], right[NOTES_LINE_ROOM], wrong[NOTES_LINE_ROOM], plain[NOTES_LINE_ROOM],
      both[3 * NOTES_LINE_ROOM];
  struct frag_log_key witness;
  assert_int_equal(frag_log_key_make(fixture->context, &witness, slice_of("witness.example"), p.key.pub32), FRAG_OK);
  notes_cosign(fixture, &p, right, notes_go, "witness.example", NOTES_TIME_S);
  notes_cosign(fixture, &p, wrong, notes_join("log.example/ledger\n8\n" NOTES_ROOT, NOTES_STRANGER, "", ""),
               "witness.example", NOTES_TIME_S);
  snprintf(plain, sizeof plain, "— witness.example%s", strrchr(p.plain, ' '));
  snprintf(note, sizeof note, "%s", notes_go);
  assert_int_equal(merge(fixture, note, wrong, &witness), FRAG_CHECKPOINT_SIGNATURE);
  assert_int_equal(merge(fixture, note, NOTES_STRANGER, &witness), FRAG_CHECKPOINT_SIGNATURE);
  assert_int_equal(merge(fixture, note, p.cosignature, &witness), FRAG_CHECKPOINT_SIGNATURE);
  assert_int_equal(merge(fixture, note, plain, &witness), FRAG_CHECKPOINT_SIGNATURE);
  snprintf(both, sizeof both, "%s%s", right, wrong);
  assert_int_equal(merge(fixture, note, both, &witness), FRAG_CHECKPOINT_SIGNATURE);
  static const char *const malformed[] = {"", "\n", "200 OK\n", "<html>\n", "—\n", "— witness.example AAAA\n"};
  for (size_t i = 0; i < FRAG_COUNT(malformed); i++)
    assert_int_equal(merge(fixture, note, malformed[i], &witness), FRAG_CHECKPOINT_MALFORMED);
  for (size_t cut = 0; cut < strlen(right); cut++) {
    snprintf(both, sizeof both, "%.*s", (int)cut, right);
    assert_int_equal(merge(fixture, note, both, &witness), FRAG_CHECKPOINT_MALFORMED);
  }
  snprintf(both, sizeof both, "%s\n%s", right, NOTES_STRANGER);
  assert_int_equal(merge(fixture, note, both, &witness), FRAG_CHECKPOINT_MALFORMED);
  note[0] = '\n';
  assert_int_equal(merge(fixture, note, right, &witness), FRAG_CHECKPOINT_MALFORMED);
}

/* A note that is full of lines, or of bytes, keeps what it has; a line that is replaced needs no room. */
static void test_merge_full(void **state) {
  struct fixture *fixture = *state;
  struct notes_parts p = notes_parts(fixture);
  char note[NOTES_ROOM], right[NOTES_LINE_ROOM], lines[LINES_ROOM] = "";
  struct frag_log_key witness;
  assert_int_equal(frag_log_key_make(fixture->context, &witness, slice_of("witness.example"), p.key.pub32), FRAG_OK);
  notes_cosign(fixture, &p, right, notes_go, "witness.example", NOTES_TIME_S);
  for (unsigned count = 3; count <= FRAG_CHECKPOINT_SIGNATURES_MAX; count++) strcat(lines, NOTES_STRANGER);
  snprintf(note, sizeof note, "%s%s", notes_go, lines);
  assert_int_equal(merge(fixture, note, right, &witness), FRAG_BUFFER_TOO_SMALL);
  snprintf(note, sizeof note, "%s%s%s", notes_go, right, lines + strlen(NOTES_STRANGER));
  assert_int_equal(merge(fixture, note, right, &witness), FRAG_OK);
  size_t room = FRAG_CHECKPOINT_MAX - strlen(notes_go) - strlen(right);
  for (size_t more = room - 2; more <= room + 2; more++) {
    size_t digits = (more - strlen("— s \n")) / 4 * 4, name_len = more - strlen("— s \n") - digits + 1;
    memset(lines, 'A', sizeof lines);
    snprintf(note, sizeof note, "%s— %.*s %.*s\n", notes_go, (int)name_len, lines, (int)digits, lines);
    assert_int_equal(strlen(note) + strlen(right), FRAG_CHECKPOINT_MAX - room + more);
    assert_int_equal(merge(fixture, note, right, &witness), more <= room ? FRAG_OK : FRAG_BUFFER_TOO_SMALL);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_merge), cmocka_unit_test(test_merge_refuses),
                                     cmocka_unit_test(test_merge_full)};
  return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
