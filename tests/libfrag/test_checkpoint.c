/* Checkpoints: one of a public log with its witnesses, one by Go's note package; and all that a line can have wrong. */
#include "libfrag/cmocka_all.h"

#include <stdio.h>

#include "bytes.h"
#include "libfrag/notes.h"

static void test_public(void **state) {
  struct fixture *fixture = *state;
  struct frag_checkpoint checkpoint;
  struct frag_log_key log = notes_key(fixture, notes_public_log), witness = notes_key(fixture, notes_public_witness);
  uint64_t time_s = 1;
  assert_int_equal(notes_decode(fixture, notes_public, &checkpoint), FRAG_OK);
  assert_true(frag_slice_equal(checkpoint.origin, slice_of("arche2025h1.staging.ct.transparency.dev")));
  assert_true(checkpoint.size == 1432088532 && checkpoint.root[0] == 0x53 && checkpoint.root[31] == 0x1a);
  assert_int_equal(frag_checkpoint_check(fixture->context, &checkpoint, &log, &time_s), FRAG_OK);
  assert_int_equal(time_s, 0); /* it does not cosign itself */
  assert_int_equal(frag_checkpoint_cosigned(fixture->context, &checkpoint, &witness, &time_s), FRAG_OK);
  assert_int_equal(time_s, NOTES_PUBLIC_TIME_S);
  assert_int_equal(frag_checkpoint_cosigned(fixture->context, &checkpoint, &witness, NULL), FRAG_OK);
  assert_int_equal(frag_checkpoint_check(fixture->context, &checkpoint, &witness, &time_s), FRAG_CHECKPOINT_SIGNATURE);
  assert_int_equal(frag_checkpoint_cosigned(fixture->context, &checkpoint, &log, &time_s), FRAG_CHECKPOINT_SIGNATURE);
  assert_int_equal(time_s, 0);
}

static void test_same_as_go(void **state) {
  struct fixture *fixture = *state;
  uint8_t seed32[32];
  char note[FRAG_CHECKPOINT_MAX];
  size_t len = 1;
  uint64_t time_s = 0;
  struct frag_checkpoint checkpoint;
  struct frag_log_key key = notes_key(fixture, notes_go_log);
  hex_decode(seed32, 32, notes_go_seed);
  assert_int_equal(notes_decode(fixture, notes_go, &checkpoint), FRAG_OK);
  assert_int_equal(frag_checkpoint_sign(fixture->context, note, &len, slice_of("log.example/ledger"), 7,
                                        checkpoint.root, seed32, NOTES_TIME_S),
                   FRAG_OK);
  assert_int_equal(len, strlen(notes_go));
  assert_memory_equal(note, notes_go, len);
  assert_int_equal(frag_checkpoint_check(fixture->context, &checkpoint, &key, &time_s), FRAG_OK);
  assert_int_equal(time_s, NOTES_TIME_S);
  assert_int_equal(frag_checkpoint_check(fixture->context, &checkpoint, &key, NULL), FRAG_OK);
}

/* No byte of the text or of the signature line can be another, missing or doubled. In the cosignature's line, which
 * comes last, what changes the name or the key id makes a stranger's line of it. */
static void test_every_change(void **state) {
  struct fixture *fixture = *state;
  char note[NOTES_ROOM];
  size_t len = strlen(notes_go), text_end = (size_t)(strstr(notes_go, "\n\n") + 2 - notes_go);
  size_t plain_end = (size_t)(strstr(notes_go, "ugw=\n") + 5 - notes_go);
  struct frag_log_key key = notes_key(fixture, notes_go_log);
  struct frag_checkpoint checkpoint;
  memcpy(note, notes_go, len + 1);
  for (size_t at = 0; at < len; at++)
    for (unsigned c = 0; c < 256; c += at < text_end ? 1 : 7) { /* in the signatures not every value */
      if ((char)c == notes_go[at]) continue;
      note[at] = (char)c;
      frag_error error = frag_checkpoint_decode(fixture->context, &checkpoint, note, len);
      if (error == FRAG_OK) error = frag_checkpoint_check(fixture->context, &checkpoint, &key, NULL);
      if (error == FRAG_OK && at < plain_end) fail_msg("byte %zu may be %02x", at, c);
      note[at] = notes_go[at];
    }
  for (size_t cut = 0; cut < len; cut++)
    assert_int_equal(frag_checkpoint_decode(fixture->context, &checkpoint, notes_go, cut),
                     cut == plain_end ? FRAG_OK : FRAG_CHECKPOINT_MALFORMED);
  for (size_t at = 0; at < plain_end; at++) {
    memcpy(note + at, notes_go + at + 1, len - at);
    assert_int_not_equal(notes_check(fixture, note, &key, NULL), FRAG_OK);
    memcpy(note + at, notes_go + at, 1);
    memcpy(note + at + 1, notes_go + at, len - at + 1);
    assert_int_not_equal(notes_check(fixture, note, &key, NULL), FRAG_OK);
    memcpy(note + at, notes_go + at, len - at + 1);
  }
}

static void test_forms(void **state) {
  struct fixture *fixture = *state;
  static const char *const right[] = {"o\n1\n" NOTES_ROOT,
                                      "o\n0\n" NOTES_EMPTY_ROOT,
                                      "o\n4611686018427387904\n" NOTES_ROOT,
                                      "o\n1\n" NOTES_ROOT "extension\n",
                                      "o\n1\n" NOTES_ROOT "more\nand more\n",
                                      "កំណត់ ត្រា\n1\n" NOTES_ROOT,
                                      "o+p q\n1\n" NOTES_ROOT,
                                      "— o AAAAAAA=\n1\n" NOTES_ROOT};
  static const char *const wrong[] = {"",
                                      "\n",
                                      "o\n",
                                      "o\n1\n",
                                      "\n1\n" NOTES_ROOT,
                                      "o\n\n" NOTES_ROOT,
                                      "o\n1\n\n",
                                      "o\n01\n" NOTES_ROOT,
                                      "o\n00\n" NOTES_EMPTY_ROOT,
                                      "o\n-1\n" NOTES_ROOT,
                                      "o\n+1\n" NOTES_ROOT,
                                      "o\n 1\n" NOTES_ROOT,
                                      "o\n1 \n" NOTES_ROOT,
                                      "o\n1.0\n" NOTES_ROOT,
                                      "o\n0x1\n" NOTES_ROOT,
                                      "o\n18446744073709551616\n" NOTES_ROOT,
                                      "o\n18446744073709551615\n" NOTES_ROOT,
                                      "o\n4611686018427387905\n" NOTES_ROOT,
                                      "o\n0\n" NOTES_ROOT,
                                      "o\n1\n " NOTES_ROOT,
                                      "o\n1\nmMl/C6MXXNCLAx3QhLncTmSbZNGijm6mlGRlAxc6tYd=\n",
                                      "o\n1\nmMl/C6MXXNCLAx3QhLncTmSbZNGijm6mlGRlAxc6tYc\n",
                                      "o\n1\nmMl_C6MXXNCLAx3QhLncTmSbZNGijm6mlGRlAxc6tYc=\n",
                                      "o\n1\nAAAA\n",
                                      "o\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
                                      "o\n1\n98c97f0ba3175cd08b031dd084b9dc4e649b64d1a28e6ea694646503173ab587\n",
                                      "o\n1\n" NOTES_ROOT "\n",
                                      "o\n1\n" NOTES_ROOT "a\n\nb\n",
                                      "o\r\n1\r\n" NOTES_ROOT,
                                      "o\t\n1\n" NOTES_ROOT,
                                      "o\x01\n1\n" NOTES_ROOT,
                                      "o\xff\n1\n" NOTES_ROOT,
                                      "o\xed\xa0\x80\n1\n" NOTES_ROOT,
                                      "o\n1\n" NOTES_ROOT "a\tb\n",
                                      "o\n1\n" NOTES_ROOT "\xc0\x80\n",
                                      "o\n1\n" NOTES_ROOT "no end"};
  static const char *const wrong_lines[] = {"",
                                            "\n",
                                            "—\n",
                                            NOTES_STRANGER "\n",
                                            "\n" NOTES_STRANGER,
                                            NOTES_STRANGER "x\n",
                                            "x\n" NOTES_STRANGER,
                                            "— stranger.example AAAAAAA=",
                                            NOTES_STRANGER "— s AAAAAAA=",
                                            "- s AAAAAAA=\n",
                                            "— s AAAAAAB=\n",
                                            "— s AAAA\n",
                                            "— s AAAAAA==\n",
                                            "— s  AAAAAAA=\n",
                                            "— s AAAAAAA= \n",
                                            "— s t AAAAAAA=\n",
                                            "— s+t AAAAAAA=\n",
                                            "— s AAAAAAA=\r\n"};
  struct frag_checkpoint checkpoint;
  for (size_t i = 0; i < FRAG_COUNT(right); i++)
    if (notes_decode(fixture, notes_join(right[i], NOTES_STRANGER, "", ""), &checkpoint) != FRAG_OK)
      fail_msg("refused %s", right[i]);
  for (size_t i = 0; i < FRAG_COUNT(wrong); i++) {
    if (notes_decode(fixture, notes_join(wrong[i], NOTES_STRANGER, "", ""), &checkpoint) != FRAG_CHECKPOINT_MALFORMED)
      fail_msg("accepted text %zu: %s", i, wrong[i]);
    assert_true(is_all_zero(&checkpoint, sizeof checkpoint));
  }
  for (size_t i = 0; i < FRAG_COUNT(wrong_lines); i++)
    if (notes_decode(fixture, notes_join(right[0], wrong_lines[i], "", ""), &checkpoint) != FRAG_CHECKPOINT_MALFORMED)
      fail_msg("accepted lines %zu: %s", i, wrong_lines[i]);
  assert_int_equal(frag_checkpoint_decode(fixture->context, &checkpoint, NULL, 0), FRAG_CHECKPOINT_MALFORMED);
}

static void test_views(void **state) {
  struct fixture *fixture = *state;
  struct frag_checkpoint checkpoint;
  const char *note = notes_join("o p\n1\n" NOTES_ROOT "more\n", NOTES_STRANGER, NOTES_STRANGER, "");
  assert_int_equal(notes_decode(fixture, note, &checkpoint), FRAG_OK);
  assert_true(frag_slice_equal(checkpoint.note, slice_of(note)) && checkpoint.note.data == (const uint8_t *)note);
  assert_true(frag_slice_equal(checkpoint.text, slice_of("o p\n1\n" NOTES_ROOT "more\n")));
  assert_true(frag_slice_equal(checkpoint.signatures, slice_of(NOTES_STRANGER NOTES_STRANGER)));
  assert_true(frag_slice_equal(checkpoint.origin, slice_of("o p")));
}

/* How many lines, and how many bytes, a note may have. */
static void test_limits(void **state) {
  struct fixture *fixture = *state;
  static char lines[NOTES_ROOM], extension[NOTES_ROOM];
  struct frag_checkpoint checkpoint;
  for (unsigned count = 1; count <= FRAG_CHECKPOINT_SIGNATURES_MAX + 2; count++) {
    memcpy(lines + (count - 1) * strlen(NOTES_STRANGER), NOTES_STRANGER, sizeof NOTES_STRANGER);
    assert_int_equal(notes_decode(fixture, notes_join("o\n1\n" NOTES_ROOT, lines, "", ""), &checkpoint),
                     count <= FRAG_CHECKPOINT_SIGNATURES_MAX ? FRAG_OK : FRAG_CHECKPOINT_MALFORMED);
  }
  size_t used = strlen(notes_join("o\n1\n" NOTES_ROOT, NOTES_STRANGER, "", ""));
  for (size_t more = FRAG_CHECKPOINT_MAX - 2; more <= FRAG_CHECKPOINT_MAX + 2; more++) {
    snprintf(extension, sizeof extension, "o\n1\n" NOTES_ROOT "%0*d\n", (int)(more - used - 1), 0);
    const char *note = notes_join(extension, NOTES_STRANGER, "", "");
    assert_int_equal(strlen(note), more);
    assert_int_equal(notes_decode(fixture, note, &checkpoint),
                     more <= FRAG_CHECKPOINT_MAX ? FRAG_OK : FRAG_CHECKPOINT_MALFORMED);
  }
}

/* Which lines of a log make its checkpoint right. */
static void test_check_lines(void **state) {
  struct fixture *fixture = *state;
  struct notes_parts p = notes_parts(fixture);
  const struct {
    const char *a, *b, *c;
    frag_error error;
    uint64_t time_s;
  } cases[] = {
      {p.plain, "", "", FRAG_OK, 0},
      {p.cosignature, p.plain, "", FRAG_OK, NOTES_TIME_S},
      {p.plain, p.plain, "", FRAG_OK, 0},
      {p.plain, NOTES_STRANGER, p.cosignature, FRAG_OK, NOTES_TIME_S},
      {NOTES_STRANGER, p.plain, NOTES_STRANGER, FRAG_OK, 0},
      {p.plain, p.cosignature, p.later, FRAG_OK, NOTES_TIME_S + 60},
      {p.plain, p.later, p.cosignature, FRAG_OK, NOTES_TIME_S + 60},
      {NOTES_STRANGER, "", "", FRAG_CHECKPOINT_SIGNATURE, 0},
      {p.cosignature, "", "", FRAG_CHECKPOINT_SIGNATURE, 0},
      {p.cosignature, p.later, "", FRAG_CHECKPOINT_SIGNATURE, 0},
      {p.other_plain, "", "", FRAG_CHECKPOINT_SIGNATURE, 0},
      {p.plain, p.other_plain, "", FRAG_CHECKPOINT_SIGNATURE, 0},
      {p.other_plain, p.plain, "", FRAG_CHECKPOINT_SIGNATURE, 0},
      {p.plain, p.other_cosignature, "", FRAG_CHECKPOINT_SIGNATURE, 0},
      {p.plain, p.cosignature, p.other_cosignature, FRAG_CHECKPOINT_SIGNATURE, 0},
      {p.plain, p.other_cosignature, p.cosignature, FRAG_CHECKPOINT_SIGNATURE, 0},
  };
  for (size_t i = 0; i < FRAG_COUNT(cases); i++) {
    uint64_t time_s = 5;
    frag_error error = notes_check(fixture, notes_join(p.text, cases[i].a, cases[i].b, cases[i].c), &p.key, &time_s);
    if (error != cases[i].error || time_s != cases[i].time_s) fail_msg("case %zu: %d", i, error);
  }
}

/* The name or the id alone does not make a line the key's; a wrong length does not make it another's. */
static void test_whose_lines(void **state) {
  struct fixture *fixture = *state;
  struct notes_parts p = notes_parts(fixture);
  static const char *const ignored[] = {
      "— log.example/other "
      "4uhj881oVfb0xUrV+2b2c8i1DPfYk0kEitgDR0PHWh0AaCUK/SNjNFuVG0qw5bAeUXGhkU3DNqtVzx7iYyrKnq84ugw=\n",
      "— log.example/ledge 4uhj8wAA\n",
      "— log.example/ledgers 4uhj8wAA\n",
      "— Log.example/ledger 4uhj8wAA\n",
      "— log.example/ledger 4uhj8gAA\n",
      "— log.example/ledger AAAAAAAA\n"};
  static const char *const spoiling[] = {
      "— log.example/ledger 4uhj8wAA\n", /* signature of 2 bytes under the id of type 01 */
      "— log.example/ledger cANphAAA\n", /* and of type 04 */
      "— log.example/ledger "
      "cANphM1oVfb0xUrV+2b2c8i1DPfYk0kEitgDR0PHWh0AaCUK/SNjNFuVG0qw5bAeUXGhkU3DNqtVzx7iYyrKnq84ugw=\n",
      "— log.example/ledger "
      "4uhj881oVfb0xUrV+2b2c8i1DPfYk0kEitgDR0PHWh0AaCUK/SNjNFuVG0qw5bAeUXGhkU3DNqtVzx7iYyrKnq84ugwA\n"};
  for (size_t i = 0; i < FRAG_COUNT(ignored); i++) {
    assert_int_equal(notes_check(fixture, notes_join(p.text, p.plain, ignored[i], ""), &p.key, NULL), FRAG_OK);
    assert_int_equal(notes_check(fixture, notes_join(p.text, ignored[i], "", ""), &p.key, NULL),
                     FRAG_CHECKPOINT_SIGNATURE);
  }
  char longer[NOTES_LINE_ROOM]; /* the right cosignature and a byte more */
  snprintf(longer, sizeof longer, "%.*sA=\n", (int)strlen(p.cosignature) - 3, p.cosignature);
  assert_int_equal(notes_check(fixture, notes_join(p.text, p.plain, longer, ""), &p.key, NULL),
                   FRAG_CHECKPOINT_SIGNATURE);
  assert_int_equal(notes_cosigned(fixture, notes_join(p.text, longer, "", ""), &p.key, NULL),
                   FRAG_CHECKPOINT_SIGNATURE);
  for (size_t i = 0; i < FRAG_COUNT(spoiling); i++)
    assert_int_equal(notes_check(fixture, notes_join(p.text, p.plain, spoiling[i], ""), &p.key, NULL),
                     FRAG_CHECKPOINT_SIGNATURE);
}

/* The key has to be the one of the origin, byte for byte. */
static void test_other_keys(void **state) {
  struct fixture *fixture = *state;
  struct notes_parts p = notes_parts(fixture);
  struct frag_log_key key;
  static const char *const names[] = {"log.example/ledge", "log.example/ledgers", "log.example/Ledger", "l"};
  for (size_t i = 0; i < FRAG_COUNT(names); i++) {
    assert_int_equal(frag_log_key_make(fixture->context, &key, slice_of(names[i]), p.key.pub32), FRAG_OK);
    assert_int_equal(notes_check(fixture, notes_go, &key, NULL), FRAG_CHECKPOINT_SIGNATURE);
  }
  for (size_t bit = 0; bit < 256; bit++) {
    key = p.key;
    key.pub32[bit / 8] ^= (uint8_t)(1u << bit % 8); /* known by its id, but wrong */
    assert_int_equal(notes_check(fixture, notes_go, &key, NULL), FRAG_CHECKPOINT_SIGNATURE);
    assert_int_equal(frag_log_key_make(fixture->context, &key, slice_of(p.key.name), key.pub32), FRAG_OK);
    assert_int_equal(notes_check(fixture, notes_go, &key, NULL), FRAG_CHECKPOINT_SIGNATURE); /* not known */
  }
}

/* Every bit of time and signature is signed. */
static void test_cosignature_bits(void **state) {
  struct fixture *fixture = *state;
  struct notes_parts p = notes_parts(fixture);
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  size_t begin = strlen("— log.example/ledger "), end = strlen(p.cosignature) - 3; /* "==", LF */
  uint64_t time_s;
  for (size_t at = begin + 6; at < end; at++) /* after the key id, which ends within the sixth character */
    for (unsigned bit = 0; bit < 6; bit++) {
      char changed[NOTES_LINE_ROOM];
      memcpy(changed, p.cosignature, sizeof changed);
      changed[at] = alphabet[(size_t)(strchr(alphabet, p.cosignature[at]) - alphabet) ^ 1u << bit];
      frag_error error = notes_cosigned(fixture, notes_join(p.text, changed, "", ""), &p.key, &time_s);
      assert_true(error == FRAG_CHECKPOINT_SIGNATURE || (at == end - 1 && error == FRAG_CHECKPOINT_MALFORMED));
      if (error == FRAG_CHECKPOINT_SIGNATURE) assert_int_equal(time_s, 0);
    }
  assert_int_equal(notes_cosigned(fixture, notes_join(p.text, p.cosignature, "", ""), &p.key, &time_s), FRAG_OK);
  assert_int_equal(time_s, NOTES_TIME_S);
}

static void test_cosigned_lines(void **state) {
  struct fixture *fixture = *state;
  struct notes_parts p = notes_parts(fixture);
  const struct {
    const char *a, *b;
    frag_error error;
    uint64_t time_s;
  } cases[] = {
      {p.cosignature, "", FRAG_OK, NOTES_TIME_S},
      {p.plain, p.cosignature, FRAG_OK, NOTES_TIME_S},
      {p.later, p.cosignature, FRAG_OK, NOTES_TIME_S + 60},
      {p.cosignature, p.later, FRAG_OK, NOTES_TIME_S + 60},
      {NOTES_STRANGER, p.cosignature, FRAG_OK, NOTES_TIME_S},
      {p.other_plain, p.cosignature, FRAG_OK, NOTES_TIME_S}, /* not what is asked for */
      {p.plain, "", FRAG_CHECKPOINT_SIGNATURE, 0},
      {p.plain, NOTES_STRANGER, FRAG_CHECKPOINT_SIGNATURE, 0},
      {p.other_cosignature, "", FRAG_CHECKPOINT_SIGNATURE, 0},
      {p.cosignature, p.other_cosignature, FRAG_CHECKPOINT_SIGNATURE, 0},
  };
  for (size_t i = 0; i < FRAG_COUNT(cases); i++) {
    uint64_t time_s = 5;
    frag_error error = notes_cosigned(fixture, notes_join(p.text, cases[i].a, cases[i].b, ""), &p.key, &time_s);
    if (error != cases[i].error || time_s != cases[i].time_s) fail_msg("case %zu: %d", i, error);
  }
}

/* A cosignature covers extension lines, and its time goes to 2^63 - 1. */
static void test_cosign(void **state) {
  struct fixture *fixture = *state;
  struct notes_parts p = notes_parts(fixture);
  static const uint64_t times[] = {0, 1, NOTES_TIME_S, INT64_MAX};
  char line[NOTES_LINE_ROOM], note[NOTES_ROOM], out[FRAG_SIGNATURE_LINE_MAX];
  struct frag_log_key witness;
  struct frag_checkpoint checkpoint;
  size_t len = 1;
  uint64_t time_s;
  assert_int_equal(frag_log_key_make(fixture->context, &witness, slice_of("witness.example/w1"), p.key.pub32), FRAG_OK);
  for (size_t i = 0; i < FRAG_COUNT(times); i++) {
    snprintf(note, sizeof note, "%s", notes_join("o\n1\n" NOTES_ROOT "extension\n", NOTES_STRANGER, "", ""));
    notes_cosign(fixture, &p, line, note, "witness.example/w1", times[i]);
    assert_int_equal(notes_cosigned(fixture, notes_join("o\n1\n" NOTES_ROOT "extension\n", NOTES_STRANGER, line, ""),
                                    &witness, &time_s),
                     FRAG_OK);
    assert_int_equal(time_s, times[i]);
    assert_int_equal(
        notes_cosigned(fixture, notes_join("o\n1\n" NOTES_ROOT "extensiom\n", line, "", ""), &witness, &time_s),
        FRAG_CHECKPOINT_SIGNATURE);
    assert_int_equal(notes_cosigned(fixture, notes_join("o\n1\n" NOTES_ROOT, line, "", ""), &witness, &time_s),
                     FRAG_CHECKPOINT_SIGNATURE);
  }
  assert_int_equal(notes_decode(fixture, note, &checkpoint), FRAG_OK);
  assert_int_equal(frag_checkpoint_cosign(fixture->context, out, &len, &checkpoint, slice_of("w"), p.seed32,
                                          (uint64_t)INT64_MAX + 1),
                   FRAG_FIELD_RANGE);
  assert_int_equal(len, 0);
  assert_int_equal(frag_checkpoint_cosign(fixture->context, out, &len, &checkpoint, slice_of(""), p.seed32, 1),
                   FRAG_FIELD_LENGTH);
  assert_int_equal(frag_checkpoint_cosign(fixture->context, out, &len, &checkpoint, slice_of("a b"), p.seed32, 1),
                   FRAG_FIELD_CHARACTERS);
}

/* The longest name there is fits the line, the note and the reader. */
static void test_longest_name(void **state) {
  struct fixture *fixture = *state;
  struct notes_parts p = notes_parts(fixture);
  char name[FRAG_VKEY_NAME_MAX + 1], note[FRAG_CHECKPOINT_MAX], line[FRAG_SIGNATURE_LINE_MAX];
  struct frag_checkpoint checkpoint;
  struct frag_log_key key;
  const uint8_t root[32] = {9};
  size_t len, line_len;
  memset(name, 'n', sizeof name);
  struct frag_slice origin = frag_bytes((const uint8_t *)name, FRAG_VKEY_NAME_MAX);
  assert_int_equal(
      frag_checkpoint_sign(fixture->context, note, &len, origin, FRAG_TREE_SIZE_MAX, root, p.seed32, INT64_MAX),
      FRAG_OK);
  assert_int_equal(frag_log_key_make(fixture->context, &key, origin, p.key.pub32), FRAG_OK);
  assert_int_equal(frag_checkpoint_decode(fixture->context, &checkpoint, note, len), FRAG_OK);
  assert_int_equal(frag_checkpoint_check(fixture->context, &checkpoint, &key, NULL), FRAG_OK);
  assert_int_equal(frag_checkpoint_cosign(fixture->context, line, &line_len, &checkpoint, origin, p.seed32, INT64_MAX),
                   FRAG_OK);
  assert_true(line_len <= FRAG_SIGNATURE_LINE_MAX && line[line_len - 1] == '\n');
  origin.len++;
  assert_int_equal(frag_checkpoint_sign(fixture->context, note, &len, origin, 1, root, p.seed32, 1), FRAG_FIELD_LENGTH);
  assert_int_equal(len, 0);
}

static void test_sign_refuses(void **state) {
  struct fixture *fixture = *state;
  struct notes_parts p = notes_parts(fixture);
  uint8_t empty[32], root[32] = {1};
  char note[FRAG_CHECKPOINT_MAX];
  size_t len;
  hex_decode(empty, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  const struct {
    const char *origin;
    uint64_t size;
    const uint8_t *root;
    uint64_t time_s;
    frag_error error;
  } cases[] = {{"o", 0, empty, 0, FRAG_OK},
               {"o", FRAG_TREE_SIZE_MAX, root, 1, FRAG_OK},
               {"o", FRAG_TREE_SIZE_MAX + 1, root, 1, FRAG_FIELD_RANGE},
               {"o", UINT64_MAX, root, 1, FRAG_FIELD_RANGE},
               {"o", 0, root, 1, FRAG_FIELD_RANGE},
               {"o", 1, root, (uint64_t)INT64_MAX + 1, FRAG_FIELD_RANGE},
               {"", 1, root, 1, FRAG_FIELD_LENGTH},
               {"a b", 1, root, 1, FRAG_FIELD_CHARACTERS},
               {"a\nb", 1, root, 1, FRAG_FIELD_CHARACTERS},
               {"a+b", 1, root, 1, FRAG_FIELD_CHARACTERS}};
  for (size_t i = 0; i < FRAG_COUNT(cases); i++) {
    struct frag_checkpoint checkpoint;
    len = 1;
    assert_int_equal(frag_checkpoint_sign(fixture->context, note, &len, slice_of(cases[i].origin), cases[i].size,
                                          cases[i].root, p.seed32, cases[i].time_s),
                     cases[i].error);
    if (cases[i].error != FRAG_OK) assert_int_equal(len, 0);
    else assert_int_equal(frag_checkpoint_decode(fixture->context, &checkpoint, note, len), FRAG_OK);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_public),         cmocka_unit_test(test_same_as_go),
      cmocka_unit_test(test_every_change),   cmocka_unit_test(test_forms),
      cmocka_unit_test(test_views),          cmocka_unit_test(test_limits),
      cmocka_unit_test(test_check_lines),    cmocka_unit_test(test_whose_lines),
      cmocka_unit_test(test_other_keys),     cmocka_unit_test(test_cosignature_bits),
      cmocka_unit_test(test_cosigned_lines), cmocka_unit_test(test_cosign),
      cmocka_unit_test(test_longest_name),   cmocka_unit_test(test_sign_refuses),
  };
  return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
