#include "serve/static_files.h"

#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/file.h"
#include "base/hex.h"
#include "serve/gzip.h"

/* No file has its version in its name, so what makes up one page must never be mixed: it is asked for every time, and
 * a 304 costs nothing. Fonts and pictures may be a week old. */
#define ASK_FIRST "no-cache"
#define A_WEEK "public, max-age=604800"

static const struct {
  const char *suffix;
  const char *media_type;
  const char *cache_control;
  bool compresses;
} kinds[] = {
    {".html", "text/html; charset=utf-8", ASK_FIRST, true},
    {".css", "text/css; charset=utf-8", ASK_FIRST, true},
    {".js", "text/javascript; charset=utf-8", ASK_FIRST, true},
    {".mjs", "text/javascript; charset=utf-8", ASK_FIRST, true},
    {".json", "application/json", ASK_FIRST, true},
    {".wasm", "application/wasm", ASK_FIRST, true},
    {".txt", "text/plain; charset=utf-8", ASK_FIRST, true},
    {".svg", "image/svg+xml", ASK_FIRST, true},
    {".png", "image/png", A_WEEK, false},
    {".jpg", "image/jpeg", A_WEEK, false},
    {".ico", "image/x-icon", A_WEEK, true},
    {".woff2", "font/woff2", A_WEEK, false},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static size_t kind_of(const char *path) {
  size_t len = strlen(path);
  for (size_t i = 0; i < KINDS; i++) {
    size_t suffix_len = strlen(kinds[i].suffix);
    if (len > suffix_len && strcmp(path + len - suffix_len, kinds[i].suffix) == 0) return i;
  }
  return KINDS;
}

static void make_etag(struct vd_static_form *form, const uint8_t digest[static VD_SHA256_LEN], const char *mark) {
  char hex[33];
  vd_hex_encode(hex, digest, 16);
  (void)snprintf(form->etag, sizeof form->etag, "\"%s%s\"", hex, mark);
}

static enum vd_error prepare_file(struct vd_static_file *file, struct vd_failure *failure) {
  uint8_t digest[VD_SHA256_LEN];
  size_t kind = kind_of(file->path);
  file->media_type = kind < KINDS ? kinds[kind].media_type : "application/octet-stream";
  file->cache_control = kind < KINDS ? kinds[kind].cache_control : ASK_FIRST;
  enum vd_error error = vd_sha256(digest, file->plain.bytes, file->plain.len, failure);
  if (error != VD_OK) return error;
  if (kind < KINDS && kinds[kind].compresses)
    (void)vd_gzip(file->plain.bytes, file->plain.len, VD_GZIP_BEST, &file->gzip.bytes, &file->gzip.len);
  make_etag(&file->plain, digest, "");
  make_etag(&file->gzip, digest, "z"); /* another form is another entity, RFC 9110 section 8.8.3.3 */
  return VD_OK;
}

static enum vd_error add_file(struct vd_static_files *files, const FTSENT *entry, size_t root_len, size_t *total,
                              struct vd_failure *failure) {
  struct vd_bytes bytes;
  if (files->count == VD_STATIC_FILES_MAX)
    return vd_fail(failure, VD_FULL, "web_root: more than %d files", VD_STATIC_FILES_MAX);
  enum vd_error error = vd_file_read(entry->fts_path, VD_STATIC_FILE_MAX, &bytes, failure);
  if (error != VD_OK) return error;
  struct vd_static_file *file = &files->items[files->count++];
  file->plain.bytes = bytes.data;
  file->plain.len = bytes.len;
  file->path = strdup(entry->fts_path + root_len);
  if (file->path == NULL) return vd_fail(failure, VD_MEMORY, "no memory for %s", entry->fts_path);
  *total += bytes.len;
  if (*total > VD_STATIC_TOTAL_MAX)
    return vd_fail(failure, VD_FULL, "web_root: more than %zu bytes in all", VD_STATIC_TOTAL_MAX);
  return prepare_file(file, failure);
}

static bool is_left_out(const FTSENT *entry) {
  return entry->fts_level > 0 && (entry->fts_name[0] == '.' || strncmp(entry->fts_name, "answer.", 7) == 0);
}

static enum vd_error take_entry(struct vd_static_files *files, FTS *walk, FTSENT *entry, size_t root_len, size_t *total,
                                struct vd_failure *failure) {
  if (is_left_out(entry)) {
    (void)fts_set(walk, entry, FTS_SKIP);
    return VD_OK;
  }
  switch (entry->fts_info) {
    case FTS_D:
    case FTS_DP: return VD_OK;
    case FTS_F: return add_file(files, entry, root_len, total, failure);
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS: return vd_fail(failure, VD_NO_INPUT, "web_root: %s: %s", entry->fts_path, strerror(entry->fts_errno));
    default:
      return vd_fail(failure, VD_CONFIG, "web_root: %s is neither a file nor a folder; replace it by a copy",
                     entry->fts_path);
  }
}

static enum vd_error walk_folder(const char *root, struct vd_static_files *files, struct vd_failure *failure) {
  char path[PATH_MAX];
  size_t root_len = strlen(root), total = 0;
  while (root_len > 1 && root[root_len - 1] == '/') root_len--;
  if (root_len >= sizeof path) return vd_fail(failure, VD_CONFIG, "web_root: the path is too long");
  (void)snprintf(path, sizeof path, "%.*s", (int)root_len, root);
  char *const roots[] = {path, NULL};
  FTS *walk = fts_open(roots, FTS_COMFOLLOW | FTS_PHYSICAL | FTS_NOCHDIR, NULL);
  if (walk == NULL) return vd_fail(failure, VD_NO_INPUT, "web_root: %s: %s", path, strerror(errno));
  enum vd_error error = VD_OK;
  for (FTSENT *entry; error == VD_OK && (entry = fts_read(walk)) != NULL;)
    error = take_entry(files, walk, entry, root_len, &total, failure);
  (void)fts_close(walk);
  return error;
}

static int by_path(const void *a, const void *b) {
  return strcmp(((const struct vd_static_file *)a)->path, ((const struct vd_static_file *)b)->path);
}

enum vd_error vd_static_files_load(const char *root, struct vd_static_files *files, struct vd_failure *failure) {
  files->count = 0;
  files->items = calloc(VD_STATIC_FILES_MAX, sizeof *files->items);
  if (files->items == NULL) return vd_fail(failure, VD_MEMORY, "no memory for the files of the page");
  enum vd_error error = walk_folder(root, files, failure);
  if (error == VD_OK) {
    qsort(files->items, files->count, sizeof *files->items, by_path);
    if (vd_static_files_find(files, VD_SPAN("/")) == NULL)
      error = vd_fail(failure, VD_CONFIG, "web_root: %s has no index.html; name the folder of the built page", root);
  }
  if (error != VD_OK) vd_static_files_free(files);
  return error;
}

void vd_static_files_free(struct vd_static_files *files) {
  for (size_t i = 0; i < files->count; i++) {
    free(files->items[i].path);
    free(files->items[i].plain.bytes);
    free(files->items[i].gzip.bytes);
  }
  free(files->items);
  *files = (struct vd_static_files){.count = 0};
}

static int compare_path(const void *key, const void *item) {
  const struct vd_span *path = key;
  const char *other = ((const struct vd_static_file *)item)->path;
  int order = strncmp(path->text, other, path->len);
  return order != 0 ? order : other[path->len] == '\0' ? 0 : -1;
}

const struct vd_static_file *vd_static_files_find(const struct vd_static_files *files, struct vd_span path) {
  if (vd_span_equal(path, VD_SPAN("/"))) path = VD_SPAN("/index.html");
  if (files->count == 0) return NULL;
  return bsearch(&path, files->items, files->count, sizeof *files->items, compare_path);
}
