/* temp_folder.h: a folder for a test, under TMPDIR or /tmp; failing the test when something does not work. */
#ifndef TEST_TEMP_FOLDER_H
#define TEST_TEMP_FOLDER_H

#include <stddef.h>

struct temp_folder {
  char path[256];
};

void temp_folder_make(struct temp_folder *folder);

/* With everything in it. */
void temp_folder_remove(const struct temp_folder *folder);

/* A file in it, and a folder in it, by their relative paths. */
void temp_folder_put(const struct temp_folder *folder, const char *name, const void *bytes, size_t len);
void temp_folder_make_inner(const struct temp_folder *folder, const char *name);

/* The path of something in it, in a buffer that the next call but three overwrites. */
const char *temp_folder_at(const struct temp_folder *folder, const char *name);

#endif
