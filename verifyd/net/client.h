/* client.h: an HTTP client that waits for nobody: libcurl's multi interface, driven by whatever event loop the caller
 * has, or by vd_client_run when it has none. This folder alone includes curl's headers.
 *
 * http and https only (https with the system's certificates, always checked); no redirects, no cookies, no proxies, no
 * compression, keep-alive. No URL or body is ever logged.
 * Thread rule: a client belongs to one thread. Callbacks are called from inside vd_client_socket, vd_client_timer and
 * vd_client_run only, never from inside vd_client_start; a callback may start and cancel requests. */
#ifndef VD_NET_CLIENT_H
#define VD_NET_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

struct vd_client;
struct vd_client_request;

enum vd_client_events { VD_CLIENT_NONE = 0, VD_CLIENT_READ = 1, VD_CLIENT_WRITE = 2 };

/* How the client asks an event loop for what it needs; these call nothing of the client. All NULL for use with
 * vd_client_run. */
struct vd_client_hooks {
  /* Watch fd for these events from now on, in place of those before; VD_CLIENT_NONE: no longer (fd is closed next). */
  void (*watch)(void *context, int fd, unsigned events);
  /* Call vd_client_timer once after timeout_ms, in place of the time asked for before; < 0: not at all. */
  void (*timer)(void *context, long timeout_ms);
  void *context;
};

struct vd_client_options {
  struct vd_client_hooks hooks;
  unsigned connections_per_host; /* kept and used at once; further requests wait for their turn; 1.. Hosts are told
                                    apart by a URL's text up to its path, whatever the case: scheme, name and port */
};

/* Out: *client, for vd_client_free; NULL on error. VD_MEMORY, VD_INTERNAL. The first client of a process is made before
 * it has threads: it initialises libcurl for all, with an allocator that wipes what it frees; the last one freed ends
 * that. */
VD_MUST_CHECK enum vd_error vd_client_new(const struct vd_client_options *options, struct vd_client **client,
                                          struct vd_failure *failure);

/* Cancels what is under way without calling `done`, and frees; hooks are still called, so that nothing stays watched
 * and no time asked for. Not from inside a callback (asserted). NULL is allowed. */
void vd_client_free(struct vd_client *client);

/* What came of a request. Views valid during the callback. */
struct vd_client_result {
  enum vd_error error;    /* VD_OK: there is an answer, whatever its status. VD_UNAVAILABLE: none: refused, cut off, too
                             late. VD_FULL: longer than answer_max. VD_MEMORY, VD_INTERNAL. */
  unsigned status;        /* HTTP status */
  const char *media_type; /* "" when there is none */
  const uint8_t *body;
  size_t body_len;
  const char *reason;     /* of an error: a few words in English, without the URL; else "" */
};

/* Whether it is a well-formed http or https URL without a user name. Any thread. */
bool vd_client_is_url(const char *url);

/* Whether it is "user:password": with a colon, without control characters, not too long. Any thread. */
#define VD_CLIENT_CREDENTIALS_MAX 512 /* bytes */
bool vd_client_is_credentials(const char *text);

struct vd_client_call {
  const char *url;        /* copied. Never holds a secret */
  const char *media_type; /* of the body: a constant of up to 100 bytes; NULL: GET */
  const void *body;       /* POST: copied, and the copy wiped; secret */
  size_t body_len;
  const char *credentials; /* "user:password" (RFC 7617), sent at once: copied, and the copies wiped; secret. Over plain
                              http everybody on the way reads them: for one's own machine or network only. NULL: none */
  size_t answer_max;      /* bytes of the answer's body */
  unsigned timeout_ms;    /* 1..: from now to the last byte of the answer, waiting included; absolute */
  void (*done)(void *context, const struct vd_client_result *result); /* called once, unless cancelled */
  void *context;
};

/* Starts a request. Out: *request: a name for vd_client_cancel, valid until `done` is called; may be NULL.
 * Errors: VD_USAGE: not vd_client_is_url, or not vd_client_is_credentials. VD_MEMORY. `done` is not called then. */
VD_MUST_CHECK enum vd_error vd_client_start(struct vd_client *client, const struct vd_client_call *options,
                                            struct vd_client_request **request, struct vd_failure *failure);

/* Ends a request without calling `done`. */
void vd_client_cancel(struct vd_client *client, struct vd_client_request *request);

/* The clock of the deadlines: monotonic, in milliseconds since a moment that says nothing. Any thread. */
uint64_t vd_client_now_ms(void);

/* From the event loop: fd is ready for these events (VD_CLIENT_NONE: it has failed); the time asked for has come. */
void vd_client_socket(struct vd_client *client, int fd, unsigned events);
void vd_client_timer(struct vd_client *client);

/* Without an event loop: returns when no request is under way any more. */
void vd_client_run(struct vd_client *client);

#endif
