/* Targets: vd_request_read, vd_problem_write. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json/problem.h"
#include "json/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static char text[VD_REQUEST_QR_SIZE];
  static char problem[VD_PROBLEM_SIZE];
  static char detail[VD_PROBLEM_SIZE];
  static struct vd_failure failure;
  size_t len = 0;
  enum vd_error error = vd_request_read((const char *)data, size, text, &len, &failure);
  /* What was read has no NUL inside and is one; what was refused is empty and has a reason that can be sent. */
  if (strlen(text) != len || (error != VD_OK && (len != 0 || failure.text[0] == '\0'))) abort();
  if (error != VD_OK && strstr(failure.text, "SECRET") != NULL) abort();
  memcpy(detail, data, size < sizeof detail ? size : sizeof detail - 1);
  detail[size < sizeof detail ? size : sizeof detail - 1] = '\0';
  size_t written = vd_problem_write(VD_PROBLEM_BAD_JSON, detail, problem);
  if (written == 0 || problem[written - 1] != '}' || strlen(problem) != written) abort();
  return 0;
}
