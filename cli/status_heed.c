#include "status_heed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/hex.h"

struct ctl_status_last_item {
  uint8_t rid[FRAG_RID_LEN];
  uint32_t n;
};

static frag_error open_at(const struct ctl_status_scope *scope, const struct ctl_status_batch *batch,
                          const struct ctl_status_line *line, uint64_t entry_s, struct frag_statement *statement) {
  const struct frag_slice issuer = {.data = (const uint8_t *)batch->issuer, .len = strlen(batch->issuer)};
  return frag_status_open(scope->context, statement, scope->trust, issuer, batch->realm, line->rid, line->n, entry_s,
                          line->record, sizeof line->record);
}

/* Who signed it is inside: it is opened at a time at which its key was valid, whichever that is. */
static frag_error find_key(const struct ctl_status_scope *scope, const struct ctl_status_batch *batch,
                           const struct ctl_status_line *line, struct ctl_status_heed *heed) {
  const struct frag_trust_list *list = frag_trust_list(scope->trust);
  struct frag_statement statement;
  for (size_t i = 0; i < list->key_count; i++) {
    frag_error made = open_at(scope, batch, line, list->keys[i].not_before_s, &statement);
    if (made == FRAG_STATEMENT_IGNORED) continue;
    if (made != FRAG_OK) return made;
    heed->has_key = true;
    memcpy(heed->kid, statement.kid, sizeof heed->kid);
    break;
  }
  return FRAG_OK;
}

enum vd_error ctl_status_heed(const struct ctl_status_scope *scope, const struct ctl_status_batch *batch,
                              const struct ctl_status_line *line, uint64_t entry_s, struct ctl_status_heed *heed,
                              struct vd_failure *failure) {
  struct frag_statement statement;
  *heed = (struct ctl_status_heed){.is_heeded = true};
  if (line->kind == CTL_STATUS_COPY) return VD_OK;
  frag_error made = open_at(scope, batch, line, entry_s, &statement);
  if (made == FRAG_OK) return VD_OK;
  heed->is_heeded = false;
  if (made == FRAG_STATEMENT_IGNORED) made = find_key(scope, batch, line, heed);
  return made == FRAG_OK ? VD_OK : vd_fail_frag(failure, made, "a statement");
}

void ctl_status_heed_text(char text[static CTL_STATUS_HEED_TEXT_SIZE], const struct ctl_status_heed *heed) {
  char digits[2 * FRAG_KID_LEN + 1];
  vd_hex_encode(digits, heed->kid, sizeof heed->kid);
  (void)snprintf(text, CTL_STATUS_HEED_TEXT_SIZE, "is not heeded any more (key %s): say it again",
                 heed->has_key ? digits : "not in the trust list");
}

/* --- the last word --- */

static int compare(const void *left, const void *right) {
  const struct ctl_status_last_item *one = left, *other = right;
  int order = memcmp(one->rid, other->rid, sizeof one->rid);
  return order != 0 ? order : one->n < other->n ? -1 : one->n > other->n;
}

static int compare_rids(const void *key, const void *item) {
  return memcmp(key, ((const struct ctl_status_last_item *)item)->rid, FRAG_RID_LEN);
}

/* Keeps the last of each document. */
static void thin_out(struct ctl_status_last *last) {
  size_t kept = 0;
  for (size_t i = 0; i < last->count; i++) {
    bool is_same = kept > 0 && memcmp(last->items[kept - 1].rid, last->items[i].rid, FRAG_RID_LEN) == 0;
    if (is_same) kept--;
    last->items[kept++] = last->items[i];
  }
  last->count = kept;
}

enum vd_error ctl_status_last_make(struct ctl_status_last *last, const struct ctl_status_queue *queue,
                                   struct vd_failure *failure) {
  size_t lines = 0;
  for (size_t b = 0; b < queue->count; b++) lines += queue->batches[b].count;
  *last = (struct ctl_status_last){.items = calloc(lines + 1, sizeof *last->items)};
  if (last->items == NULL) return vd_fail(failure, VD_MEMORY, "no memory for %zu statements", lines);
  for (size_t b = 0; b < queue->count; b++) {
    const struct ctl_status_batch *batch = &queue->batches[b];
    for (size_t i = 0; i < batch->count; i++) {
      if (batch->lines[i].kind == CTL_STATUS_COPY) continue;
      if (ctl_status_line_is_nowhere(&batch->lines[i], batch->operators)) continue;
      struct ctl_status_last_item *item = &last->items[last->count++];
      memcpy(item->rid, batch->lines[i].rid, sizeof item->rid);
      item->n = batch->lines[i].n;
    }
  }
  if (last->count > 1) qsort(last->items, last->count, sizeof *last->items, compare);
  thin_out(last);
  return VD_OK;
}

bool ctl_status_last_is(const struct ctl_status_last *last, const struct ctl_status_line *line) {
  if (line->kind == CTL_STATUS_COPY || last->count == 0) return false;
  const struct ctl_status_last_item *item =
      bsearch(line->rid, last->items, last->count, sizeof *last->items, compare_rids);
  return item != NULL && item->n == line->n;
}

void ctl_status_last_free(struct ctl_status_last *last) {
  if (last->items != NULL) vd_wipe(last->items, last->count * sizeof *last->items);
  free(last->items);
  *last = (struct ctl_status_last){0};
}
