#include "json/answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/crypto.h"
#include "json/writer.h"

#define JSON_EXACT_MAX ((UINT64_C(1) << 53) - 1)
#define TIME_MAX_S UINT64_C(253402300799) /* 9999-12-31T23:59:59Z */

static void put_string(struct vd_writer *writer, const char *name, const char *value) {
  vd_writer_name(writer, name);
  vd_writer_string(writer, value);
}

static void put_slice(struct vd_writer *writer, const char *name, struct frag_slice value) {
  vd_writer_name(writer, name);
  vd_writer_text(writer, (const char *)value.data, value.len);
}

static void put_null(struct vd_writer *writer, const char *name) {
  vd_writer_name(writer, name);
  vd_writer_null(writer);
}

static void put_number(struct vd_writer *writer, const char *name, uint64_t value) {
  char text[32];
  vd_writer_name(writer, name);
  if (value <= JSON_EXACT_MAX) {
    vd_writer_number(writer, value);
  } else {
    (void)snprintf(text, sizeof text, "%" PRIu64, value);
    vd_writer_string(writer, text);
  }
}

/* RFC 3339 section 5.6, in UTC. */
static void put_time(struct vd_writer *writer, const char *name, uint64_t time_s) {
  char text[64] = "";
  struct tm parts;
  time_t seconds = (time_t)(time_s < TIME_MAX_S ? time_s : TIME_MAX_S);
  if (gmtime_r(&seconds, &parts) == NULL) {
    writer->has_failed = true;
    return;
  }
  (void)snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", parts.tm_year + 1900, parts.tm_mon + 1,
                 parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
  put_string(writer, name, text);
}

/* 0: there is none. */
static void put_time_or_null(struct vd_writer *writer, const char *name, uint64_t time_s) {
  if (time_s != 0) {
    put_time(writer, name, time_s);
  } else {
    put_null(writer, name);
  }
}

static void put_code(struct vd_writer *writer, frag_error code) {
  put_number(writer, "code", (uint64_t)code);
  put_string(writer, "name", frag_error_name(code));
}

static void put_labels(struct vd_writer *writer, const char *name, const struct vd_labels *labels) {
  vd_writer_name(writer, name);
  vd_writer_open(writer, '{');
  for (size_t at = 0; labels != NULL && at < labels->count; at++)
    put_string(writer, labels->items[at].language, labels->items[at].text);
  vd_writer_close(writer, '}');
}

static void put_document(struct vd_writer *writer, const struct frag_document *document,
                         const struct vd_profile *profile) {
  vd_writer_name(writer, "document");
  vd_writer_open(writer, '{');
  put_slice(writer, "type", document->type);
  put_labels(writer, "type_labels", profile != NULL ? &profile->type_labels : NULL);
  put_slice(writer, "serial", document->serial);
  put_number(writer, "issue_no", document->issue_no);
  put_time(writer, "issued", document->issued_s);
  if (document->has_expires) {
    put_time(writer, "expires", document->expires_s);
  } else {
    put_null(writer, "expires");
  }
  vd_writer_close(writer, '}');
}

static void put_attributes(struct vd_writer *writer, const struct frag_document *document,
                           const struct vd_profile *profile) {
  vd_writer_name(writer, "attributes");
  vd_writer_open(writer, '[');
  for (size_t at = 0; at < document->attribute_count; at++) {
    const struct frag_attribute *attribute = &document->attributes[at];
    const char *name = (const char *)attribute->name.data;
    vd_writer_open(writer, '{');
    put_slice(writer, "name", attribute->name);
    put_slice(writer, "value", attribute->value);
    put_labels(writer, "labels", profile != NULL ? vd_profile_labels(profile, name, attribute->name.len) : NULL);
    vd_writer_close(writer, '}');
  }
  vd_writer_close(writer, ']');
}

static void put_issuer(struct vd_writer *writer, const struct frag_trust_key *key) {
  vd_writer_name(writer, "issuer");
  vd_writer_open(writer, '{');
  put_slice(writer, "id", key->issuer);
  vd_writer_name(writer, "names");
  vd_writer_open(writer, '{');
  for (size_t at = 0; at < key->name_count; at++) {
    const struct frag_issuer_name *name = &key->names[at];
    vd_writer_name_text(writer, (const char *)name->language.data, name->language.len);
    vd_writer_text(writer, (const char *)name->name.data, name->name.len);
  }
  vd_writer_close(writer, '}');
  vd_writer_close(writer, '}');
}

static void put_log(struct vd_writer *writer, const struct vd_operator_answer *answer) {
  if (answer->log_code != FRAG_OK) {
    put_string(writer, "log", frag_error_name(answer->log_code));
  } else {
    put_null(writer, "log");
  }
  put_time_or_null(writer, "checkpoint", answer->checkpoint_time_s);
}

static void put_operators(struct vd_writer *writer, const struct vd_verdict *verdict) {
  vd_writer_name(writer, "operators");
  vd_writer_open(writer, '[');
  for (size_t at = 0; at < verdict->operator_count; at++) {
    vd_writer_open(writer, '{');
    put_number(writer, "number", verdict->operators[at].number);
    put_string(writer, "name", verdict->operators[at].name);
    put_string(writer, "state", vd_operator_state_name(verdict->operators[at].state));
    put_log(writer, &verdict->operators[at]);
    vd_writer_close(writer, '}');
  }
  vd_writer_close(writer, ']');
}

static void put_checks(struct vd_writer *writer, const struct vd_verdict *verdict) {
  vd_writer_name(writer, "checks");
  vd_writer_open(writer, '[');
  for (enum vd_step step = VD_STEP_QR; step < VD_STEPS; step++) {
    vd_writer_open(writer, '{');
    put_string(writer, "step", vd_step_name(step));
    put_string(writer, "state", vd_check_state_name(verdict->checks[step].state));
    put_code(writer, verdict->checks[step].code);
    if (step == VD_STEP_FRAGMENTS) put_operators(writer, verdict);
    vd_writer_close(writer, '}');
  }
  vd_writer_close(writer, ']');
}

/* What belongs to the holder of a valid document, and to nobody else. */
static void put_contents(struct vd_writer *writer, const struct vd_verdict *verdict,
                         const struct vd_profiles *profiles) {
  const struct frag_document *document = &verdict->document;
  const struct vd_profile *profile = NULL;
  if (profiles != NULL) profile = vd_profiles_find(profiles, (const char *)document->type.data, document->type.len);
  put_document(writer, document, profile);
  put_attributes(writer, document, profile);
  put_issuer(writer, verdict->issuer_key);
}

static void put_no_contents(struct vd_writer *writer) {
  put_null(writer, "document");
  vd_writer_name(writer, "attributes");
  vd_writer_open(writer, '[');
  vd_writer_close(writer, ']');
  put_null(writer, "issuer");
}

enum vd_error vd_answer_write(const struct vd_verdict *verdict, const struct vd_profiles *profiles, char **text,
                              size_t *len, struct vd_failure *failure) {
  struct vd_writer writer = {0};
  vd_writer_open(&writer, '{');
  put_string(&writer, "verdict", frag_verdict_name(verdict->verdict));
  put_code(&writer, verdict->code);
  if (verdict->verdict == FRAG_VALID) {
    put_contents(&writer, verdict, profiles);
  } else {
    put_no_contents(&writer);
  }
  put_checks(&writer, verdict);
  put_time_or_null(&writer, "status_as_of", verdict->status_as_of_s);
  vd_writer_close(&writer, '}');
  if (writer.has_failed) vd_writer_free(&writer);
  *text = writer.text;
  *len = writer.len;
  if (*text != NULL) return VD_OK;
  return vd_fail(failure, VD_INTERNAL,
                 "the answer cannot be written as JSON: out of memory, or a configured name is not UTF-8");
}

void vd_answer_free(char *text) {
  if (text == NULL) return;
  vd_wipe(text, strlen(text));
  free(text);
}
