/* Target: vd_problem_detail. Whatever another service says, what is shown of it is plain text that fits. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "json/problem_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char detail[VD_PROBLEM_DETAIL_SIZE];
  memset(detail, 'x', sizeof detail);
  bool is_taken = vd_problem_detail((const char *)data, size, detail);
  size_t len = strnlen(detail, sizeof detail);
  assert(len < sizeof detail);
  assert(is_taken == (len > 0));
  assert(vd_text_is_plain(detail, len));
  return 0;
}
