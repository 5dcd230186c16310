#include "net/client_turns.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* --- requests under way, by deadline --- */

void vd_client_turns_link(struct vd_client *client, struct vd_client_request *request) {
  struct vd_client_request *earlier = client->last; /* mostly, for timeouts are mostly alike */
  while (earlier != NULL && earlier->deadline_ms > request->deadline_ms) earlier = earlier->earlier;
  request->earlier = earlier;
  request->later = earlier == NULL ? client->first : earlier->later;
  *(request->earlier == NULL ? &client->first : &request->earlier->later) = request;
  *(request->later == NULL ? &client->last : &request->later->earlier) = request;
}

void vd_client_turns_unlink(struct vd_client *client, struct vd_client_request *request) {
  *(request->earlier == NULL ? &client->first : &request->earlier->later) = request->later;
  *(request->later == NULL ? &client->last : &request->later->earlier) = request->earlier;
  request->earlier = request->later = NULL;
}

/* --- requests that wait, by host --- */

void vd_client_turns_join(struct vd_client_request *request, struct vd_client_host *host) {
  request->stage = VD_CLIENT_STAGE_WAITING;
  request->host = host;
  request->before = host->last_waiting;
  *(request->before == NULL ? &host->first_waiting : &request->before->behind) = request;
  host->last_waiting = request;
}

void vd_client_turns_leave(struct vd_client_request *request) {
  struct vd_client_host *host = request->host;
  *(request->before == NULL ? &host->first_waiting : &request->before->behind) = request->behind;
  *(request->behind == NULL ? &host->last_waiting : &request->behind->before) = request->before;
  request->before = request->behind = NULL;
}

/* It is called where the callbacks of requests must not be, so one that libcurl does not take becomes due at once, and
 * ends when what is too late ends. */
void vd_client_turns_ask(struct vd_client *client, struct vd_client_host *host) {
  while (host->first_waiting != NULL && host->asking < client->connections_per_host) {
    struct vd_client_request *request = host->first_waiting;
    vd_client_turns_leave(request);
    if (curl_multi_add_handle(client->multi, request->easy) == CURLM_OK) {
      request->stage = VD_CLIENT_STAGE_ASKING;
      host->asking++;
      continue;
    }
    request->stage = VD_CLIENT_STAGE_FAILED;
    request->is_out_of_memory = true; /* nothing else can be wrong with it */
    vd_client_turns_unlink(client, request);
    request->deadline_ms = 0;
    vd_client_turns_link(client, request);
  }
}

/* --- hosts --- */

static bool is_at_rest(const struct vd_client_host *host) { return host->asking == 0 && host->first_waiting == NULL; }

bool vd_client_turns_forget_host(struct vd_client *client) {
  struct vd_client_host **found = NULL;
  for (struct vd_client_host **at = &client->hosts; *at != NULL; at = &(*at)->next)
    if (is_at_rest(*at)) found = at;
  if (found == NULL) return false;
  struct vd_client_host *host = *found;
  *found = host->next;
  free(host);
  client->host_count--;
  return true;
}

struct vd_client_host *vd_client_turns_host(struct vd_client *client, const char *url) {
  size_t len = strcspn(url, ":") + strlen("://");
  len += strcspn(url + len, "/?#");
  for (struct vd_client_host *host = client->hosts; host != NULL; host = host->next)
    if (host->origin_len == len && strncasecmp(host->origin, url, len) == 0) return host;
  /* Those in use are as many as they are. */
  while (client->host_count >= VD_CLIENT_HOSTS_KEPT && vd_client_turns_forget_host(client)) continue;
  struct vd_client_host *host = calloc(1, sizeof *host + len);
  if (host == NULL) return NULL;
  memcpy(host->origin, url, len);
  host->origin_len = len;
  host->next = client->hosts;
  client->hosts = host;
  client->host_count++;
  return host;
}
