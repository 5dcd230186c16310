/* loopback.h: a small HTTP client for tests, which can also misbehave. Every wait ends after LOOPBACK_WAIT_MS, and a
 * failure ends the test. */
#ifndef TEST_LOOPBACK_H
#define TEST_LOOPBACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOOPBACK_WAIT_MS 20000
#define LOOPBACK_ANSWER_MAX (1 << 20)

struct loopback_answer {
  unsigned status;
  size_t head_len;
  size_t body_len;
  char *body; /* in text, with a NUL behind it */
  char text[LOOPBACK_ANSWER_MAX + 1];
};

/* A connection to 127.0.0.1, or from another loopback address ("127.0.0.2"). */
int loopback_connect(uint16_t port);
int loopback_connect_from(uint16_t port, const char *address);

/* The same, not waiting for anything: for thousands of them. */
int loopback_connect_fast(uint16_t port);

void loopback_send(int fd, const void *bytes, size_t len);
void loopback_say(int fd, const char *text);

/* Sends if the other side still takes it; false when it does not. */
bool loopback_try_send(int fd, const void *bytes, size_t len);

/* Reads one answer by its Content-Length; bytes behind it stay unread. head_only: an answer to HEAD. */
void loopback_read(int fd, struct loopback_answer *answer, bool head_only);

/* The same after saying `request`. */
void loopback_ask(int fd, const char *request, struct loopback_answer *answer);

/* One request on a connection of its own. */
void loopback_once(uint16_t port, const char *request, struct loopback_answer *answer);

/* Waits for the other side to close; false when bytes come instead. */
bool loopback_is_closed(int fd);

/* The value of a header, in a buffer that the thread's next call overwrites; NULL when it is not there. */
const char *loopback_header(const struct loopback_answer *answer, const char *name);

/* A port of 127.0.0.1 that is free, and that the system gives to nobody by itself: for what is stopped and started again. */
uint16_t loopback_lasting_port(void);

uint64_t loopback_now_ms(void);

#endif
