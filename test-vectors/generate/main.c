/* Writes the files of test vectors into a folder. They are frozen: a test generates them again and compares. */
#include <stdio.h>

#include "generate.h"

int main(int count, char **arguments) {
  if (count != 2) {
    fprintf(stderr, "usage: generate-vectors FOLDER\n");
    return 64;
  }
  struct realm realm;
  realm_begin(&realm);
  generate_hash_kdf(&realm, arguments[1]);
  generate_dcbor(&realm, arguments[1]);
  generate_qr_payload(&realm, arguments[1]);
  generate_shamir(&realm, arguments[1]);
  generate_issue(&realm, arguments[1]);
  generate_open(&realm, arguments[1]);
  generate_trust(&realm, arguments[1]);
  generate_status(&realm, arguments[1]);
  generate_end_to_end(&realm, arguments[1]);
  generate_tree(&realm, arguments[1]);
  generate_log(&realm, arguments[1]);
  realm_end(&realm);
  return 0;
}
