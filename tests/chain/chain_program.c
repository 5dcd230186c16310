#include "chain_program.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile sig_atomic_t is_ended;

static void on_signal(int number) {
  (void)number;
  is_ended = 1;
}

void program_begin(void) {
  struct sigaction action = {.sa_handler = on_signal};
  (void)sigaction(SIGTERM, &action, NULL);
}

bool program_is_ended(void) { return is_ended != 0; }

uint64_t program_number(const char *text) {
  char *end;
  errno = 0;
  uint64_t number = strtoull(text, &end, 10);
  if (errno == 0 && *end == '\0' && end != text) return number;
  (void)fprintf(stderr, "%s: not a number\n", text);
  exit(EXIT_FAILURE);
}

void program_copy(char *out, size_t size, const char *text) {
  if (strlen(text) < size) memcpy(out, text, strlen(text) + 1);
  else exit(EXIT_FAILURE);
}

static bool set_chain(struct vd_chain_settings *chain, const char *name, const char *value) {
  if (strcmp(name, "chain") == 0) chain->kind = strcmp(value, "evm") == 0 ? VD_CHAIN_EVM : VD_CHAIN_BITCOIN;
  else if (strcmp(name, "id") == 0) chain->id = program_number(value);
  else if (strcmp(name, "network") == 0) program_copy(chain->network, sizeof chain->network, value);
  else if (strcmp(name, "credentials") == 0) program_copy(chain->credentials, sizeof chain->credentials, value);
  else if (strcmp(name, "confirmations") == 0) chain->confirmations = (unsigned)program_number(value);
  else if (strcmp(name, "first_block") == 0) chain->first_block = program_number(value);
  else if (strcmp(name, "poll_s") == 0) chain->poll_s = (unsigned)program_number(value);
  else if (strcmp(name, "timeout_ms") == 0) chain->timeout_ms = (unsigned)program_number(value);
  else if (strcmp(name, "endpoint") == 0 && chain->endpoints_count < VD_CHAIN_ENDPOINTS_MAX)
    program_copy(chain->endpoints[chain->endpoints_count++], sizeof *chain->endpoints, value);
  else return false;
  return true;
}

bool program_read(struct vd_chain_settings *chain, program_set *set, void *context, int count, char **words) {
  program_copy(chain->name, sizeof chain->name, "testchain");
  chain->poll_s = 1;
  chain->timeout_ms = 5000;
  for (int i = 1; i < count; i++) {
    char *value = strchr(words[i], '=');
    if (value != NULL) *value++ = '\0';
    if (value != NULL && (set_chain(chain, words[i], value) || set(context, words[i], value))) continue;
    (void)fprintf(stderr, "%s: no such argument\n", words[i]);
    return false;
  }
  return true;
}

void program_tell(void *context, enum vd_anchoring_grade grade, const char *event, const char *detail) {
  static const char *const names[] = {"info", "warning", "alarm"};
  (void)context;
  (void)printf("%s %s %s\n", names[grade], event, detail);
}
