#include "batch.h"

#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/file.h"
#include "base/context.h"
#include "file_name.h"
#include "parallel.h"
#include "picture/qr_png.h"
#include "picture/qr_svg.h"
#include "progress.h"

#define CHUNK_ROWS_MAX 2048
#define CHUNK_BYTES_MAX ((size_t)64 << 20)

/* What one thread works with. */
struct worker {
  struct frag_context *context;
  struct vd_qr qr;
  struct vd_output picture;
};

/* The rows that are being issued. Secret: payloads. */
struct chunk {
  const struct ctl_batch *batch;
  struct ctl_progress *progress;
  size_t first, count; /* rows */
  size_t record_len;   /* bytes of one fragment record */
  uint8_t (*payloads)[FRAG_PAYLOAD_LEN];
  uint8_t *records;    /* for each row fragment_count records */
  struct vd_store_item *items;
};

static size_t row_bytes(const struct chunk *chunk) { return chunk->record_len * chunk->batch->common.fragment_count; }

static enum vd_error fail_row(const struct chunk *chunk, size_t index, frag_error error, struct vd_failure *failure) {
  size_t number = ctl_rows_number(chunk->batch->rows, chunk->first + index);
  return vd_fail_frag(failure, error, "row %zu cannot be issued", number);
}

static enum vd_error seal(void *shared, void *state, size_t index, struct vd_failure *failure) {
  struct chunk *chunk = shared;
  struct worker *worker = state;
  const struct ctl_batch *batch = chunk->batch;
  struct frag_document document;
  ctl_rows_document(batch->rows, chunk->first + index, &document);
  frag_error error = frag_rid(worker->context, document.rid, batch->status_key, batch->common.realm, document.issuer,
                              document.type, document.serial, document.issue_no);
  if (error == FRAG_OK) {
    error = frag_issue(worker->context, chunk->payloads[index], chunk->records + index * row_bytes(chunk),
                       row_bytes(chunk), &batch->common, batch->key, &document);
  }
  vd_wipe(&document, sizeof document);
  return error == FRAG_OK ? VD_OK : fail_row(chunk, index, error, failure);
}

/* What to do about an operator that stays away, or stops half-way. */
static enum vd_error fail_ledger(const struct chunk *chunk, unsigned ledger, const struct ctl_ledger_put *put,
                                 const struct vd_failure *why, struct vd_failure *failure) {
  const struct ctl_operator *operator = &chunk->batch->sink->operators->items[ledger];
  char label[CTL_OPERATOR_LABEL_SIZE];
  ctl_operators_label(label, operator);
  if (put->has_position && put->position < chunk->count) {
    size_t number = ctl_rows_number(chunk->batch->rows, chunk->first + put->position);
    return vd_fail(failure, why->code, "%s refuses row %zu: %s", label, number, why->text);
  }
  if (!operator->is_remote) return vd_fail(failure, why->code, "%s: %s", label, why->text);
  return vd_fail(failure, why->code, "%s: %s; run the same command again to continue", label, why->text);
}

static enum vd_error put_into_ledger(struct chunk *chunk, unsigned ledger, struct ctl_batch_counts *counts,
                                     struct vd_failure *failure) {
  struct ctl_ledger_put put;
  struct vd_failure why = {.code = VD_OK};
  for (size_t i = 0; i < chunk->count; i++) {
    const uint8_t *record = chunk->records + i * row_bytes(chunk) + ledger * chunk->record_len;
    chunk->items[i] = (struct vd_store_item){.kind = VD_STORE_FRAGMENT, .bytes = record, .len = chunk->record_len};
  }
  enum vd_error error = ctl_ledger_sink_put(chunk->batch->sink, ledger, chunk->items, chunk->count, &put, &why);
  counts->added += put.added;
  counts->unchanged += put.unchanged;
  return error == VD_OK ? VD_OK : fail_ledger(chunk, ledger, &put, &why, failure);
}

/* Each ledger counts for itself; the batch counts a document as new when it was new to the last one. */
static enum vd_error put_into_ledgers(struct chunk *chunk, struct ctl_batch_counts *counts,
                                      struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  struct ctl_batch_counts last = {0};
  for (unsigned ledger = 0; error == VD_OK && ledger < chunk->batch->common.fragment_count; ledger++) {
    last = (struct ctl_batch_counts){0};
    error = put_into_ledger(chunk, ledger, &last, failure);
  }
  counts->added += last.added;
  counts->unchanged += last.unchanged;
  return error;
}

static enum vd_error place(const struct chunk *chunk, struct worker *worker, size_t index, const char *extension,
                           struct vd_failure *failure) {
  char name[CTL_FILE_NAME_SIZE];
  ctl_file_name(name, ctl_rows_serial(chunk->batch->rows, chunk->first + index), extension);
  return vd_file_place(chunk->batch->folder_fd, name, worker->picture.bytes, worker->picture.len, 0600, failure);
}

static enum vd_error draw(void *shared, void *state, size_t index, struct vd_failure *failure) {
  struct chunk *chunk = shared;
  struct worker *worker = state;
  char text[CTL_PREFIX_MAX + 1 + FRAG_QR_TEXT_LEN + 1];
  size_t prefix_len = strlen(chunk->batch->prefix);
  memcpy(text, chunk->batch->prefix, prefix_len);
  text[prefix_len] = '#';
  frag_qr_text(text + prefix_len + 1, chunk->payloads[index]);
  enum vd_error error = vd_qr_encode(text, strlen(text), VD_QR_LEVEL_Q, &worker->qr, failure);
  vd_wipe(text, sizeof text);
  vd_output_clear(&worker->picture);
  if (error == VD_OK) error = vd_qr_png_write(&worker->qr, &worker->picture, failure);
  if (error == VD_OK) error = place(chunk, worker, index, ".png", failure);
  vd_output_clear(&worker->picture);
  if (error == VD_OK) error = vd_qr_svg_write(&worker->qr, &worker->picture, failure);
  if (error == VD_OK) error = place(chunk, worker, index, ".svg", failure);
  vd_qr_wipe(&worker->qr);
  vd_output_clear(&worker->picture);
  return error;
}

static void show_progress(void *shared, size_t done) {
  struct chunk *chunk = shared;
  ctl_progress_update(chunk->progress, chunk->first + done);
}

static enum vd_error issue_chunk(struct chunk *chunk, void *const workers[], struct ctl_batch_counts *counts,
                                 struct vd_failure *failure) {
  unsigned threads = chunk->batch->workers;
  enum vd_error error = ctl_parallel(threads, workers, chunk->count, seal, NULL, chunk, failure);
  if (error == VD_OK) error = put_into_ledgers(chunk, counts, failure);
  if (error == VD_OK) error = ctl_parallel(threads, workers, chunk->count, draw, show_progress, chunk, failure);
  return error;
}

static enum vd_error issue_rows(struct chunk *chunk, size_t chunk_rows, void *const workers[],
                                struct ctl_batch_counts *counts, struct vd_failure *failure) {
  size_t rows = chunk->batch->rows->table->rows;
  enum vd_error error = VD_OK;
  for (; error == VD_OK && chunk->first < rows; chunk->first += chunk->count) {
    size_t left = rows - chunk->first;
    chunk->count = left < chunk_rows ? left : chunk_rows;
    error = issue_chunk(chunk, workers, counts, failure);
    vd_wipe(chunk->payloads, chunk_rows * sizeof *chunk->payloads);
  }
  return error;
}

static void free_workers(struct worker *workers, unsigned count) {
  for (unsigned i = 0; workers != NULL && i < count; i++) {
    frag_context_free(workers[i].context);
    vd_output_free(&workers[i].picture);
    vd_qr_wipe(&workers[i].qr);
  }
  free(workers);
}

static enum vd_error make_workers(struct worker **workers, void *states[], unsigned count, struct vd_failure *failure) {
  *workers = calloc(count, sizeof **workers);
  if (*workers == NULL) return vd_fail(failure, VD_MEMORY, "no memory for %u threads", count);
  for (unsigned i = 0; i < count; i++) {
    states[i] = &(*workers)[i];
    enum vd_error error = vd_context_new(&(*workers)[i].context, failure);
    if (error != VD_OK) return error;
  }
  return VD_OK;
}

enum vd_error ctl_batch_run(const struct ctl_batch *batch, struct ctl_batch_counts *counts,
                            struct vd_failure *failure) {
  struct ctl_progress progress;
  struct worker *workers = NULL;
  void *states[CTL_WORKERS_MAX];
  struct chunk chunk = {.batch = batch, .progress = &progress,
                        .record_len = FRAG_RECORD_LEN(batch->common.fragment_count, batch->common.plaintext_len)};
  size_t chunk_rows = CHUNK_BYTES_MAX / row_bytes(&chunk);
  if (chunk_rows > CHUNK_ROWS_MAX) chunk_rows = CHUNK_ROWS_MAX;
  *counts = (struct ctl_batch_counts){0};
  enum vd_error error = make_workers(&workers, states, batch->workers, failure);
  if (error != VD_OK) goto done;
  chunk.payloads = calloc(chunk_rows, sizeof *chunk.payloads);
  chunk.records = malloc(chunk_rows * row_bytes(&chunk));
  chunk.items = calloc(chunk_rows, sizeof *chunk.items);
  if (chunk.payloads == NULL || chunk.records == NULL || chunk.items == NULL) {
    error = vd_fail(failure, VD_MEMORY, "no memory for %zu documents at a time", chunk_rows);
    goto done;
  }
  ctl_progress_begin(&progress, "issuing", batch->rows->table->rows);
  error = issue_rows(&chunk, chunk_rows, states, counts, failure);
  ctl_progress_end(&progress, error == VD_OK);
done:
  free_workers(workers, batch->workers);
  free(chunk.payloads);
  free(chunk.records);
  free(chunk.items);
  return error;
}
