#include "audit_state.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/hex.h"

#define FORMAT "verifyd audit 1"
#define ROW_SIZE (2 * FRAG_TILE_WIDTH * FRAG_HASH_LEN + 1)

/* --- writing --- */

static void write_rows(FILE *out, const struct ctl_audit_tree *tree, char digits[static ROW_SIZE]) {
  for (unsigned level = 0; level < CTL_AUDIT_LEVELS; level++) {
    vd_hex_encode(digits, tree->rows[level][0], ctl_audit_tree_width(tree, level) * (size_t)FRAG_HASH_LEN);
    (void)fprintf(out, "row: %s\n", digits);
  }
}

static void write_lines(FILE *out, const struct ctl_audit_state *state, const char *vkey,
                        const struct ctl_audit_keys *keys) {
  const struct ctl_audit_counts *counts = &state->counts;
  (void)fprintf(out, FORMAT "\nvkey: %s\n", vkey);
  (void)fprintf(out, "size: %" PRIu64 "\ntimes: %" PRIu64 " %" PRIu64 "\n", state->tree.size, state->first_time_s,
                state->last_time_s);
  (void)fprintf(out, "realm: %d %u\n", state->has_realm, state->realm);
  (void)fprintf(out, "entries: %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", counts->issues, counts->statuses,
                counts->trusts);
  (void)fprintf(out, "records: %d %u %" PRIu64 " %" PRIu64 "\n", state->with_records, state->record_number,
                counts->records, counts->erased);
  (void)fprintf(out, "proven: %" PRIu64 " %" PRIu64 "\n", state->proven_size, state->proven_s);
  (void)fprintf(out, "runs: %zu\n", keys->runs_count);
  for (size_t i = 0; i < keys->runs_count; i++) {
    (void)fprintf(out, "run: %" PRIu64 " %" PRIu64 "\n", keys->runs[i].first, keys->runs[i].end);
  }
}

enum vd_error ctl_audit_state_write(const struct ctl_audit_state *state, const char *vkey,
                                    const struct ctl_audit_keys *keys, char **text, size_t *len,
                                    struct vd_failure *failure) {
  uint8_t digest[VD_SHA256_LEN];
  char digits[ROW_SIZE];
  *text = NULL;
  FILE *out = open_memstream(text, len);
  if (out == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the audit's state");
  write_lines(out, state, vkey, keys);
  write_rows(out, &state->tree, digits);
  (void)fprintf(out, "note: %zu\n%.*s", state->note_len, (int)state->note_len, state->note);
  enum vd_error error = fflush(out) == 0 ? VD_OK : vd_fail(failure, VD_MEMORY, "no memory for the audit's state");
  if (error == VD_OK) error = vd_sha256(digest, *text, *len, failure);
  if (error == VD_OK) {
    vd_hex_encode(digits, digest, sizeof digest);
    (void)fprintf(out, "check: %s\n", digits);
  }
  if (fclose(out) != 0 && error == VD_OK) error = vd_fail(failure, VD_MEMORY, "no memory for the audit's state");
  if (error == VD_OK) return VD_OK;
  free(*text);
  *text = NULL;
  return error;
}

/* --- reading --- */

/* Goes over lines; what it cannot read makes it bad for good. */
struct lines {
  const char *rest;
  size_t len;
  bool is_bad;
};

/* The value of the next line, which must have that name. */
static struct frag_slice line(struct lines *lines, const char *name) {
  struct frag_slice value = {0};
  size_t name_len = strlen(name);
  const char *end = lines->is_bad ? NULL : memchr(lines->rest, '\n', lines->len);
  size_t len = end == NULL ? 0 : (size_t)(end - lines->rest);
  if (end == NULL || len < name_len || memcmp(lines->rest, name, name_len) != 0) {
    lines->is_bad = true;
    return value;
  }
  value = (struct frag_slice){.data = (const uint8_t *)lines->rest + name_len, .len = len - name_len};
  lines->rest += len + 1;
  lines->len -= len + 1;
  return value;
}

/* Decimal numbers with one space between them. */
static void numbers(struct lines *lines, const char *name, uint64_t *values, size_t count) {
  struct frag_slice text = line(lines, name);
  size_t position = 0;
  for (size_t i = 0; i < count; i++) {
    size_t begin = position;
    values[i] = 0;
    for (; position < text.len && text.data[position] >= '0' && text.data[position] <= '9'; position++) {
      values[i] = values[i] * 10 + (uint64_t)(text.data[position] - '0');
    }
    bool ends = i + 1 == count ? position == text.len : position < text.len && text.data[position] == ' ';
    if (position == begin || position - begin > 19 || !ends) lines->is_bad = true;
    position++;
  }
}

static void read_numbers(struct lines *lines, struct ctl_audit_state *state) {
  uint64_t values[4] = {0};
  numbers(lines, "size: ", &state->tree.size, 1);
  numbers(lines, "times: ", values, 2);
  state->first_time_s = values[0], state->last_time_s = values[1];
  numbers(lines, "realm: ", values, 2);
  state->has_realm = values[0] != 0, state->realm = (uint16_t)values[1];
  numbers(lines, "entries: ", values, 3);
  state->counts.issues = values[0], state->counts.statuses = values[1], state->counts.trusts = values[2];
  numbers(lines, "records: ", values, 4);
  state->with_records = values[0] != 0, state->record_number = (unsigned)values[1];
  state->counts.records = values[2], state->counts.erased = values[3];
  numbers(lines, "proven: ", values, 2);
  state->proven_size = values[0], state->proven_s = values[1];
}

static enum vd_error read_runs(struct lines *lines, struct ctl_audit_keys *keys, struct vd_failure *failure) {
  uint64_t count = 0, ends[2];
  enum vd_error error = VD_OK;
  numbers(lines, "runs: ", &count, 1);
  for (uint64_t i = 0; i < count && error == VD_OK && !lines->is_bad; i++) {
    numbers(lines, "run: ", ends, 2);
    if (!lines->is_bad) error = ctl_audit_keys_load(keys, ends[0], ends[1], failure);
  }
  return error;
}

static void read_rows(struct lines *lines, struct ctl_audit_tree *tree) {
  for (unsigned level = 0; level < CTL_AUDIT_LEVELS; level++) {
    struct frag_slice digits = line(lines, "row: ");
    size_t len = ctl_audit_tree_width(tree, level) * (size_t)FRAG_HASH_LEN;
    if (!lines->is_bad && !vd_hex_decode(tree->rows[level][0], len, (const char *)digits.data, digits.len)) {
      lines->is_bad = true;
    }
  }
}

static void read_note(struct lines *lines, struct frag_context *context, struct ctl_audit_state *state) {
  struct frag_checkpoint checkpoint;
  uint64_t len = 0;
  numbers(lines, "note: ", &len, 1);
  if (lines->is_bad || len > lines->len || len > sizeof state->note) {
    lines->is_bad = true;
    return;
  }
  state->note_len = (size_t)len;
  memcpy(state->note, lines->rest, state->note_len);
  lines->rest += len;
  lines->len -= (size_t)len;
  if (len == 0) return;
  if (frag_checkpoint_decode(context, &checkpoint, state->note, state->note_len) != FRAG_OK) {
    lines->is_bad = true;
    return;
  }
  state->note_size = checkpoint.size;
  memcpy(state->note_root, checkpoint.root, FRAG_HASH_LEN);
}

/* The last line, and whether it is right. */
static bool is_whole(const char *text, size_t len) {
  static const char name[] = "check: ";
  const size_t tail = sizeof name - 1 + 2 * VD_SHA256_LEN + 1;
  uint8_t digest[VD_SHA256_LEN], written[VD_SHA256_LEN];
  if (len < tail || memcmp(text + len - tail, name, sizeof name - 1) != 0 || text[len - 1] != '\n') return false;
  if (!vd_hex_decode(written, sizeof written, text + len - 1 - 2 * sizeof written, 2 * sizeof written)) return false;
  return vd_sha256(digest, text, len - tail, NULL) == VD_OK && memcmp(digest, written, sizeof digest) == 0;
}

enum vd_error ctl_audit_state_read(struct ctl_audit_state *state, const char *vkey, struct frag_context *context,
                                   struct ctl_audit_keys *keys, const char *text, size_t len,
                                   struct vd_failure *failure) {
  struct lines lines = {.rest = text, .len = len, .is_bad = !is_whole(text, len)};
  *state = (struct ctl_audit_state){0};
  (void)line(&lines, FORMAT);
  struct frag_slice owner = line(&lines, "vkey: ");
  if (!lines.is_bad && (owner.len != strlen(vkey) || memcmp(owner.data, vkey, owner.len) != 0)) {
    return vd_fail(failure, VD_CONFLICT, "the state is that of another log, %.*s; choose another --state",
                   (int)owner.len, (const char *)owner.data);
  }
  read_numbers(&lines, state);
  enum vd_error error = read_runs(&lines, keys, failure);
  read_rows(&lines, &state->tree);
  read_note(&lines, context, state);
  if (error != VD_OK) return error;
  bool fits = state->tree.size == keys->first && state->tree.size <= state->note_size;
  if (!lines.is_bad && fits) return VD_OK;
  return vd_fail(failure, VD_DATA, "the audit's state is damaged; begin with a new --state folder");
}
