/* verifyd: answers whether documents are genuine, keeps the ledger of an operator, cosigns the logs of others: whatever
 * of these its configuration says. Everything is made here, from one configuration file, and handed down; see
 * serve/server.h for a tour. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "json/memory.h"
#include "net/client.h"
#include "serve/housekeeping.h"
#include "serve/operations.h"
#include "serve/process.h"
#include "serve/readiness.h"
#include "serve/routes.h"
#include "serve/server.h"
#include "serve/service_loop.h"

enum {
  DRAIN_MS = 10000,
  POOL_THREADS_MAX = 8,
  ADDRESS_SHARE = 8 /* one address may have this part of the connections */
};

static const char help[] =
    "Usage: verifyd --config FILE [--check]\n"
    "Verifies documents for the page and for programs, over HTTP; keeps the ledger of an operator and takes what\n"
    "issuers hand in; cosigns the logs of other operators: whichever the configuration says.\n"
    "\n"
    "  --config FILE   the configuration, see settings.h or the manual\n"
    "  --check         read it and open what it names, say whether that works, and end\n"
    "  --help          this text\n"
    "  --version       the version\n"
    "\n"
    "Prints the addresses it listens on; writes its log to standard error; ends on SIGTERM or SIGINT after the\n"
    "requests under way. Looks at the trust list every few seconds, and at once on SIGHUP. Exit codes are those of\n"
    "sysexits.h: 64 wrong usage, 66 a file is missing, 69 too few ledgers, 73 the port is taken, 78 the configuration\n"
    "is wrong.\n";

struct command {
  const char *config;
  bool check;
  bool done; /* help or version was asked for and given */
};

struct program {
  struct vd_log log;
  struct vd_settings settings;
  struct vd_client *client; /* asks nobody: keeps the library under net/ up, from before there are threads */
  struct vd_service *service;
  struct vd_housekeeping *housekeeping; /* NULL when there is nothing to do */
  struct vd_route routes[VD_ROUTE_COUNT];
  struct vd_server *server;
  struct vd_operations *operations;
};

static enum vd_error read_command(int count, char **words, struct command *command, struct vd_failure *failure) {
  static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                          {"check", no_argument, NULL, 'k'},
                                          {"help", no_argument, NULL, 'h'},
                                          {"version", no_argument, NULL, 'v'},
                                          {NULL, 0, NULL, 0}};
  *command = (struct command){.config = NULL};
  opterr = 0;
  for (int option; (option = getopt_long(count, words, "", options, NULL)) != -1;) {
    switch (option) {
      case 'c': command->config = optarg; break;
      case 'k': command->check = true; break;
      case 'h':
      case 'v':
        if (option == 'h') (void)fputs(help, stdout);
        else (void)printf("verifyd %s\n", VERIFYD_VERSION);
        command->done = true;
        return VD_OK;
      default: return vd_fail(failure, VD_USAGE, "wrong usage; try verifyd --help");
    }
  }
  if (optind < count) return vd_fail(failure, VD_USAGE, "%s: no such argument; try verifyd --help", words[optind]);
  if (command->config == NULL) return vd_fail(failure, VD_USAGE, "--config FILE is needed; try verifyd --help");
  return VD_OK;
}

static uint64_t now_s(void) { return (uint64_t)time(NULL); }

static void write_metrics(const void *context, struct vd_buffer *out) {
  const struct program *program = context;
  size_t count;
  const struct vd_metrics *metrics = vd_server_metrics(program->server, &count);
  vd_metrics_write(metrics, count, vd_route_names, VD_ROUTE_COUNT, out);
  vd_readiness_metrics(program->service, out);
}

static bool is_ready(const void *context, struct vd_buffer *out) {
  return vd_readiness_write(((const struct program *)context)->service, now_s(), out);
}

/* On loopback a proxy stands in front, and all connections are its own. */
static unsigned address_cap(const struct vd_settings *settings) {
  bool behind_proxy = strncmp(settings->listen.host, "127.", 4) == 0 || strcmp(settings->listen.host, "::1") == 0;
  unsigned share = settings->limits.connections / ADDRESS_SHARE;
  return behind_proxy ? 0 : share > 0 ? share : 1;
}

static enum vd_error open_server(struct program *program, struct vd_failure *failure) {
  const struct vd_settings *settings = &program->settings;
  unsigned workers = settings->workers == 0 ? vd_process_cores() : settings->workers;
  enum vd_error error = vd_process_allow_connections(settings->limits.connections, failure);
  if (error != VD_OK) return error;
  vd_routes_make(settings, program->routes);
  struct vd_server_options options = {.endpoint = settings->listen,
                                      .workers = workers < VD_WORKERS_MAX ? workers : VD_WORKERS_MAX,
                                      .limits = settings->limits,
                                      .connections_per_address = address_cap(settings),
                                      .drain_ms = DRAIN_MS,
                                      .routes = program->routes,
                                      .route_count = VD_ROUTE_COUNT,
                                      .service = program->service,
                                      .log_fd = STDERR_FILENO,
                                      .log_level = VD_LOG_INFO,
                                      .loop_state_new = vd_service_loop_new,
                                      .loop_state_free = vd_service_loop_free,
                                      .loop_hooks = vd_service_loop_hooks};
  return vd_server_new(&options, &program->server, failure);
}

static void print_address(const char *what, const struct vd_endpoint *endpoint, uint16_t port) {
  bool bare = strchr(endpoint->host, ':') == NULL;
  (void)printf("%s on http://%s%s%s:%u/\n", what, bare ? "" : "[", endpoint->host, bare ? "" : "]", port);
}

static void print_roles(const struct vd_service *service) {
  if (service->own != NULL)
    (void)printf("operator of log %s, verifier key %s\n", service->own->key.name, service->own->vkey);
  if (service->witness != NULL)
    (void)printf("witness %s, verifier key %s\n", service->witness->public_key.name, service->witness->vkey);
}

static enum vd_error start(struct program *program, struct vd_failure *failure) {
  struct vd_operations_options options = {.endpoint = program->settings.operations,
                                          .version = VERIFYD_VERSION,
                                          .context = program,
                                          .metrics = write_metrics,
                                          .ready = is_ready};
  uint16_t operations_port;
  enum vd_error error = open_server(program, failure);
  if (error == VD_OK) error = vd_operations_new(&options, &program->operations, &operations_port, failure);
  if (error == VD_OK) error = vd_server_start(program->server, failure);
  if (error == VD_OK && program->housekeeping != NULL) error = vd_housekeeping_start(program->housekeeping, failure);
  if (error != VD_OK) return error;
  print_address("listening", &program->settings.listen, vd_server_port(program->server));
  print_address("operations", &program->settings.operations, operations_port);
  print_roles(program->service);
  (void)fflush(stdout);
  return VD_OK;
}

/* What --check covers: everything but the ports. */
static enum vd_error open_parts(struct program *program, const char *config, struct vd_failure *failure) {
  struct vd_client_options client_options = {.connections_per_host = 1};
  enum vd_error error = vd_settings_read(config, &program->settings, failure);
  if (error == VD_OK) error = vd_client_new(&client_options, &program->client, failure);
  if (error == VD_OK) error = vd_service_new(&program->settings, now_s(), &program->log, &program->service, failure);
  if (error != VD_OK || !vd_housekeeping_is_needed(program->service)) return error;
  return vd_housekeeping_new(program->service, STDERR_FILENO, &program->housekeeping, failure);
}

/* First whoever gives work away, then whoever does it. */
static void close_parts(struct program *program) {
  vd_operations_free(program->operations);
  if (program->server != NULL) vd_server_stop(program->server);
  vd_housekeeping_free(program->housekeeping);
  vd_server_free(program->server);
  vd_service_free(program->service);
  vd_client_free(program->client);
}

static enum vd_error run(struct program *program, const struct command *command, struct vd_failure *failure) {
  unsigned cores = vd_process_cores();
  vd_process_set_pool_threads(cores < POOL_THREADS_MAX ? cores : POOL_THREADS_MAX);
  enum vd_error error = open_parts(program, command->config, failure);
  if (error == VD_OK && command->check) error = vd_anchor_keeping_trouble(program->service->anchor_keeping, failure);
  if (error != VD_OK) return error;
  if (command->check) {
    (void)printf("%s: in order\n", command->config);
    return VD_OK;
  }
  error = start(program, failure);
  if (error != VD_OK) return error;
  vd_log_event(&program->log, VD_LOG_INFO, "started", "version=%s", VERIFYD_VERSION);
  while (vd_process_wait() == VD_PROCESS_RELOAD)
    if (program->housekeeping != NULL) vd_housekeeping_reload(program->housekeeping);
  vd_log_event(&program->log, VD_LOG_INFO, "stopping", NULL);
  vd_server_stop(program->server);
  const struct vd_own_operator *own = program->service->own;
  if (own == NULL || !atomic_load(&own->has_failed)) return VD_OK;
  return vd_fail(failure, VD_INTERNAL, "ledger %s: the disk failed while it was written; see to the disk and start again",
                 own->settings->store);
}

int main(int count, char **words) {
  struct vd_failure failure = {.text = ""};
  struct command command;
  vd_memory_wipe_json();
  enum vd_error error = read_command(count, words, &command, &failure);
  if (error == VD_OK && command.done) return EXIT_SUCCESS;
  if (error == VD_OK) error = vd_process_harden(&failure);
  struct program *program = error == VD_OK ? calloc(1, sizeof *program) : NULL;
  if (program != NULL) {
    vd_log_init(&program->log, STDERR_FILENO, VD_LOG_INFO);
    error = run(program, &command, &failure);
    close_parts(program);
    free(program);
  } else if (error == VD_OK) {
    error = vd_fail(&failure, VD_MEMORY, "no memory to start");
  }
  if (error != VD_OK) (void)fprintf(stderr, "verifyd: %s\n", failure.text);
  return vd_exit_code(error);
}
