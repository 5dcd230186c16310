#include "status_batch.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/hex.h"
#include "base/text.h"

#define HEADING "verifyd statements 1"
#define LINE_MAX 512 /* bytes of a line */
#define FIRST_CAPACITY 16

static const char *const kinds[] = {"copy", "revoked", "suspended", "reinstated", "superseded"};
#define KINDS (sizeof kinds / sizeof *kinds)

static const char *const reasons[] = {
  "unspecified", "keyCompromise", "cACompromise", "affiliationChanged", "superseded", "cessationOfOperation",
  "certificateHold", NULL, "removeFromCRL", "privilegeWithdrawn", "aACompromise",
};
#define REASONS (sizeof reasons / sizeof *reasons)

const char *ctl_status_kind_name(uint8_t kind) { return kind < KINDS ? kinds[kind] : "unknown"; }

const char *ctl_status_reason_name(uint8_t reason) { return reason < REASONS ? reasons[reason] : NULL; }

bool ctl_status_reason_parse(const char *word, uint8_t *reason) {
  for (uint8_t i = 0; i < REASONS; i++) {
    if (reasons[i] != NULL && strcmp(reasons[i], word) == 0) return *reason = i, true;
  }
  return false;
}

enum vd_error ctl_status_batch_add(struct ctl_status_batch *batch, const struct ctl_status_line *line,
                                   struct vd_failure *failure) {
  if (batch->count == CTL_STATUS_LINES_MAX) {
    return vd_fail(failure, VD_FULL, "more than %d statements at once", CTL_STATUS_LINES_MAX);
  }
  if (batch->count == batch->capacity) {
    size_t capacity = batch->capacity == 0 ? FIRST_CAPACITY : 2 * batch->capacity;
    struct ctl_status_line *lines = calloc(capacity, sizeof *lines);
    if (lines == NULL) return vd_fail(failure, VD_MEMORY, "no memory for %zu statements", capacity);
    if (batch->count > 0) memcpy(lines, batch->lines, batch->count * sizeof *lines);
    vd_wipe(batch->lines, batch->count * sizeof *lines);
    free(batch->lines);
    batch->lines = lines;
    batch->capacity = capacity;
  }
  batch->lines[batch->count++] = *line;
  return VD_OK;
}

bool ctl_status_line_is_replaced(const struct ctl_status_line *line, size_t operators) {
  return line->kind != CTL_STATUS_COPY && memchr(line->marks, CTL_STATUS_TAKEN, operators) != NULL;
}

bool ctl_status_line_is_unsaid(const struct ctl_status_line *line, size_t operators) {
  return memchr(line->marks, CTL_STATUS_UNSAID, operators) != NULL;
}

bool ctl_status_line_is_nowhere(const struct ctl_status_line *line, size_t operators) {
  return ctl_status_line_is_unsaid(line, operators) && memchr(line->marks, CTL_STATUS_ACKNOWLEDGED, operators) == NULL;
}

bool ctl_status_batch_extend(struct ctl_status_batch *batch, size_t operators) {
  assert(operators >= batch->operators && operators <= VD_OPERATORS_MAX);
  size_t before = batch->operators;
  for (size_t i = 0; i < batch->count; i++) {
    struct ctl_status_line *line = &batch->lines[i];
    bool is_over = ctl_status_line_is_replaced(line, before) || ctl_status_line_is_unsaid(line, before);
    memset(line->marks + before, is_over ? CTL_STATUS_WITHDRAWN : CTL_STATUS_WAITING, operators - before);
  }
  batch->operators = operators;
  return operators > before;
}

bool ctl_status_batch_waits_for(const struct ctl_status_batch *batch, size_t operator_index) {
  for (size_t i = 0; i < batch->count; i++) {
    if (batch->lines[i].marks[operator_index] == CTL_STATUS_WAITING) return true;
  }
  return false;
}

size_t ctl_status_batch_waiting(const struct ctl_status_batch *batch) {
  size_t waiting = 0;
  for (size_t i = 0; i < batch->count; i++) {
    waiting += memchr(batch->lines[i].marks, CTL_STATUS_WAITING, batch->operators) != NULL;
  }
  return waiting;
}

void ctl_status_batch_free(struct ctl_status_batch *batch) {
  vd_wipe(batch->lines, batch->count * sizeof *batch->lines);
  free(batch->lines);
  *batch = (struct ctl_status_batch){0};
}

/* --- writing --- */

static size_t write_line(char *text, const struct ctl_status_line *line, size_t operators) {
  char rid[2 * FRAG_RID_LEN + 1], record[2 * FRAG_STATUS_RECORD_LEN + 1];
  vd_hex_encode(rid, line->rid, FRAG_RID_LEN);
  vd_hex_encode(record, line->record, FRAG_STATUS_RECORD_LEN);
  int len = snprintf(text, LINE_MAX, "%s %u %" PRIu32 " %" PRIu64 " %" PRIu64 " %.*s %s %s %s\n",
                     ctl_status_kind_name(line->kind), line->reason, line->n, line->issue_no, line->time_s,
                     (int)operators, line->marks, rid, record, line->serial);
  vd_wipe(rid, sizeof rid);
  return (size_t)len;
}

enum vd_error ctl_status_batch_write(const struct ctl_status_batch *batch, char **text, size_t *len,
                                     struct vd_failure *failure) {
  *text = malloc((batch->count + 1) * LINE_MAX);
  if (*text == NULL) return vd_fail(failure, VD_MEMORY, "no memory to write %zu statements", batch->count);
  *len = (size_t)snprintf(*text, LINE_MAX,
                          HEADING "\nrealm: %u\noperators: %zu\nissuer: %s\ntype: %s\nstatements: %zu\n",
                          batch->realm, batch->operators, batch->issuer, batch->type, batch->count);
  for (size_t i = 0; i < batch->count; i++) *len += write_line(*text + *len, &batch->lines[i], batch->operators);
  return VD_OK;
}

/* --- reading --- */

struct text {
  const char *at;
  size_t len;
};

/* The text up to `end`, which is passed over; false when it does not come. */
static bool take(struct text *text, char end, struct text *taken) {
  const char *found = text->len == 0 ? NULL : memchr(text->at, end, text->len);
  if (found == NULL) return false;
  *taken = (struct text){.at = text->at, .len = (size_t)(found - text->at)};
  text->len -= taken->len + 1;
  text->at = found + 1;
  return true;
}

static bool is_word(struct text text, const char *word) {
  return text.len == strlen(word) && memcmp(text.at, word, text.len) == 0;
}

static bool take_number(struct text *text, char end, uint64_t max, uint64_t *number) {
  struct text digits;
  *number = 0;
  if (!take(text, end, &digits) || digits.len == 0 || (digits.at[0] == '0' && digits.len > 1)) return false;
  for (size_t i = 0; i < digits.len; i++) {
    if (digits.at[i] < '0' || digits.at[i] > '9') return false;
    uint64_t digit = (uint64_t)(digits.at[i] - '0');
    if (*number > (max - digit) / 10) return false;
    *number = *number * 10 + digit;
  }
  return true;
}

static bool take_name(struct text *text, const char *heading, char name[static FRAG_NAME_MAX + 1]) {
  struct text word, value;
  if (!take(text, ' ', &word) || !is_word(word, heading) || !take(text, '\n', &value)) return false;
  if (value.len == 0 || value.len > FRAG_NAME_MAX || !vd_text_is_plain(value.at, value.len)) return false;
  memcpy(name, value.at, value.len);
  name[value.len] = '\0';
  return true;
}

static bool take_kind(struct text *text, uint8_t *kind) {
  struct text word;
  if (!take(text, ' ', &word)) return false;
  for (uint8_t i = 0; i < KINDS; i++) {
    if (is_word(word, kinds[i])) return *kind = i, true;
  }
  return false;
}

static bool take_marks(struct text *text, size_t operators, char *marks) {
  struct text word;
  if (!take(text, ' ', &word) || word.len != operators) return false;
  for (size_t i = 0; i < operators; i++) {
    if (strchr("-atwu", word.at[i]) == NULL || word.at[i] == '\0') return false;
    marks[i] = word.at[i];
  }
  return true;
}

static bool is_lower(struct text text) {
  for (size_t i = 0; i < text.len; i++) {
    if (text.at[i] >= 'A' && text.at[i] <= 'F') return false;
  }
  return true;
}

static bool take_bytes(struct text *text, uint8_t *bytes, size_t len) {
  struct text word;
  return take(text, ' ', &word) && is_lower(word) && vd_hex_decode(bytes, len, word.at, word.len);
}

static bool read_line(struct text *text, size_t operators, struct ctl_status_line *line) {
  uint64_t reason = 0, n = 0;
  struct text serial;
  if (!take_kind(text, &line->kind) || !take_number(text, ' ', REASONS - 1, &reason) ||
      !take_number(text, ' ', UINT32_MAX, &n) || !take_number(text, ' ', UINT64_MAX, &line->issue_no) ||
      !take_number(text, ' ', UINT64_MAX, &line->time_s) || !take_marks(text, operators, line->marks) ||
      !take_bytes(text, line->rid, sizeof line->rid) || !take_bytes(text, line->record, sizeof line->record) ||
      !take(text, '\n', &serial)) {
    return false;
  }
  line->reason = (uint8_t)reason;
  line->n = (uint32_t)n;
  if (reasons[reason] == NULL || serial.len == 0 || serial.len > FRAG_NAME_MAX) return false;
  memcpy(line->serial, serial.at, serial.len);
  return vd_text_is_plain(serial.at, serial.len);
}

static bool take_count(struct text *text, const char *heading, uint64_t max, uint64_t *count) {
  struct text word;
  return take(text, ' ', &word) && is_word(word, heading) && take_number(text, '\n', max, count);
}

static bool read_head(struct text *text, struct ctl_status_batch *batch, uint64_t *count) {
  struct text line;
  uint64_t realm = 0, operators = 0;
  if (!take(text, '\n', &line) || !is_word(line, HEADING)) return false;
  if (!take_count(text, "realm:", UINT16_MAX, &realm)) return false;
  if (!take_count(text, "operators:", VD_OPERATORS_MAX, &operators) || operators == 0) return false;
  batch->realm = (uint16_t)realm;
  batch->operators = (size_t)operators;
  return take_name(text, "issuer:", batch->issuer) && take_name(text, "type:", batch->type) &&
         take_count(text, "statements:", CTL_STATUS_LINES_MAX, count);
}

enum vd_error ctl_status_batch_read(struct ctl_status_batch *batch, const char *text, size_t len, const char *path,
                                    struct vd_failure *failure) {
  struct text rest = {.at = text, .len = len};
  enum vd_error error = VD_OK;
  uint64_t count = 0;
  bool is_right = read_head(&rest, batch, &count);
  while (error == VD_OK && is_right && rest.len > 0) {
    struct ctl_status_line line = {0};
    is_right = read_line(&rest, batch->operators, &line);
    if (is_right) error = ctl_status_batch_add(batch, &line, failure);
    vd_wipe(&line, sizeof line);
  }
  if (error == VD_OK && (!is_right || batch->count != count)) {
    error = vd_fail(failure, VD_DATA, "%s: statement %zu is not as verifyctl wrote it; restore the file", path,
                    batch->count + 1);
  }
  if (error != VD_OK) ctl_status_batch_free(batch);
  return error;
}
