#include "config.h"

#include <assert.h>
#include <inttypes.h>
#include <libconfig.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct vd_config {
  config_t parsed;
  const char *name;
  struct vd_failure failure; /* the first error; code VD_OK when there is none */
};

static const config_setting_t *node_of(struct vd_section section) { return section.node; }

static bool usable(struct vd_section section) {
  return section.node != NULL && section.config->failure.code == VD_OK;
}

static const config_setting_t *member(struct vd_section section, const char *key) {
  if (!config_setting_is_group(node_of(section))) return NULL;
  return config_setting_get_member(node_of(section), key);
}

/* A list element has no name of its own; its list's name is what a person looks for. */
static const char *name_of(const config_setting_t *node) {
  while (node->name == NULL && node->parent != NULL) node = node->parent;
  return node->name;
}

static void refuse_node(struct vd_config *config, const config_setting_t *node, const char *key, const char *what) {
  unsigned line = config_setting_source_line(node);
  const char *label = key != NULL ? key : name_of(node);
  char place[24] = ""; /* the whole file has no line */
  if (line > 0) (void)snprintf(place, sizeof place, ":%u", line);
  (void)vd_fail(&config->failure, VD_CONFIG, "%s%s: %s%s%s", config->name, place, label == NULL ? "" : label,
                label == NULL ? "" : ": ", what);
}

void vd_config_refuse(struct vd_section section, const char *key, const char *format, ...) {
  char what[400];
  va_list arguments;
  if (!usable(section)) return;
  va_start(arguments, format);
  (void)vsnprintf(what, sizeof what, format, arguments);
  va_end(arguments);
  const config_setting_t *node = key == NULL ? NULL : member(section, key);
  refuse_node(section.config, node != NULL ? node : node_of(section), key, what);
}

/* Past a text in quotes or a comment that begins at `at`; `at` itself when none does. */
static const char *skip_text(const char *at, const char *end) {
  if (*at == '"') {
    for (at++; at < end && *at != '"'; at++)
      if (*at == '\\' && at + 1 < end) at++;
    return at < end ? at + 1 : end;
  }
  bool is_long = end - at > 1 && at[0] == '/' && at[1] == '*';
  bool is_line = *at == '#' || (end - at > 1 && at[0] == '/' && at[1] == '/');
  if (!is_long && !is_line) return at;
  const char *close = is_long ? memmem(at + 2, (size_t)(end - at) - 2, "*/", 2) : memchr(at, '\n', (size_t)(end - at));
  return close == NULL ? end : close + (is_long ? 2 : 0);
}

/* libconfig takes a whole number that needs more than 32 bits, and does not end with L, as another one. */
static enum vd_error check_numbers(const char *text, size_t len, const char *name, struct vd_failure *failure) {
  static const char word[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.-*";
  const char *end = text + len;
  unsigned line = 1;
  for (const char *at = text; at < end;) {
    const char *begin = at, *next = skip_text(at, end);
    while (next == at && at < end && strchr(word, *at) != NULL) next = ++at;
    size_t word_len = (size_t)(next - begin);
    if (at > begin && word_len < 64 && *begin >= '0' && *begin <= '9') {
      char number[64] = "", *rest = number;
      memcpy(number, begin, word_len);
      if (strtoull(number, &rest, 0) > INT32_MAX && *rest == '\0')
        return vd_fail(failure, VD_CONFIG, "%s:%u: %s: a whole number over %d needs an L behind it", name, line, number,
                       INT32_MAX);
    }
    if (next == begin) next++;
    for (; begin < next; begin++) line += *begin == '\n';
    at = next;
  }
  return VD_OK;
}

/* libconfig would read further files, and stops at a NUL without a word. */
static enum vd_error check_text(const char *text, size_t len, const char *name, struct vd_failure *failure) {
  if (len > VD_CONFIG_FILE_MAX) {
    return vd_fail(failure, VD_CONFIG, "%s: larger than %zu bytes", name, VD_CONFIG_FILE_MAX);
  }
  if (memchr(text, '\0', len) != NULL) {
    return vd_fail(failure, VD_CONFIG, "%s: contains a zero byte; a configuration file is plain text", name);
  }
  if (memmem(text, len, "@include", 8) != NULL) {
    return vd_fail(failure, VD_CONFIG, "%s: @include is not allowed; put all settings into one file", name);
  }
  return check_numbers(text, len, name, failure);
}

enum vd_error vd_config_parse(const char *text, size_t len, const char *name, struct vd_config **config,
                              struct vd_failure *failure) {
  static const char byte_order_mark[] = "\xef\xbb\xbf";
  *config = NULL;
  enum vd_error error = check_text(text, len, name, failure);
  if (error != VD_OK) return error;
  if (len >= 3 && memcmp(text, byte_order_mark, 3) == 0) text += 3, len -= 3;
  char *copy = strndup(text, len);
  struct vd_config *made = calloc(1, sizeof *made);
  if (copy == NULL || made == NULL) {
    error = vd_fail(failure, VD_MEMORY, "no memory to read %s", name);
    goto done;
  }
  config_init(&made->parsed);
  made->name = name;
  if (config_read_string(&made->parsed, copy) != CONFIG_TRUE) {
    error = vd_fail(failure, VD_CONFIG, "%s:%d: %s; check for a missing ; or quote on this line or the one before",
                    name, config_error_line(&made->parsed), config_error_text(&made->parsed));
    config_destroy(&made->parsed);
    goto done;
  }
  *config = made;
  made = NULL;
done:
  free(made);
  free(copy);
  return error;
}

void vd_config_free(struct vd_config *config) {
  if (config == NULL) return;
  config_destroy(&config->parsed);
  free(config);
}

enum vd_error vd_config_result(const struct vd_config *config, struct vd_failure *failure) {
  if (config->failure.code != VD_OK && failure != NULL) *failure = config->failure;
  return config->failure.code;
}

struct vd_section vd_config_root(struct vd_config *config) {
  return (struct vd_section){.config = config, .node = config_root_setting(&config->parsed)};
}

static bool listed(const char *const keys[], const char *key) {
  for (; *keys != NULL; keys++) {
    if (strcmp(*keys, key) == 0) return true;
  }
  return false;
}

static void join(char *out, size_t size, const char *const keys[]) {
  size_t used = 0;
  out[0] = '\0';
  for (size_t i = 0; keys[i] != NULL && used < size; i++) {
    int wrote = snprintf(out + used, size - used, "%s%s", i == 0 ? "" : ", ", keys[i]);
    used += wrote > 0 ? (size_t)wrote : 0;
  }
}

void vd_config_keys(struct vd_section section, const char *const keys[]) {
  char known[256];
  if (!usable(section)) return;
  size_t count = vd_config_count(section);
  for (size_t i = 0; i < count; i++) {
    const char *key = vd_config_key_at(section, i);
    if (key == NULL || listed(keys, key)) continue;
    join(known, sizeof known, keys);
    vd_config_refuse(section, key, "unknown here; the keys are: %s", known);
  }
}

bool vd_config_has(struct vd_section section, const char *key) {
  return usable(section) && member(section, key) != NULL;
}

/* The value of a key, or NULL when there is nothing to read; says so when it was required. */
static const config_setting_t *value_of(struct vd_section section, const char *key, enum vd_presence presence) {
  if (!usable(section)) return NULL;
  const config_setting_t *value = member(section, key);
  if (value == NULL && presence == VD_REQUIRED) vd_config_refuse(section, key, "is missing; add it");
  return value;
}

static void read_text(struct vd_config *config, const config_setting_t *value, const char *key, char *text,
                      size_t size) {
  char what[160];
  const char *read = config_setting_type(value) == CONFIG_TYPE_STRING ? config_setting_get_string(value) : NULL;
  size_t len = read == NULL ? 0 : strlen(read);
  if (read == NULL) {
    refuse_node(config, value, key, "must be text in double quotes");
  } else if (len == 0 || len >= size) {
    (void)snprintf(what, sizeof what, "must be 1 to %zu bytes of text, and has %zu", size - 1, len);
    refuse_node(config, value, key, what);
  } else if (!vd_text_is_plain(read, len)) {
    refuse_node(config, value, key, "must be UTF-8 text without control characters; save the file as UTF-8");
  } else {
    memcpy(text, read, len + 1);
  }
}

void vd_config_text(struct vd_section section, const char *key, enum vd_presence presence, char *text, size_t size) {
  const config_setting_t *value = value_of(section, key, presence);
  if (value != NULL) read_text(section.config, value, key, text, size);
}

void vd_config_number_of(struct vd_section section, const char *key, enum vd_presence presence, const char *unit,
                         uint64_t min, uint64_t max, uint64_t *number) {
  const config_setting_t *value = value_of(section, key, presence);
  if (value == NULL) return;
  int type = config_setting_type(value);
  long long read = type == CONFIG_TYPE_INT64 ? config_setting_get_int64(value) : config_setting_get_int(value);
  if ((type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64) || read < 0 || (uint64_t)read < min ||
      (uint64_t)read > max) {
    vd_config_refuse(section, key, "must be a whole number%s%s from %" PRIu64 " to %" PRIu64 ", without quotes",
                     unit[0] == '\0' ? "" : " of ", unit, min, max);
    return;
  }
  *number = (uint64_t)read;
}

void vd_config_number_wide(struct vd_section section, const char *key, enum vd_presence presence, uint64_t min,
                           uint64_t max, uint64_t *number) {
  vd_config_number_of(section, key, presence, "", min, max, number);
}

void vd_config_number(struct vd_section section, const char *key, enum vd_presence presence, unsigned min, unsigned max,
                      unsigned *number) {
  uint64_t wide = *number;
  vd_config_number_wide(section, key, presence, min, max, &wide);
  *number = (unsigned)wide;
}

/* A double holds 15 decimal digits, so that the range ends at 2^53 billionths. */
void vd_config_billionths(struct vd_section section, const char *key, enum vd_presence presence, const char *unit,
                          uint64_t min, uint64_t max, uint64_t *billionths) {
  const double billion = 1e9;
  const config_setting_t *value = value_of(section, key, presence);
  assert(max <= (uint64_t)1 << 53);
  if (value == NULL) return;
  int type = config_setting_type(value);
  double read = type == CONFIG_TYPE_FLOAT   ? config_setting_get_float(value)
                : type == CONFIG_TYPE_INT64 ? (double)config_setting_get_int64(value)
                                            : (double)config_setting_get_int(value);
  read = read * billion + 0.5;
  bool is_number = type == CONFIG_TYPE_FLOAT || type == CONFIG_TYPE_INT64 || type == CONFIG_TYPE_INT;
  if (!is_number || !(read >= (double)min && read < (double)max + 1)) {
    vd_config_refuse(section, key, "must be a number of %s from %g to %g, such as 1.5, without quotes", unit,
                     (double)min / billion, (double)max / billion);
    return;
  }
  *billionths = (uint64_t)read;
}

void vd_config_flag(struct vd_section section, const char *key, enum vd_presence presence, bool *flag) {
  const config_setting_t *value = value_of(section, key, presence);
  if (value == NULL) return;
  if (config_setting_type(value) != CONFIG_TYPE_BOOL) {
    vd_config_refuse(section, key, "must be true or false, without quotes");
    return;
  }
  *flag = config_setting_get_bool(value) != 0;
}

struct vd_section vd_config_group(struct vd_section section, const char *key, enum vd_presence presence) {
  struct vd_section group = {.config = section.config, .node = value_of(section, key, presence)};
  if (group.node != NULL && !config_setting_is_group(node_of(group))) {
    vd_config_refuse(section, key, "must be a group: %s = { … };", key);
    group.node = NULL;
  }
  return group;
}

struct vd_section vd_config_list(struct vd_section section, const char *key, enum vd_presence presence, size_t max) {
  struct vd_section list = {.config = section.config, .node = value_of(section, key, presence)};
  if (list.node == NULL) return list;
  if (!config_setting_is_list(node_of(list)) && !config_setting_is_array(node_of(list))) {
    vd_config_refuse(section, key, "must be a list: ( { … }, { … } ) of groups or [ \"…\", \"…\" ] of text");
    list.node = NULL;
  } else if (vd_config_count(list) > max) {
    vd_config_refuse(section, key, "has %zu elements, more than the %zu that are allowed", vd_config_count(list), max);
    list.node = NULL;
  }
  return list;
}

size_t vd_config_count(struct vd_section section) {
  return usable(section) ? (size_t)config_setting_length(node_of(section)) : 0;
}

static const config_setting_t *element(struct vd_section list, size_t i) {
  if (i >= vd_config_count(list)) return NULL;
  return config_setting_get_elem(node_of(list), (unsigned)i);
}

struct vd_section vd_config_element(struct vd_section list, size_t i) {
  struct vd_section group = {.config = list.config, .node = element(list, i)};
  if (group.node != NULL && !config_setting_is_group(node_of(group))) {
    refuse_node(list.config, group.node, NULL, "every element must be a group: { … }");
    group.node = NULL;
  }
  return group;
}

void vd_config_element_text(struct vd_section list, size_t i, char *text, size_t size) {
  const config_setting_t *value = element(list, i);
  if (value != NULL) read_text(list.config, value, NULL, text, size);
}

const char *vd_config_key_at(struct vd_section group, size_t i) {
  const config_setting_t *value = element(group, i);
  return value == NULL ? NULL : config_setting_name(value);
}
