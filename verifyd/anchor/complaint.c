#include "anchor/complaint.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { WORD_MIN = 8 /* characters of a key */ };

static size_t word_len(const char *text) {
  size_t len = 0;
  while (isalnum((unsigned char)text[len]) || (text[len] != '\0' && strchr("-_.~%", text[len]) != NULL)) len++;
  return len;
}

bool vd_complaint_quotes(const char *text, const char *url, const char *credentials) {
  size_t text_len = strlen(text);
  const char *password = strchr(credentials, ':');
  if (password != NULL && password[1] != '\0' && strstr(text, password + 1) != NULL) return true;
  if (strstr(text, "://") != NULL || strcasestr(text, "basic ") != NULL) return true;
  for (const char *word = url; *word != '\0';) {
    size_t len = word_len(word);
    if (len >= WORD_MIN && memmem(text, text_len, word, len) != NULL) return true;
    word += len > 0 ? len : 1;
  }
  return false;
}

static void write_status(const char *what, unsigned status, char text[static VD_COMPLAINT_SIZE]) {
  if (status == 200)
    (void)snprintf(text, VD_COMPLAINT_SIZE, "%s", what);
  else
    (void)snprintf(text, VD_COMPLAINT_SIZE, "%s (HTTP %u)", what, status);
}

static void write_broken(const struct vd_complaint_facts *facts, char text[static VD_COMPLAINT_SIZE]) {
  unsigned status = facts->result->status;
  if (facts->is_too_much || facts->result->error == VD_FULL)
    (void)snprintf(text, VD_COMPLAINT_SIZE, "answered too much");
  else if (status == 401 || status == 403)
    write_status(*facts->credentials == '\0' ? "wants credentials" : "refuses the credentials", status, text);
  else
    write_status("answered something else", status, text);
}

void vd_complaint_write(const struct vd_complaint_facts *facts, char text[static VD_COMPLAINT_SIZE]) {
  char message[VD_RPC_ERROR_TEXT_SIZE];
  text[0] = '\0';
  switch (facts->outcome) {
    case VD_RPC_NONE:
      (void)snprintf(text, VD_COMPLAINT_SIZE, "did not answer: %s", facts->result->reason);
      break;
    case VD_RPC_BROKEN:
      write_broken(facts, text);
      break;
    case VD_RPC_ERROR:
      vd_rpc_error_text(facts->answer, message);
      bool quotes = vd_complaint_quotes(message, facts->url, facts->credentials);
      (void)snprintf(text, VD_COMPLAINT_SIZE, "says: %s",
                     quotes ? "an error that may quote its URL or credentials" : message);
      break;
    case VD_RPC_RESULT:
      break;
  }
}
