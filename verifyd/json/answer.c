#include "json/answer.h"

#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "json/explorer.h"
#include "json/member.h"

_Static_assert(VD_VERIFY_ANCHORS_MAX >= VD_LOG_CHAINS_MAX, "every chain of a log is told");

static void put_code(struct vd_writer *writer, frag_error code) {
  vd_member_number(writer, "code", (uint64_t)code);
  vd_member_string(writer, "name", frag_error_name(code));
}

static void put_document(struct vd_writer *writer, const struct frag_document *document,
                         const struct vd_profile *profile) {
  vd_writer_name(writer, "document");
  vd_writer_open(writer, '{');
  vd_member_slice(writer, "type", document->type);
  vd_member_labels(writer, "type_labels", profile != NULL ? &profile->type_labels : NULL);
  vd_member_slice(writer, "serial", document->serial);
  vd_member_number(writer, "issue_no", document->issue_no);
  vd_member_time(writer, "issued", document->issued_s);
  if (document->has_expires) {
    vd_member_time(writer, "expires", document->expires_s);
  } else {
    vd_member_null(writer, "expires");
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
    vd_member_slice(writer, "name", attribute->name);
    vd_member_slice(writer, "value", attribute->value);
    vd_member_labels(writer, "labels", profile != NULL ? vd_profile_labels(profile, name, attribute->name.len) : NULL);
    vd_writer_close(writer, '}');
  }
  vd_writer_close(writer, ']');
}

static void put_issuer(struct vd_writer *writer, const struct vd_verdict *verdict) {
  struct vd_issuer_names names;
  vd_issuer_names_of_document(&names, verdict->issuer_keys, verdict->issuer_key_count, verdict->issuer_key);
  vd_writer_name(writer, "issuer");
  vd_writer_open(writer, '{');
  vd_member_slice(writer, "id", names.issuer);
  vd_member_issuer_names(writer, "names", &names);
  vd_writer_close(writer, '}');
}

static void put_log(struct vd_writer *writer, const struct vd_operator_answer *answer) {
  if (answer->log_code != FRAG_OK) {
    vd_member_string(writer, "log", frag_error_name(answer->log_code));
  } else {
    vd_member_null(writer, "log");
  }
  vd_member_time_or_null(writer, "checkpoint", answer->checkpoint_time_s);
}

static void put_hash(struct vd_writer *writer, const char *name, const struct vd_chain_settings *chain,
                     const uint8_t hash[static 32]) {
  char text[VD_EXPLORER_HASH_SIZE];
  vd_explorer_hash(text, chain, hash);
  vd_member_string(writer, name, text);
}

static void put_anchor_item(struct vd_writer *writer, const struct vd_chain_settings *chain,
                            const struct vd_anchors_item *item) {
  char url[VD_EXPLORER_URL_SIZE];
  put_hash(writer, "transaction", chain, item->transaction);
  vd_member_number(writer, "block", item->block_number);
  put_hash(writer, "block_hash", chain, item->block_hash);
  vd_member_time(writer, "time", item->block_time_s);
  vd_member_number(writer, "covers", item->size);
  if (vd_explorer_url(url, chain, item)) {
    vd_member_string(writer, "url", url);
  } else {
    vd_member_null(writer, "url");
  }
}

static void put_anchors(struct vd_writer *writer, const struct vd_operator_answer *answer,
                        const struct vd_settings *settings) {
  static const char *const members[] = {"transaction", "block", "block_hash", "time", "covers", "url"};
  vd_writer_name(writer, "anchors");
  vd_writer_open(writer, '[');
  for (size_t at = 0; at < answer->anchor_count; at++) {
    const struct vd_operator_anchor *anchor = &answer->anchors[at];
    bool has_item = anchor->cover == VD_ANCHORS_COVERED || anchor->cover == VD_ANCHORS_REFUSED;
    vd_writer_open(writer, '{');
    vd_member_string(writer, "chain", anchor->chain);
    vd_member_string(writer, "state", vd_anchor_cover_name(anchor->cover));
    if (has_item) put_anchor_item(writer, vd_explorer_chain(settings, anchor->chain), &anchor->item);
    for (size_t i = 0; i < sizeof members / sizeof *members && !has_item; i++) vd_member_null(writer, members[i]);
    vd_writer_close(writer, '}');
  }
  vd_writer_close(writer, ']');
}

static void put_existed_by(struct vd_writer *writer, const struct vd_verdict *verdict) {
  if (verdict->tau_s == 0) {
    vd_member_null(writer, "existed_by");
    return;
  }
  vd_writer_name(writer, "existed_by");
  vd_writer_open(writer, '{');
  vd_member_time(writer, "time", verdict->tau_s);
  vd_member_boolean(writer, "anchored", verdict->is_anchored);
  vd_writer_close(writer, '}');
}

static void put_operators(struct vd_writer *writer, const struct vd_verdict *verdict,
                          const struct vd_settings *settings) {
  vd_writer_name(writer, "operators");
  vd_writer_open(writer, '[');
  for (size_t at = 0; at < verdict->operator_count; at++) {
    vd_writer_open(writer, '{');
    vd_member_number(writer, "number", verdict->operators[at].number);
    vd_member_string(writer, "name", verdict->operators[at].name);
    vd_member_string(writer, "state", vd_operator_state_name(verdict->operators[at].state));
    put_log(writer, &verdict->operators[at]);
    vd_member_boolean(writer, "withholds", verdict->operators[at].withholds);
    put_anchors(writer, &verdict->operators[at], settings);
    vd_writer_close(writer, '}');
  }
  vd_writer_close(writer, ']');
}

static void put_checks(struct vd_writer *writer, const struct vd_verdict *verdict, const struct vd_settings *settings) {
  vd_writer_name(writer, "checks");
  vd_writer_open(writer, '[');
  for (enum vd_step step = VD_STEP_QR; step < VD_STEPS; step++) {
    vd_writer_open(writer, '{');
    vd_member_string(writer, "step", vd_step_name(step));
    vd_member_string(writer, "state", vd_check_state_name(verdict->checks[step].state));
    put_code(writer, verdict->checks[step].code);
    if (step == VD_STEP_FRAGMENTS) put_operators(writer, verdict, settings);
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
  put_issuer(writer, verdict);
}

static void put_no_contents(struct vd_writer *writer) {
  vd_member_null(writer, "document");
  vd_writer_name(writer, "attributes");
  vd_writer_open(writer, '[');
  vd_writer_close(writer, ']');
  vd_member_null(writer, "issuer");
}

enum vd_error vd_answer_write(const struct vd_verdict *verdict, const struct vd_profiles *profiles,
                              const struct vd_settings *settings, char **text, size_t *len,
                              struct vd_failure *failure) {
  struct vd_writer writer = {0};
  vd_writer_open(&writer, '{');
  vd_member_string(&writer, "verdict", frag_verdict_name(verdict->verdict));
  put_code(&writer, verdict->code);
  if (verdict->verdict == FRAG_VALID) {
    put_contents(&writer, verdict, profiles);
  } else {
    put_no_contents(&writer);
  }
  put_checks(&writer, verdict, settings);
  put_existed_by(&writer, verdict);
  vd_member_time_or_null(&writer, "as_of", verdict->as_of_s);
  vd_member_time_or_null(&writer, "status_as_of", verdict->status_as_of_s);
  vd_member_time(&writer, "checked", verdict->checked_s);
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
