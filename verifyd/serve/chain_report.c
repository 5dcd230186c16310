#include "serve/chain_report.h"

#include <inttypes.h>
#include <stdio.h>

/* One operator's log on one chain. */
struct row {
  unsigned operator;
  const struct vd_chain_settings *chain;
  struct vd_anchors_view view;
};

/* Calls for each track that there is. */
static void for_each(const struct vd_service *service, void (*call)(const struct row *row, void *context),
                     void *context) {
  const struct vd_settings *settings = service->settings;
  for (size_t i = 0; i < settings->operators_count; i++)
    for (size_t j = 0; j < settings->operators[i].anchored_count; j++) {
      struct row row = {.operator= settings->operators[i].number,
                        .chain = &settings->chains[settings->operators[i].anchored[j].chain]};
      size_t track = service->chain_tracks->tracks[i][j];
      if (track == VD_CHAIN_TRACK_NONE) continue;
      vd_anchors_look(service->anchors, track, &row.view);
      call(&row, context);
    }
}

/* --- lines --- */

struct lines {
  uint64_t now_s;
  struct vd_buffer *out;
};

static void put_line(const struct row *row, void *context) {
  const struct lines *lines = context;
  const struct vd_anchors_view *view = &row->view;
  char line[256], seen[96] = "not seen yet";
  if (view->seen_time_s > 0)
    (void)snprintf(seen, sizeof seen, "seen up to block %" PRIu64 ", %" PRIu64 " s old", view->seen_number,
                   lines->now_s > view->seen_time_s ? lines->now_s - view->seen_time_s : 0);
  (void)snprintf(line, sizeof line,
                 "anchors of operator %u on %s: %" PRIu64 ", the last of %" PRIu64 " entries; %s%s\n", row->operator,
                 row->chain->name, view->count, view->last.size, seen,
                 view->is_refused ? "; REFUSED: its log does not continue what it anchored" : "");
  vd_buffer_text(lines->out, line);
}

void vd_chain_report_lines(const struct vd_service *service, uint64_t now_s, struct vd_buffer *out) {
  struct lines lines = {now_s, out};
  char line[128];
  if (service->anchors == NULL) return;
  for (size_t c = 0; c < service->settings->chains_count; c++) {
    const struct vd_chain_state *chain = &service->chain_tracks->chains[c];
    if (!atomic_load(&chain->is_followed)) continue;
    (void)snprintf(line, sizeof line, "chain %s: %s\n", service->settings->chains[c].name,
                   atomic_load(&chain->is_stuck) ? "its nodes do not answer or do not agree; see the log" : "followed");
    vd_buffer_text(out, line);
  }
  for_each(service, put_line, &lines);
}

/* --- metrics --- */

static uint64_t count_of(const struct vd_anchors_view *view) { return view->count; }
static uint64_t size_of(const struct vd_anchors_view *view) { return view->last.size; }
static uint64_t unchecked_of(const struct vd_anchors_view *view) { return view->unchecked; }
static uint64_t seen_of(const struct vd_anchors_view *view) { return view->seen_time_s; }
static uint64_t refused_of(const struct vd_anchors_view *view) { return view->is_refused; }

static const struct family {
  const char *name, *help;
  uint64_t (*value)(const struct vd_anchors_view *view);
} families[] = {
    {"anchors_found", "Anchors of an operator's log that were found on a chain.", count_of},
    {"anchored_entries", "Entries of the log that the last of them covers.", size_of},
    {"anchors_unchecked", "Of these, those that the log has not been seen to continue.", unchecked_of},
    {"anchors_seen_time_seconds", "Unix time of the last final block that was looked at.", seen_of},
    {"anchors_refused", "Whether the log was seen not to continue what it anchored.", refused_of},
};

struct values {
  const struct family *family;
  struct vd_buffer *out;
};

static void put_value(const struct row *row, void *context) {
  const struct values *values = context;
  char label[96];
  (void)snprintf(label, sizeof label, "operator=\"%u\",chain=\"%s\"", row->operator, row->chain->name);
  vd_role_metrics_value(values->out, values->family->name, label, values->family->value(&row->view));
}

static void put_stuck(const struct vd_service *service, struct vd_buffer *out) {
  char label[64];
  vd_role_metrics_family(out, "chain_stuck", "gauge", "Whether a chain's nodes did not answer or did not agree.");
  for (size_t c = 0; c < service->settings->chains_count; c++) {
    const struct vd_chain_state *chain = &service->chain_tracks->chains[c];
    if (!atomic_load(&chain->is_followed)) continue;
    (void)snprintf(label, sizeof label, "chain=\"%s\"", service->settings->chains[c].name);
    vd_role_metrics_value(out, "chain_stuck", label, atomic_load(&chain->is_stuck));
  }
}

void vd_chain_report_metrics(const struct vd_service *service, struct vd_buffer *out) {
  if (service->anchors == NULL) return;
  for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
    struct values values = {&families[i], out};
    vd_role_metrics_family(out, families[i].name, "gauge", families[i].help);
    for_each(service, put_value, &values);
  }
  put_stuck(service, out);
}
