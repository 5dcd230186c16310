/* client_state.h: what a client and its requests are made of; for the files of this folder alone. client_turns.h says
 * whose turn it is, client_transfer.h what libcurl is told about one request. */
#ifndef VD_NET_CLIENT_STATE_H
#define VD_NET_CLIENT_STATE_H

#include <curl/curl.h>

#include "net/client.h"

struct vd_client_bytes {
  uint8_t *data;
  size_t len;
  size_t capacity;
};

/* One server, and who waits for it. The waiting is done here and not in libcurl (CURLMOPT_MAX_HOST_CONNECTIONS):
 * version 7.88.1 loses the wake-up of a transfer that waits for a connection, which then waits until its deadline. */
struct vd_client_host {
  struct vd_client_host *next;
  unsigned asking;                         /* requests with libcurl */
  struct vd_client_request *first_waiting; /* asked for in this order */
  struct vd_client_request *last_waiting;
  size_t origin_len;
  char origin[]; /* scheme, name and port as they are in its URLs, without a NUL */
};

enum vd_client_stage {
  VD_CLIENT_STAGE_IDLE,
  VD_CLIENT_STAGE_WAITING, /* in its host's queue */
  VD_CLIENT_STAGE_ASKING,  /* with libcurl */
  VD_CLIENT_STAGE_FAILED   /* libcurl did not take it; it ends with the next event */
};

struct vd_client_request {
  struct vd_client *client;
  enum vd_client_stage stage;
  struct vd_client_host *host;
  CURL *easy;
  struct curl_slist *head; /* lines of its own: of a POST its media type, first, and no Expect; then credentials */
  bool has_credentials;    /* the last of them; secret */
  struct vd_client_bytes body; /* secret */
  struct vd_client_bytes answer;
  size_t answer_max;
  size_t head_len; /* bytes of the answer's head so far */
  bool has_head;   /* it came to its end */
  bool is_too_long;
  bool is_out_of_memory;
  uint64_t deadline_ms;
  void (*done)(void *context, const struct vd_client_result *result);
  void *context;
  struct vd_client_request *earlier; /* among those under way */
  struct vd_client_request *later;   /* likewise; or the next idle one */
  struct vd_client_request *before;  /* among those that wait for the host */
  struct vd_client_request *behind;  /* likewise */
};

struct vd_client {
  struct vd_client_hooks hooks;
  CURLM *multi;
  CURLSH *sessions; /* TLS sessions, to be resumed by any request */
  unsigned connections_per_host;
  struct vd_client_host *hosts;
  unsigned host_count;
  struct vd_client_request *first; /* under way, by deadline */
  struct vd_client_request *last;
  struct vd_client_request *idle;
  unsigned idle_count;
  uint64_t armed_ms; /* the time asked for from the event loop */
  bool is_busy;      /* callbacks are being called */
};

#endif
