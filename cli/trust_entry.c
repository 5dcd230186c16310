#include "trust_entry.h"

#include <string.h>

struct frag_slice ctl_trust_entry_text(const char *text) {
  return (struct frag_slice){.data = (const uint8_t *)text, .len = strlen(text)};
}

static bool has_language(const struct ctl_trust_entry *entry, const char *language, size_t len) {
  for (size_t i = 0; i < entry->key.name_count; i++) {
    if (entry->names[i].language.len == len && memcmp(entry->names[i].language.data, language, len) == 0) return true;
  }
  return false;
}

/* "km=…" → language and name in NFC. */
static enum vd_error take_name(struct frag_context *context, struct ctl_trust_entry *entry, const char *given,
                               struct vd_failure *failure) {
  size_t i = entry->key.name_count, language_len = strcspn(given, "="), len = 0;
  int shown_len = (int)(language_len < 64 ? language_len : 64);
  if (given[language_len] != '=' || language_len == 0) {
    return vd_fail(failure, VD_USAGE, "--name must be a language and a name, such as en=\"Ministry of Education\"");
  }
  if (has_language(entry, given, language_len)) {
    return vd_fail(failure, VD_USAGE, "--name %.*s is given twice; keep one", shown_len, given);
  }
  frag_error error = frag_text_normalize(context, entry->name_texts[i], FRAG_ISSUER_NAME_MAX, &len,
                                         ctl_trust_entry_text(given + language_len + 1));
  if (error != FRAG_OK) return vd_fail_frag(failure, error, "--name %.*s", shown_len, given);
  entry->names[i].language = (struct frag_slice){.data = (const uint8_t *)given, .len = language_len};
  entry->names[i].name = (struct frag_slice){.data = entry->name_texts[i], .len = len};
  entry->key.name_count = i + 1;
  return VD_OK;
}

enum vd_error ctl_trust_entry_names(struct frag_context *context, struct ctl_trust_entry *entry,
                                    const struct ctl_list *given, struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  entry->key.names = entry->names;
  entry->key.name_count = 0;
  for (size_t i = 0; error == VD_OK && i < given->count; i++) {
    error = take_name(context, entry, given->items[i], failure);
  }
  return error;
}

void ctl_trust_entry_types(struct ctl_trust_entry *entry, const struct ctl_list *given) {
  for (size_t i = 0; i < given->count; i++) entry->types[i] = ctl_trust_entry_text(given->items[i]);
  entry->key.types = entry->types;
  entry->key.type_count = given->count;
}

enum vd_error ctl_trust_entry_check_times(const struct ctl_trust_entry *entry, struct vd_failure *failure) {
  if (entry->key.not_after_s >= entry->key.not_before_s) return VD_OK;
  return vd_fail(failure, VD_USAGE, "--not-after is before --not-before");
}
