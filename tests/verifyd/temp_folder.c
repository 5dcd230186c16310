#include "temp_folder.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

void temp_folder_make(struct temp_folder *folder) {
  const char *parent = getenv("TMPDIR");
  (void)snprintf(folder->path, sizeof folder->path, "%s/verifyd-test-XXXXXX", parent == NULL ? "/tmp" : parent);
  assert_non_null(mkdtemp(folder->path));
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place) {
  (void)info;
  (void)kind;
  (void)place;
  return remove(path);
}

void temp_folder_remove(const struct temp_folder *folder) {
  assert_int_equal(nftw(folder->path, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

const char *temp_folder_at(const struct temp_folder *folder, const char *name) {
  static char paths[4][512];
  static unsigned turn;
  char *path = paths[turn++ % 4];
  (void)snprintf(path, sizeof paths[0], "%s/%s", folder->path, name);
  return path;
}

void temp_folder_put(const struct temp_folder *folder, const char *name, const void *bytes, size_t len) {
  FILE *file = fopen(temp_folder_at(folder, name), "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, len, file), len);
  assert_int_equal(fclose(file), 0);
}

void temp_folder_make_inner(const struct temp_folder *folder, const char *name) {
  assert_int_equal(mkdir(temp_folder_at(folder, name), 0700), 0);
}
