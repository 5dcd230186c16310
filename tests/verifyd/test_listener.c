#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "loopback.h"
#include "serve/listener.h"

static struct vd_failure failure;

static void sockets_share_one_port(void **state) {
  struct vd_endpoint endpoint = {.host = "127.0.0.1"};
  int sockets[3];
  uint16_t port = 0;
  (void)state;
  assert_int_equal(vd_listener_open(&endpoint, 3, sockets, &port, &failure), VD_OK);
  assert_int_not_equal(port, 0);
  for (int i = 0; i < 20; i++) (void)close(loopback_connect(port));
  vd_listener_close(sockets, 3);
  endpoint.port = port;
  assert_int_equal(vd_listener_open(&endpoint, 1, sockets, &port, &failure), VD_OK); /* again at once */
  assert_int_equal(port, endpoint.port);
  vd_listener_close(sockets, 1);
}

static void a_taken_port_is_told(void **state) {
  struct vd_endpoint endpoint = {.host = "::1"};
  int first[2], second[1];
  uint16_t port;
  (void)state;
  assert_int_equal(vd_listener_open(&endpoint, 2, first, &endpoint.port, &failure), VD_OK);
  assert_int_equal(vd_listener_open(&endpoint, 1, second, &port, &failure), VD_CONFLICT);
  assert_non_null(strstr(failure.text, "::1"));
  vd_listener_close(first, 2);
}

static void addresses_have_to_be_numbers_of_this_machine(void **state) {
  int sockets[1];
  uint16_t port;
  (void)state;
  assert_int_equal(vd_listener_open(&(struct vd_endpoint){.host = "localhost"}, 1, sockets, &port, &failure),
                   VD_CONFIG);
  assert_int_equal(vd_listener_open(&(struct vd_endpoint){.host = "127.0.0.256"}, 1, sockets, &port, &failure),
                   VD_CONFIG);
  assert_int_equal(vd_listener_open(&(struct vd_endpoint){.host = "192.0.2.1"}, 1, sockets, &port, &failure),
                   VD_UNAVAILABLE);
}

static void expect_peer(const char *text, const char *same_text, bool same) {
  uint8_t addresses[2][16];
  const char *texts[2] = {text, same_text};
  for (int i = 0; i < 2; i++) {
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    bool is_v4 = inet_pton(AF_INET, texts[i], &v4.sin_addr) == 1;
    if (!is_v4) assert_int_equal(inet_pton(AF_INET6, texts[i], &v6.sin6_addr), 1);
    vd_listener_peer(is_v4 ? (const struct sockaddr *)&v4 : (const struct sockaddr *)&v6, addresses[i]);
  }
  assert_int_equal(memcmp(addresses[0], addresses[1], 16) == 0, same);
}

static void one_client_is_one_address(void **state) {
  (void)state;
  expect_peer("192.0.2.1", "192.0.2.1", true);
  expect_peer("192.0.2.1", "192.0.2.2", false);
  expect_peer("192.0.2.1", "::ffff:192.0.2.1", true);
  expect_peer("2001:db8::1", "2001:db8::ffff:2", true);
  expect_peer("2001:db8::1", "2001:db8:0:1::1", false);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sockets_share_one_port),
      cmocka_unit_test(a_taken_port_is_told),
      cmocka_unit_test(addresses_have_to_be_numbers_of_this_machine),
      cmocka_unit_test(one_client_is_one_address),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
