#include "http_peer.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS = 128, TICK_MS = 5 };

struct connection {
  int fd; /* −1: free */
  char *in;
  size_t in_len;
  char *out; /* NULL: it waits for a request */
  size_t out_len;
  size_t sent;
  bool ends; /* when all is sent */
  bool is_mute;
  bool is_held;
  unsigned drip_ms;
  uint64_t next_ms;
};

struct http_peer {
  uint16_t port;
  int listener;
  int wake[2];
  pthread_t thread;
  http_peer_handler *handler;
  void *context;
  bool has_released; /* the thread's alone */
  atomic_uint accepted;
  atomic_uint requests;
  atomic_uint open; /* connections */
  struct connection connections[CONNECTIONS];
};

static uint64_t now_ms(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void http_peer_say(struct http_peer_answer *answer, const void *body, size_t len) {
  free(answer->body);
  answer->body = malloc(len + 1);
  assert(answer->body != NULL);
  if (len > 0) memcpy(answer->body, body, len);
  answer->body_len = len;
}

static void drop(struct connection *connection) {
  (void)close(connection->fd);
  free(connection->in);
  free(connection->out);
  *connection = (struct connection){.fd = -1};
}

/* --- requests and answers --- */

static void compose(struct connection *connection, const struct http_peer_answer *answer) {
  char head[1024];
  char length[64] = "";
  if (!answer->has_no_length) (void)snprintf(length, sizeof length, "Content-Length: %zu\r\n", answer->body_len);
  int head_len = answer->manner == HTTP_PEER_RAW
                     ? 0
                     : snprintf(head, sizeof head, "HTTP/1.1 %u Told\r\nContent-Type: %s\r\n%s%s\r\n", answer->status,
                                answer->media_type, length, answer->head_lines == NULL ? "" : answer->head_lines);
  assert(head_len >= 0 && (size_t)head_len < sizeof head);
  connection->out_len = (size_t)head_len + answer->body_len;
  connection->out = malloc(connection->out_len + 1);
  assert(connection->out != NULL);
  memcpy(connection->out, head, (size_t)head_len);
  if (answer->body_len > 0) memcpy(connection->out + head_len, answer->body, answer->body_len);
  if (answer->manner == HTTP_PEER_CUT && answer->cut_len < connection->out_len) connection->out_len = answer->cut_len;
  connection->sent = 0;
  connection->ends = answer->manner != HTTP_PEER_WELL || answer->has_no_length;
  connection->is_held = answer->is_held;
  connection->drip_ms = answer->drip_ms;
  connection->next_ms = now_ms() + answer->delay_ms;
}

static void take_request(struct http_peer *peer, struct connection *connection, size_t head_len, size_t body_len) {
  struct http_peer_request request = {.head = connection->in,
                                      .body = (const uint8_t *)connection->in + head_len,
                                      .body_len = body_len};
  struct http_peer_answer answer = {.status = 200, .media_type = "text/plain"};
  connection->in[head_len - 1] = '\0';
  int fields = sscanf(connection->in, "%7s %127s", request.method, request.path);
  assert(fields == 2);
  (void)fields;
  atomic_fetch_add(&peer->requests, 1);
  peer->handler(peer->context, &request, &answer);
  if (answer.manner == HTTP_PEER_SILENT)
    connection->is_mute = true;
  else
    compose(connection, &answer);
  if (answer.releases) peer->has_released = true;
  free(answer.body);
  connection->in_len -= head_len + body_len;
  memmove(connection->in, connection->in + head_len + body_len, connection->in_len + 1);
}

static void look_for_request(struct http_peer *peer, struct connection *connection) {
  const char *end = connection->in == NULL ? NULL : strstr(connection->in, "\r\n\r\n");
  if (end == NULL || connection->out != NULL || connection->is_mute) return;
  size_t head_len = (size_t)(end - connection->in) + 4;
  const char *length = strcasestr(connection->in, "\r\nContent-Length:");
  size_t body_len = length != NULL && length < end ? strtoul(length + 17, NULL, 10) : 0;
  if (connection->in_len - head_len >= body_len) take_request(peer, connection, head_len, body_len);
}

static void receive(struct http_peer *peer, struct connection *connection) {
  enum { CHUNK = 65536 };
  char *in = realloc(connection->in, connection->in_len + CHUNK + 1);
  assert(in != NULL);
  connection->in = in;
  ssize_t got = recv(connection->fd, in + connection->in_len, CHUNK, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    drop(connection);
    return;
  }
  connection->in_len += (size_t)got;
  in[connection->in_len] = '\0';
  look_for_request(peer, connection);
}

static void send_more(struct http_peer *peer, struct connection *connection) {
  if ((connection->is_held && !peer->has_released) || now_ms() < connection->next_ms) return;
  size_t len = connection->out_len - connection->sent;
  if (connection->drip_ms > 0 && len > 1) len = 1;
  ssize_t sent = send(connection->fd, connection->out + connection->sent, len, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) {
    if (errno != EAGAIN && errno != EINTR) drop(connection);
    return;
  }
  connection->sent += (size_t)sent;
  connection->next_ms = now_ms() + connection->drip_ms;
  if (connection->sent < connection->out_len) return;
  if (connection->ends) {
    drop(connection);
    return;
  }
  free(connection->out);
  connection->out = NULL;
  look_for_request(peer, connection);
}

/* --- the thread --- */

static void accept_one(struct http_peer *peer) {
  int fd = accept4(peer->listener, NULL, NULL, SOCK_CLOEXEC);
  if (fd < 0) return;
  for (size_t at = 0; at < CONNECTIONS; at++)
    if (peer->connections[at].fd < 0) {
      peer->connections[at].fd = fd;
      atomic_fetch_add(&peer->accepted, 1);
      return;
    }
  (void)close(fd);
}

static void count_open(struct http_peer *peer) {
  unsigned open = 0;
  for (size_t at = 0; at < CONNECTIONS; at++) open += peer->connections[at].fd >= 0;
  atomic_store(&peer->open, open);
}

static void serve_once(struct http_peer *peer, struct pollfd *fds) {
  bool is_sending = false;
  fds[0] = (struct pollfd){.fd = peer->wake[0], .events = POLLIN};
  fds[1] = (struct pollfd){.fd = peer->listener, .events = POLLIN};
  for (size_t at = 0; at < CONNECTIONS; at++) {
    struct connection *connection = &peer->connections[at];
    fds[2 + at] = (struct pollfd){.fd = connection->fd, .events = POLLIN};
    is_sending = is_sending || connection->out != NULL;
  }
  (void)poll(fds, 2 + CONNECTIONS, is_sending ? TICK_MS : -1);
  for (size_t at = 0; at < CONNECTIONS; at++) {
    struct connection *connection = &peer->connections[at];
    if (connection->fd >= 0 && fds[2 + at].revents != 0) receive(peer, connection);
    if (connection->fd >= 0 && connection->out != NULL) send_more(peer, connection);
  }
  if (fds[1].revents != 0) accept_one(peer);
  count_open(peer);
}

static void *serve(void *context) {
  struct http_peer *peer = context;
  struct pollfd *fds = calloc(2 + CONNECTIONS, sizeof *fds);
  assert(fds != NULL);
  while (fds[0].revents == 0) serve_once(peer, fds);
  free(fds);
  return NULL;
}

static int listen_on(uint16_t port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  const int on = 1;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int error = setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (error == 0) error = bind(fd, (struct sockaddr *)&address, sizeof address);
  if (error == 0) error = listen(fd, CONNECTIONS);
  assert(fd >= 0 && error == 0);
  return fd;
}

struct http_peer *http_peer_start(uint16_t port, http_peer_handler *handler, void *context) {
  struct sockaddr_in address;
  socklen_t len = sizeof address;
  struct http_peer *peer = calloc(1, sizeof *peer);
  assert(peer != NULL);
  for (size_t at = 0; at < CONNECTIONS; at++) peer->connections[at].fd = -1;
  peer->handler = handler;
  peer->context = context;
  peer->listener = listen_on(port);
  int error = getsockname(peer->listener, (struct sockaddr *)&address, &len);
  if (error == 0) error = pipe(peer->wake);
  if (error == 0) error = pthread_create(&peer->thread, NULL, serve, peer);
  assert(error == 0);
  peer->port = ntohs(address.sin_port);
  return peer;
}

void http_peer_stop(struct http_peer *peer) {
  if (peer == NULL) return;
  ssize_t written = write(peer->wake[1], "x", 1);
  assert(written == 1);
  (void)written;
  (void)pthread_join(peer->thread, NULL);
  for (size_t at = 0; at < CONNECTIONS; at++)
    if (peer->connections[at].fd >= 0) drop(&peer->connections[at]);
  (void)close(peer->listener);
  (void)close(peer->wake[0]);
  (void)close(peer->wake[1]);
  free(peer);
}

uint16_t http_peer_port(const struct http_peer *peer) { return peer->port; }

unsigned http_peer_connections(const struct http_peer *peer) { return atomic_load(&peer->accepted); }

void http_peer_wait_closed(const struct http_peer *peer) {
  while (atomic_load(&peer->open) > 0) (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

unsigned http_peer_requests(const struct http_peer *peer) { return atomic_load(&peer->requests); }

const char *http_peer_url(char url[static HTTP_PEER_URL_SIZE], const struct http_peer *peer, const char *path) {
  (void)snprintf(url, HTTP_PEER_URL_SIZE, "http://127.0.0.1:%u%s", peer->port, path);
  return url;
}
