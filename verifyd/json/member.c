#include "json/member.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define JSON_EXACT_MAX ((UINT64_C(1) << 53) - 1)
#define TIME_MAX_S UINT64_C(253402300799) /* 9999-12-31T23:59:59Z */

void vd_member_string(struct vd_writer *writer, const char *name, const char *value) {
  vd_writer_name(writer, name);
  vd_writer_string(writer, value);
}

void vd_member_slice(struct vd_writer *writer, const char *name, struct frag_slice value) {
  vd_writer_name(writer, name);
  vd_writer_text(writer, (const char *)value.data, value.len);
}

void vd_member_boolean(struct vd_writer *writer, const char *name, bool value) {
  vd_writer_name(writer, name);
  vd_writer_boolean(writer, value);
}

void vd_member_null(struct vd_writer *writer, const char *name) {
  vd_writer_name(writer, name);
  vd_writer_null(writer);
}

void vd_member_number(struct vd_writer *writer, const char *name, uint64_t value) {
  char text[32];
  vd_writer_name(writer, name);
  if (value <= JSON_EXACT_MAX) {
    vd_writer_number(writer, value);
  } else {
    (void)snprintf(text, sizeof text, "%" PRIu64, value);
    vd_writer_string(writer, text);
  }
}

void vd_member_time(struct vd_writer *writer, const char *name, uint64_t time_s) {
  char text[64] = "";
  struct tm parts;
  time_t seconds = (time_t)(time_s < TIME_MAX_S ? time_s : TIME_MAX_S);
  if (gmtime_r(&seconds, &parts) == NULL) {
    writer->has_failed = true;
    return;
  }
  (void)snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", parts.tm_year + 1900, parts.tm_mon + 1,
                 parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
  vd_member_string(writer, name, text);
}

void vd_member_time_or_null(struct vd_writer *writer, const char *name, uint64_t time_s) {
  if (time_s != 0) {
    vd_member_time(writer, name, time_s);
  } else {
    vd_member_null(writer, name);
  }
}

void vd_member_labels(struct vd_writer *writer, const char *name, const struct vd_labels *labels) {
  vd_writer_name(writer, name);
  vd_writer_open(writer, '{');
  for (size_t at = 0; labels != NULL && at < labels->count; at++)
    vd_member_string(writer, labels->items[at].language, labels->items[at].text);
  vd_writer_close(writer, '}');
}

void vd_member_issuer_names(struct vd_writer *writer, const char *name, const struct vd_issuer_names *names) {
  vd_writer_name(writer, name);
  vd_writer_open(writer, '{');
  for (size_t at = 0; at < names->count; at++) {
    const struct frag_issuer_name *entry = &names->items[at];
    vd_writer_name_text(writer, (const char *)entry->language.data, entry->language.len);
    vd_writer_text(writer, (const char *)entry->name.data, entry->name.len);
  }
  vd_writer_close(writer, '}');
}
