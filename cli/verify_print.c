#include "verify_print.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "base/text.h"
#include "date.h"
#include "json/explorer.h"
#include "verdict_words.h"
#include "verify/issuer_names.h"

#define INDENT 2
#define LABEL_WIDTH_MAX 32

size_t ctl_text_width(const char *text, size_t len) {
  size_t position = 0, width = 0;
  for (;;) {
    uint32_t character = vd_text_next(text, len, &position);
    if (character == VD_TEXT_END) return width;
    int columns = wcwidth((wchar_t)character);
    if (columns > 0) width += (size_t)columns;
  }
}

struct line {
  const char *label, *value;
  size_t label_len, value_len;
};

static void print_line(struct line line, size_t width) {
  size_t taken = ctl_text_width(line.label, line.label_len);
  (void)printf("%*s%.*s%*s%.*s\n", INDENT, "", (int)line.label_len, line.label,
               (int)(taken < width ? width - taken + 2 : 2), "", (int)line.value_len, line.value);
}

static const char *in_language(const struct vd_labels *labels, const char *language) {
  const char *text = labels == NULL ? NULL : vd_labels_find(labels, language);
  return text != NULL || labels == NULL ? text : vd_labels_find(labels, "en");
}

static struct line attribute_line(const struct frag_attribute *attribute, const struct vd_profile *profile,
                                  const char *language) {
  const char *name = (const char *)attribute->name.data;
  const struct vd_labels *labels = profile == NULL ? NULL : vd_profile_labels(profile, name, attribute->name.len);
  const char *label = in_language(labels, language);
  return (struct line){.label = label != NULL ? label : name,
                       .label_len = label != NULL ? strlen(label) : attribute->name.len,
                       .value = (const char *)attribute->value.data,
                       .value_len = attribute->value.len};
}

static struct line text_line(const char *label, const char *value, size_t value_len) {
  return (struct line){.label = label, .label_len = strlen(label), .value = value, .value_len = value_len};
}

static struct line issuer_line(const struct vd_verdict *verdict, const char *language) {
  struct vd_issuer_names names;
  vd_issuer_names_of_document(&names, verdict->issuer_keys, verdict->issuer_key_count, verdict->issuer_key);
  const struct frag_issuer_name *name = vd_issuer_names_find(&names, language);
  if (name == NULL) name = vd_issuer_names_find(&names, "en");
  struct frag_slice shown = name != NULL ? name->name : names.issuer;
  return text_line(ctl_verdict_words_label(CTL_LABEL_ISSUER, language), (const char *)shown.data, shown.len);
}

static void print_document(const struct vd_verdict *verdict, const struct vd_profiles *profiles, const char *language) {
  const struct frag_document *document = &verdict->document;
  const struct vd_profile *profile = vd_profiles_find(profiles, (const char *)document->type.data, document->type.len);
  const char *type = in_language(profile == NULL ? NULL : &profile->type_labels, language);
  char issued[CTL_DATE_SIZE], expires[CTL_DATE_SIZE];
  const char *end = expires;
  struct line lines[FRAG_ATTRIBUTES_MAX + 8];
  size_t count = 0, width = 0;
  ctl_date_format(issued, document->issued_s);
  if (document->has_expires) ctl_date_format(expires, document->expires_s);
  else end = ctl_verdict_words_label(CTL_LABEL_NEVER, language);
  const char *label = ctl_verdict_words_label(CTL_LABEL_DOCUMENT, language);
  lines[count++] = type != NULL ? text_line(label, type, strlen(type))
                                : text_line(label, (const char *)document->type.data, document->type.len);
  lines[count++] = issuer_line(verdict, language);
  lines[count++] = text_line(ctl_verdict_words_label(CTL_LABEL_SERIAL, language),
                             (const char *)document->serial.data, document->serial.len);
  lines[count++] = text_line(ctl_verdict_words_label(CTL_LABEL_ISSUED, language), issued, strlen(issued));
  lines[count++] = text_line(ctl_verdict_words_label(CTL_LABEL_EXPIRES, language), end, strlen(end));
  for (size_t i = 0; i < document->attribute_count; i++) {
    lines[count++] = attribute_line(&document->attributes[i], profile, language);
  }
  for (size_t i = 0; i < count; i++) {
    size_t taken = ctl_text_width(lines[i].label, lines[i].label_len);
    if (taken > width && taken <= LABEL_WIDTH_MAX) width = taken;
  }
  for (size_t i = 0; i < count; i++) print_line(lines[i], width);
}

static void print_operators(const struct vd_verdict *verdict, const char *language) {
  (void)printf(" (");
  for (size_t i = 0; i < verdict->operator_count; i++) {
    const struct vd_operator_answer *answer = &verdict->operators[i];
    const char *fault = ctl_verdict_words_fault(answer, language);
    (void)printf("%s%u %s", i == 0 ? "" : ", ", answer->number, ctl_verdict_words_operator(answer->state, language));
    if (fault != NULL) (void)printf(": %s", fault);
  }
  (void)printf(")");
}

static void print_anchor(const struct vd_operator_answer *answer, const struct vd_operator_anchor *anchor,
                         const struct vd_settings *settings, const char *language) {
  const struct vd_chain_settings *chain = vd_explorer_chain(settings, anchor->chain);
  const struct vd_anchors_item *item = &anchor->item;
  char words[CTL_VERDICT_WORDS_ANCHOR_SIZE], time[CTL_DATE_SIZE], hash[VD_EXPLORER_HASH_SIZE],
      url[VD_EXPLORER_URL_SIZE];
  ctl_verdict_words_anchor(words, anchor, language);
  (void)printf("%*s%u %s", 3 * INDENT, "", answer->number, words);
  if (anchor->cover == VD_ANCHORS_COVERED || anchor->cover == VD_ANCHORS_REFUSED) {
    ctl_date_format(time, item->block_time_s);
    vd_explorer_hash(hash, chain, item->transaction);
    (void)printf(" %s (%s %" PRIu64 ", %s %s)", time, ctl_verdict_words_label(CTL_LABEL_BLOCK, language),
                 item->block_number, ctl_verdict_words_label(CTL_LABEL_TRANSACTION, language), hash);
    if (vd_explorer_url(url, chain, item)) (void)printf(" %s", url);
  }
  (void)printf("\n");
}

static void print_anchors(const struct vd_verdict *verdict, const struct vd_settings *settings, const char *language) {
  char time[CTL_DATE_SIZE];
  if (verdict->is_anchored) {
    ctl_date_format(time, verdict->tau_s);
    (void)printf("%*s%s %s\n", 3 * INDENT, "", ctl_verdict_words_label(CTL_LABEL_EXISTED, language), time);
  }
  for (size_t i = 0; i < verdict->operator_count; i++)
    for (size_t n = 0; n < verdict->operators[i].anchor_count; n++)
      print_anchor(&verdict->operators[i], &verdict->operators[i].anchors[n], settings, language);
}

static size_t step_width(const char *language) {
  size_t width = 10;
  for (unsigned step = 0; step < VD_STEPS; step++) {
    const char *name = ctl_verdict_words_step((enum vd_step)step, language);
    size_t taken = ctl_text_width(name, strlen(name));
    if (taken > width) width = taken;
  }
  return width;
}

static void print_check(const struct vd_verdict *verdict, enum vd_step step, size_t width, const char *language) {
  const struct vd_check *check = &verdict->checks[step];
  const char *name = ctl_verdict_words_step(step, language);
  (void)printf("%*s%s%*s %s", 2 * INDENT, "", name, (int)(width - ctl_text_width(name, strlen(name))), "",
               ctl_verdict_words_state(check->state, verdict->verdict, language));
  if (check->code != FRAG_OK) (void)printf(": %s", ctl_verdict_words_code(check->code, language));
  if (step == VD_STEP_FRAGMENTS && check->state != VD_CHECK_NOT_REACHED) print_operators(verdict, language);
  (void)printf("\n");
}

/* Of a verdict that no checkpoint stands behind only the time of the check can be told. */
static void print_as_of(const struct vd_verdict *verdict, const char *language) {
  enum ctl_verdict_label label = verdict->status_as_of_s != 0 ? CTL_LABEL_AS_OF
                                 : verdict->as_of_s != 0      ? CTL_LABEL_LEDGERS_AS_OF
                                                              : CTL_LABEL_CHECKED;
  char time[CTL_DATE_SIZE];
  ctl_date_format(time, verdict->as_of_s != 0 ? verdict->as_of_s : verdict->checked_s);
  (void)printf("%*s%s %s\n", INDENT, "", ctl_verdict_words_label(label, language), time);
}

static void print_checks(const struct vd_verdict *verdict, const struct vd_settings *settings, const char *language) {
  size_t width = step_width(language);
  (void)printf("%*s%s\n", INDENT, "", ctl_verdict_words_label(CTL_LABEL_CHECKS, language));
  for (unsigned step = 0; step < VD_STEPS; step++) {
    print_check(verdict, (enum vd_step)step, width, language);
    if (step == VD_STEP_ANCHOR) print_anchors(verdict, settings, language);
  }
  print_as_of(verdict, language);
}

void ctl_verify_print(const char *source, const struct vd_verdict *verdict, const struct vd_profiles *profiles,
                      const struct vd_settings *settings, const char *language) {
  (void)printf("%s%s%s: %s (%d %s)\n", source == NULL ? "" : source, source == NULL ? "" : ": ",
               ctl_verdict_words_verdict(verdict->verdict, language), ctl_verdict_words_code(verdict->code, language),
               (int)verdict->code, frag_error_name(verdict->code));
  if (verdict->verdict == FRAG_VALID) print_document(verdict, profiles, language);
  print_checks(verdict, settings, language);
}
