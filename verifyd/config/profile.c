#include "profile.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "config.h"

static bool only(const char *text, const char *allowed) { return text[strspn(text, allowed)] == '\0'; }

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT "0123456789"

static void read_labels(struct vd_section section, const char *key, struct vd_labels *labels) {
  struct vd_section group = vd_config_group(section, key, VD_OPTIONAL);
  size_t count = vd_config_count(group);
  if (count > VD_LANGUAGES_MAX) {
    vd_config_refuse(section, key, "has more than %d languages; remove some", VD_LANGUAGES_MAX);
    return;
  }
  for (size_t i = 0; i < count; i++) {
    const char *language = vd_config_key_at(group, i);
    if (language == NULL) return;
    size_t len = strlen(language);
    if (len < 2 || len >= VD_LANGUAGE_SIZE || !only(language, LOWER)) {
      vd_config_refuse(group, language, "is not a language tag such as km, en or fr");
      return;
    }
    struct vd_label *label = &labels->items[i];
    memcpy(label->language, language, len + 1);
    vd_config_text(group, language, VD_REQUIRED, label->text, sizeof label->text);
    labels->count = i + 1;
  }
}

static void read_validity(struct vd_section root, struct vd_profile *profile) {
  static const char *const keys[] = {"years", "expires_column", NULL};
  if (!vd_config_has(root, "validity")) return;
  struct vd_section validity = vd_config_group(root, "validity", VD_REQUIRED);
  vd_config_keys(validity, keys);
  bool years = vd_config_has(validity, "years");
  if (years == vd_config_has(validity, "expires_column")) {
    vd_config_refuse(root, "validity", "must have either years or expires_column; without an end, leave validity out");
    return;
  }
  profile->validity = years ? VD_VALIDITY_YEARS : VD_VALIDITY_COLUMN;
  vd_config_number(validity, "years", VD_OPTIONAL, 1, 200, &profile->validity_years);
  vd_config_text(validity, "expires_column", VD_OPTIONAL, profile->expires_column, sizeof profile->expires_column);
}

static void refuse_repeats(struct vd_section section, const struct vd_profile *profile,
                           const struct vd_profile_attribute *added) {
  for (size_t i = 0; i < profile->attributes_count; i++) {
    const struct vd_profile_attribute *other = &profile->attributes[i];
    if (strcmp(other->name, added->name) == 0) {
      vd_config_refuse(section, "name", "\"%s\" is used twice; every attribute needs a name of its own", added->name);
    } else if (strcmp(other->column, added->column) == 0) {
      vd_config_refuse(section, "column", "\"%s\" already feeds the attribute \"%s\"; remove one of them",
                       added->column, other->name);
    }
  }
}

static void read_attribute(struct vd_section section, struct vd_profile *profile) {
  static const char *const keys[] = {"name", "column", "required", "labels", NULL};
  struct vd_profile_attribute *attribute = &profile->attributes[profile->attributes_count];
  vd_config_keys(section, keys);
  vd_config_text(section, "name", VD_REQUIRED, attribute->name, sizeof attribute->name);
  vd_config_text(section, "column", VD_REQUIRED, attribute->column, sizeof attribute->column);
  vd_config_flag(section, "required", VD_OPTIONAL, &attribute->required);
  read_labels(section, "labels", &attribute->labels);
  if (!only(attribute->name, LOWER UPPER DIGIT "_-.")) {
    vd_config_refuse(section, "name", "may have letters a-z, digits, _ - and . only; other scripts belong in labels");
  }
  refuse_repeats(section, profile, attribute);
  profile->attributes_count++;
}

static void read_attributes(struct vd_section root, struct vd_profile *profile) {
  struct vd_section list = vd_config_list(root, "attributes", VD_REQUIRED, VD_ATTRIBUTES_MAX);
  size_t count = vd_config_count(list);
  if (count == 0) vd_config_refuse(root, "attributes", "is empty; a document needs at least one attribute");
  for (size_t i = 0; i < count; i++) read_attribute(vd_config_element(list, i), profile);
}

/* A column that is used and ignored at once is a slip that would hide an attribute or show it. */
static void read_ignored(struct vd_section root, struct vd_profile *profile) {
  struct vd_section list = vd_config_list(root, "ignored_columns", VD_OPTIONAL, VD_IGNORED_COLUMNS_MAX);
  size_t count = vd_config_count(list);
  for (size_t i = 0; i < count; i++) {
    char *column = profile->ignored_columns[i];
    vd_config_element_text(list, i, column, VD_COLUMN_SIZE);
    bool used = strcmp(column, profile->serial_column) == 0 || strcmp(column, profile->expires_column) == 0;
    for (size_t a = 0; a < profile->attributes_count; a++) used |= strcmp(column, profile->attributes[a].column) == 0;
    if (used) {
      vd_config_refuse(root, "ignored_columns", "\"%s\" is used elsewhere in this profile; remove one of them", column);
    }
  }
  profile->ignored_columns_count = count;
}

static void read_profile(struct vd_section root, struct vd_profile *profile) {
  static const char *const keys[] = {"type",       "type_labels", "serial", "validity", "plaintext_bytes",
                                     "attributes", "ignored_columns", NULL};
  static const char *const serial_keys[] = {"column", NULL};
  unsigned plaintext_bytes = 0;
  vd_config_keys(root, keys);
  vd_config_text(root, "type", VD_REQUIRED, profile->type, sizeof profile->type);
  if (!only(profile->type, LOWER DIGIT ".-/")) {
    vd_config_refuse(root, "type", "may have a-z, digits, . - and / only, for example school-leaving/bac2");
  }
  read_labels(root, "type_labels", &profile->type_labels);
  struct vd_section serial = vd_config_group(root, "serial", VD_REQUIRED);
  vd_config_keys(serial, serial_keys);
  vd_config_text(serial, "column", VD_REQUIRED, profile->serial_column, sizeof profile->serial_column);
  read_validity(root, profile);
  vd_config_number(root, "plaintext_bytes", VD_OPTIONAL, 128, 32768, &plaintext_bytes);
  if (plaintext_bytes % 64 != 0) {
    vd_config_refuse(root, "plaintext_bytes", "must be a multiple of 64; the next is %u",
                     (plaintext_bytes + 63) / 64 * 64);
  }
  profile->plaintext_bytes = plaintext_bytes;
  read_attributes(root, profile);
  read_ignored(root, profile);
}

enum vd_error vd_profile_parse(const char *text, size_t len, const char *name, struct vd_profile *profile,
                               struct vd_failure *failure) {
  struct vd_config *config = NULL;
  memset(profile, 0, sizeof *profile);
  enum vd_error error = vd_config_parse(text, len, name, &config, failure);
  if (error != VD_OK) return error;
  read_profile(vd_config_root(config), profile);
  error = vd_config_result(config, failure);
  vd_config_free(config);
  return error;
}

enum vd_error vd_profile_read(const char *path, struct vd_profile *profile, struct vd_failure *failure) {
  struct vd_bytes file;
  enum vd_error error = vd_file_read(path, VD_CONFIG_FILE_MAX, &file, failure);
  if (error != VD_OK) {
    return error == VD_FULL ? vd_fail(failure, VD_CONFIG, "%s is too large for a profile", path) : error;
  }
  error = vd_profile_parse((const char *)file.data, file.len, path, profile, failure);
  vd_bytes_free(&file);
  return error;
}

const char *vd_labels_find(const struct vd_labels *labels, const char *language) {
  for (size_t i = 0; i < labels->count; i++) {
    if (strcmp(labels->items[i].language, language) == 0) return labels->items[i].text;
  }
  return NULL;
}

static bool same(const char *name, const char *wanted, size_t wanted_len) {
  return strlen(name) == wanted_len && memcmp(name, wanted, wanted_len) == 0;
}

const struct vd_labels *vd_profile_labels(const struct vd_profile *profile, const char *name, size_t name_len) {
  for (size_t i = 0; i < profile->attributes_count; i++) {
    if (same(profile->attributes[i].name, name, name_len)) return &profile->attributes[i].labels;
  }
  return NULL;
}

enum vd_error vd_profiles_read(size_t count, const char *const paths[], struct vd_profiles *profiles,
                               struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  *profiles = (struct vd_profiles){0};
  if (count > VD_PROFILES_MAX) return vd_fail(failure, VD_CONFIG, "more than %d profiles", VD_PROFILES_MAX);
  profiles->items = calloc(count == 0 ? 1 : count, sizeof *profiles->items);
  if (profiles->items == NULL) return vd_fail(failure, VD_MEMORY, "no memory for %zu profiles", count);
  for (size_t i = 0; error == VD_OK && i < count; i++) {
    error = vd_profile_read(paths[i], &profiles->items[i], failure);
    const char *type = profiles->items[i].type;
    if (error == VD_OK && vd_profiles_find(profiles, type, strlen(type)) != NULL) {
      error = vd_fail(failure, VD_CONFIG, "%s: type: \"%s\" has a profile already; remove one of the two", paths[i],
                      type);
    }
    profiles->count = i + 1;
  }
  if (error != VD_OK) vd_profiles_free(profiles);
  return error;
}

void vd_profiles_free(struct vd_profiles *profiles) {
  free(profiles->items);
  *profiles = (struct vd_profiles){0};
}

const struct vd_profile *vd_profiles_find(const struct vd_profiles *profiles, const char *type, size_t type_len) {
  for (size_t i = 0; i < profiles->count; i++) {
    if (same(profiles->items[i].type, type, type_len)) return &profiles->items[i];
  }
  return NULL;
}
