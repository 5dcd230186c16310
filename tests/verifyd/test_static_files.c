#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "serve/static_files.h"
#include "temp_folder.h"

static struct temp_folder folder;
static struct vd_static_files files;
static struct vd_failure failure;

static int begin(void **state) {
  (void)state;
  temp_folder_make(&folder);
  temp_folder_put(&folder, "index.html", "<!doctype html><title>page</title>", 34);
  return 0;
}

static int end(void **state) {
  (void)state;
  vd_static_files_free(&files);
  temp_folder_remove(&folder);
  return 0;
}

static enum vd_error load(void) { return vd_static_files_load(folder.path, &files, &failure); }

static const struct vd_static_file *find(const char *path) {
  return vd_static_files_find(&files, (struct vd_span){path, strlen(path)});
}

static void files_are_found_by_their_path(void **state) {
  (void)state;
  temp_folder_make_inner(&folder, "fonts");
  temp_folder_put(&folder, "fonts/a.woff2", "font", 4);
  temp_folder_put(&folder, "app.js", "", 0);
  temp_folder_put(&folder, "app.jsx", "x", 1);
  assert_int_equal(load(), VD_OK);
  assert_int_equal(files.count, 4);
  assert_ptr_equal(find("/"), find("/index.html"));
  assert_memory_equal(find("/fonts/a.woff2")->plain.bytes, "font", 4);
  assert_int_equal(find("/app.js")->plain.len, 0);
  assert_int_equal(find("/app.jsx")->plain.len, 1);
  static const char *const others[] = {"",          "/fonts",       "/fonts/",   "/app",       "/app.j",
                                       "/APP.js",   "//app.js",     "/./app.js", "/../app.js", "/fonts/../app.js",
                                       "/%61pp.js", "/index.html/", "/zzz"};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) assert_null(find(others[i]));
}

static void types_and_caching_go_by_the_suffix(void **state) {
  (void)state;
  temp_folder_put(&folder, "a.css", "a{}", 3);
  temp_folder_put(&folder, "b.woff2", "b", 1);
  temp_folder_put(&folder, "c.unknown", "c", 1);
  assert_int_equal(load(), VD_OK);
  assert_string_equal(find("/")->media_type, "text/html; charset=utf-8");
  assert_string_equal(find("/")->cache_control, "no-cache");
  assert_string_equal(find("/a.css")->media_type, "text/css; charset=utf-8");
  assert_string_equal(find("/b.woff2")->media_type, "font/woff2");
  assert_string_equal(find("/b.woff2")->cache_control, "public, max-age=604800");
  assert_string_equal(find("/c.unknown")->media_type, "application/octet-stream");
}

static void text_is_compressed_once_and_truly(void **state) {
  enum { LEN = 50000 };
  static char text[LEN], back[LEN + 1];
  (void)state;
  for (int i = 0; i < LEN; i++) text[i] = (char)('a' + i / 7 % 26);
  temp_folder_put(&folder, "app.js", text, LEN);
  temp_folder_put(&folder, "a.png", text, LEN);
  assert_int_equal(load(), VD_OK);
  const struct vd_static_file *file = find("/app.js");
  assert_non_null(file->gzip.bytes);
  assert_in_range(file->gzip.len, 10, LEN / 2);
  z_stream stream = {.next_in = file->gzip.bytes,
                     .avail_in = (uInt)file->gzip.len,
                     .next_out = (Bytef *)back,
                     .avail_out = sizeof back};
  assert_int_equal(inflateInit2(&stream, MAX_WBITS + 16), Z_OK);
  assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
  assert_int_equal(stream.total_out, LEN);
  assert_int_equal(inflateEnd(&stream), Z_OK);
  assert_memory_equal(back, text, LEN);
  assert_null(find("/a.png")->gzip.bytes);
  assert_null(find("/index.html")->gzip.bytes); /* too short to gain anything */
}

static void tags_follow_the_content(void **state) {
  char before[VD_ETAG_SIZE], compressed[VD_ETAG_SIZE];
  (void)state;
  assert_int_equal(load(), VD_OK);
  strcpy(before, find("/")->plain.etag);
  strcpy(compressed, find("/")->gzip.etag);
  assert_int_equal(strlen(before), 34);
  assert_true(before[0] == '"' && before[33] == '"');
  assert_string_not_equal(before, compressed);
  vd_static_files_free(&files);
  assert_int_equal(load(), VD_OK);
  assert_string_equal(find("/")->plain.etag, before);
  vd_static_files_free(&files);
  temp_folder_put(&folder, "index.html", "<!doctype html><title>pagf</title>", 34);
  assert_int_equal(load(), VD_OK);
  assert_string_not_equal(find("/")->plain.etag, before);
}

static void some_names_are_left_out(void **state) {
  (void)state;
  temp_folder_put(&folder, ".secret", "x", 1);
  temp_folder_make_inner(&folder, ".git");
  temp_folder_put(&folder, ".git/config", "x", 1);
  temp_folder_put(&folder, "answer.km.html", "{{title}}", 9);
  assert_int_equal(load(), VD_OK);
  assert_int_equal(files.count, 1);
}

static void what_cannot_be_served_is_told(void **state) {
  char path[600];
  (void)state;
  (void)snprintf(path, sizeof path, "%s/link.html", folder.path);
  assert_int_equal(symlink("/etc/passwd", path), 0);
  assert_int_equal(load(), VD_CONFIG);
  assert_non_null(strstr(failure.text, "link.html"));
  assert_int_equal(files.count, 0);
  assert_int_equal(unlink(path), 0);
  assert_int_equal(mkfifo(path, 0600), 0);
  assert_int_equal(load(), VD_CONFIG);
  assert_int_equal(unlink(path), 0);
  (void)snprintf(path, sizeof path, "%s/index.html", folder.path);
  assert_int_equal(unlink(path), 0);
  assert_int_equal(load(), VD_CONFIG);
  assert_non_null(strstr(failure.text, "index.html"));
  assert_int_equal(vd_static_files_load("/nonexistent/web", &files, &failure), VD_NO_INPUT);
  assert_non_null(strstr(failure.text, "/nonexistent/web"));
}

static void files_may_not_be_endless(void **state) {
  char path[600];
  (void)state;
  temp_folder_put(&folder, "large.js", "", 0);
  (void)snprintf(path, sizeof path, "%s/large.js", folder.path);
  assert_int_equal(truncate(path, (off_t)VD_STATIC_FILE_MAX + 1), 0);
  assert_int_equal(load(), VD_FULL);
  assert_non_null(strstr(failure.text, "large.js"));
}

static void a_slash_behind_the_folder_does_not_matter(void **state) {
  char path[600];
  (void)state;
  (void)snprintf(path, sizeof path, "%s//", folder.path);
  assert_int_equal(vd_static_files_load(path, &files, &failure), VD_OK);
  assert_non_null(find("/index.html"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(files_are_found_by_their_path, begin, end),
      cmocka_unit_test_setup_teardown(types_and_caching_go_by_the_suffix, begin, end),
      cmocka_unit_test_setup_teardown(text_is_compressed_once_and_truly, begin, end),
      cmocka_unit_test_setup_teardown(tags_follow_the_content, begin, end),
      cmocka_unit_test_setup_teardown(some_names_are_left_out, begin, end),
      cmocka_unit_test_setup_teardown(what_cannot_be_served_is_told, begin, end),
      cmocka_unit_test_setup_teardown(files_may_not_be_endless, begin, end),
      cmocka_unit_test_setup_teardown(a_slash_behind_the_folder_does_not_matter, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
