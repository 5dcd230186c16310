#include "setting_value.h"

#include <stdio.h>
#include <string.h>

/* --- paths --- */

/* Slashes that say nothing, and dots: so that paths that are told apart here are not of the same file, unless links or
 * ".." make them so. */
static void tidy(char *path) {
  const char *from = path;
  char *to = path;
  while (*from != '\0') {
    bool is_begun = to == path || to[-1] == '/';
    if (is_begun && from[0] == '.' && (from[1] == '/' || from[1] == '\0')) from += 1 + (from[1] == '/');
    else if (is_begun && from != path && *from == '/') from++;
    else *to++ = *from++;
  }
  if (to == path) *to++ = '.';
  if (to > path + 1 && to[-1] == '/') to--;
  *to = '\0';
}

static void join(struct vd_section section, const char *key, struct vd_setting_folder folder, char *given,
                 char path[static VD_PATH_SIZE]) {
  if (given[0] == '\0') return;
  tidy(given);
  int folder_len = given[0] == '/' ? 0 : (int)folder.len;
  int len = snprintf(path, VD_PATH_SIZE, "%.*s%s", folder_len, folder.path, given);
  if (len >= VD_PATH_SIZE) vd_config_refuse(section, key, "makes a path of over %d bytes", VD_PATH_SIZE - 1);
}

void vd_setting_path(struct vd_section section, const char *key, enum vd_presence presence,
                   struct vd_setting_folder folder, char path[static VD_PATH_SIZE]) {
  char given[VD_PATH_SIZE] = "";
  vd_config_text(section, key, presence, given, sizeof given);
  join(section, key, folder, given, path);
}

void vd_setting_path_element(struct vd_section list, size_t i, struct vd_setting_folder folder,
                           char path[static VD_PATH_SIZE]) {
  char given[VD_PATH_SIZE] = "";
  vd_config_element_text(list, i, given, sizeof given);
  join(list, NULL, folder, given, path);
}

/* --- addresses --- */

bool vd_setting_port(const char *text, uint16_t *port) {
  unsigned value = 0;
  size_t len = strlen(text);
  if (len == 0 || len > 5) return false;
  for (size_t i = 0; i < len; i++) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (unsigned)(text[i] - '0');
  }
  *port = (uint16_t)value;
  return value <= UINT16_MAX;
}

/* Letters, digits, dots and hyphens, or what may stand between the brackets of an IPv6 address. */
static bool is_host(const char *text, size_t len) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
  bool brackets = len > 2 && text[0] == '[' && text[len - 1] == ']';
  if (brackets) return strspn(text + 1, "0123456789abcdefABCDEF:.") == len - 2;
  return len > 0 && strspn(text, letters) >= len;
}

/* "host", "host:80" or "[::1]:80". */
static bool is_authority(const char *text, size_t len) {
  size_t host_len = len;
  while (host_len > 0 && text[host_len - 1] >= '0' && text[host_len - 1] <= '9') host_len--;
  if (host_len == 0 || text[host_len - 1] != ':' || (text[0] == '[' && text[host_len - 2] != ']'))
    return is_host(text, len);
  char digits[8] = "";
  uint16_t port = 0;
  size_t digits_len = len - host_len;
  if (digits_len >= sizeof digits) return false;
  memcpy(digits, text + host_len, digits_len);
  return vd_setting_port(digits, &port) && port > 0 && is_host(text, host_len - 1);
}

/* What comes after scheme and host, or NULL: a user's password would be in every message about it. */
static const char *after_authority(const char *text) {
  size_t scheme_len = strncmp(text, "http://", 7) == 0 ? 7 : strncmp(text, "https://", 8) == 0 ? 8 : 0;
  if (scheme_len == 0) return NULL;
  const char *authority = text + scheme_len;
  size_t len = strcspn(authority, "/?#");
  return is_authority(authority, len) ? authority + len : NULL;
}

static bool is_visible(char byte, const char *excluded) {
  return byte > ' ' && byte <= '~' && strchr(excluded, byte) == NULL;
}

/* A query or fragment would swallow what is put behind it. */
static bool is_url(const char *text) {
  const char *at = after_authority(text);
  for (; at != NULL && *at != '\0'; at++)
    if (!is_visible(*at, "?#\"<>\\^`{|}")) return false;
  return at != NULL && at[-1] != '/';
}

void vd_setting_url(struct vd_section section, const char *key, char url[static VD_URL_SIZE]) {
  vd_config_text(section, key, VD_REQUIRED, url, VD_URL_SIZE);
  if (url[0] == '\0' || is_url(url)) return;
  vd_config_refuse(section, key,
                   "must be http://HOST/PATH or https://HOST/PATH, without user, query, fragment or slash at its end");
}

/* The length of the placeholder that text begins with; 0: none of them. */
static size_t placeholder_len(const char *text, const char *const names[]) {
  for (; *names != NULL; names++)
    if (strncmp(text, *names, strlen(*names)) == 0) return strlen(*names);
  return 0;
}

bool vd_setting_is_template(const char *text, const char *const names[], size_t *used) {
  const char *at = after_authority(text);
  *used = 0;
  while (at != NULL && *at != '\0') {
    size_t len = placeholder_len(at, names);
    if (len == 0 && !is_visible(*at, "\"<>\\^`{|}")) return false;
    *used += len > 0;
    at += len > 0 ? len : 1;
  }
  return at != NULL;
}
