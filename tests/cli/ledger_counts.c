/* ledger_counts.c: prints what ledgers hold, for the shell tests: ledger_counts REALM DIR…: "entries fragments" a line
 * each. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "ledger/store.h"

static int print(const char *path, uint16_t realm, unsigned operator_number) {
  struct vd_store_options options = {
      .path = path, .access = VD_STORE_READ, .realm = realm, .operator_number = operator_number};
  struct vd_store *store = NULL;
  struct vd_store_reader *reader = NULL;
  struct vd_store_counts counts = {0};
  struct vd_failure failure = {.code = VD_OK};
  enum vd_error error = vd_store_open(&options, &store, &failure);
  if (error == VD_OK) error = vd_store_reader_new(store, &reader, &failure);
  if (error == VD_OK) error = vd_store_reader_begin(reader, &failure);
  if (error == VD_OK) error = vd_store_counts(reader, &counts, &failure);
  if (error == VD_OK) (void)printf("%" PRIu64 " %" PRIu64 "\n", counts.entries, counts.fragments);
  if (error != VD_OK) (void)fprintf(stderr, "%s: %s\n", path, failure.text);
  vd_store_reader_free(reader);
  vd_store_close(store);
  return vd_exit_code(error);
}

int main(int argc, char **argv) {
  if (argc < 3) return 64;
  uint16_t realm = (uint16_t)strtoul(argv[1], NULL, 10);
  for (int i = 2; i < argc; i++) {
    int code = print(argv[i], realm, (unsigned)(i - 1));
    if (code != 0) return code;
  }
  return 0;
}
