// bureau-status: is the server well, who am I there, and which payments has the company?
// README.md says how to call it; the exit codes are those of the command line `bureau`.

#include <curl/curl.h>
#include <inttypes.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bureau/v1/identity.pb-c.h"
#include "bureau/v1/payments.pb-c.h"
#include "endings.h"
#include "grpc/health/v1/health.pb-c.h"
#include "grpc_call.h"
#include "text.h"

// A page, and as many pages as make 100,000 payments.
enum { PAGE_SIZE = 200, MAX_PAGES = 500 };

static const char usage[] =
    "usage: bureau-status --server HOST:PORT --ca FILE bureaus/BUREAU/companies/COMPANY\n"
    "  The token is read from the file that BUREAU_TOKEN_FILE names.\n"
    "  --server and --ca may also be given as BUREAU_SERVER and BUREAU_CA.\n";

static enum Ending show_health(Channel *channel) {
  static const char method[] = "grpc.health.v1.Health/Check";
  Grpc__Health__V1__HealthCheckRequest request = GRPC__HEALTH__V1__HEALTH_CHECK_REQUEST__INIT;
  Outcome outcome;
  // Anyone may ask: the token stays here.
  Grpc__Health__V1__HealthCheckResponse *answer =
      (Grpc__Health__V1__HealthCheckResponse *)channel_call(
          channel, method, &request.base, false,
          &grpc__health__v1__health_check_response__descriptor, &outcome);
  if (answer == NULL) return complain(method, &outcome);
  bool serving =
      answer->status == GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVING;
  grpc__health__v1__health_check_response__free_unpacked(answer, NULL);
  printf("server\t%s\n", serving ? "SERVING" : "NOT_SERVING");
  return serving ? DONE : UNAVAILABLE;
}

static enum Ending show_session(Channel *channel, const char *company) {
  static const char method[] = "bureau.v1.IdentityService/GetSession";
  char name[80];
  snprintf(
      name, sizeof name, "%.*s/sessions/-", (int)(strlen("bureaus/") + ID_DIGITS), company);
  Bureau__V1__GetSessionRequest request = BUREAU__V1__GET_SESSION_REQUEST__INIT;
  request.name = name;
  Outcome outcome;
  Bureau__V1__Session *session = (Bureau__V1__Session *)channel_call(
      channel, method, &request.base, true, &bureau__v1__session__descriptor, &outcome);
  if (session == NULL) return complain(method, &outcome);
  printf("user\t");
  print_text(stdout, session->user);
  fputc('\t', stdout);
  print_text(stdout, session->display_name);
  fputc('\n', stdout);
  bureau__v1__session__free_unpacked(session, NULL);
  return DONE;
}

static void show_payment(const Bureau__V1__Payment *payment) {
  const char *id = strrchr(payment->name, '/');
  const ProtobufCEnumValue *state = protobuf_c_enum_descriptor_get_value(
      &bureau__v1__payment__state__descriptor, (int)payment->state);
  printf("payment\t");
  print_text(stdout, id == NULL ? payment->name : id + 1);
  printf("\t%s\t", state == NULL ? "UNKNOWN" : state->name);
  if (payment->amount != NULL) {
    printf("%" PRId64 " ", payment->amount->minor_units);
    print_text(stdout, payment->amount->currency_code);
  }
  fputc('\t', stdout);
  print_text(stdout, payment->due_date);
  fputc('\t', stdout);
  if (payment->creditor != NULL) print_text(stdout, payment->creditor->display_name);
  fputc('\n', stdout);
}

static enum Ending show_payments(Channel *channel, char *company) {
  static const char method[] = "bureau.v1.PaymentService/ListPayments";
  char token[256] = "";
  for (int page = 0; page < MAX_PAGES; page += 1) {
    Bureau__V1__ListPaymentsRequest request = BUREAU__V1__LIST_PAYMENTS_REQUEST__INIT;
    request.parent = company;
    request.page_size = PAGE_SIZE;
    request.page_token = token;
    Outcome outcome;
    Bureau__V1__ListPaymentsResponse *answer = (Bureau__V1__ListPaymentsResponse *)channel_call(
        channel, method, &request.base, true, &bureau__v1__list_payments_response__descriptor,
        &outcome);
    if (answer == NULL) return complain(method, &outcome);
    for (size_t at = 0; at < answer->n_payments; at += 1) show_payment(answer->payments[at]);
    size_t length = strlen(answer->next_page_token);
    bool sane = length < sizeof token && strcmp(answer->next_page_token, token) != 0;
    if (length > 0 && sane) memcpy(token, answer->next_page_token, length + 1);
    bureau__v1__list_payments_response__free_unpacked(answer, NULL);
    if (length == 0) return DONE;
    if (!sane) {
      fprintf(stderr, "%s: the server's page token leads nowhere\n", method);
      return INTERNAL;
    }
  }
  fprintf(stderr, "%s: more than %d payments; the rest is not shown\n", method,
          PAGE_SIZE * MAX_PAGES);
  return INTERNAL;
}

int main(int count, char **arguments) {
  const char *server = getenv("BUREAU_SERVER"), *authority = getenv("BUREAU_CA");
  char *company = NULL;
  for (int at = 1; at < count; at += 1) {
    if (strcmp(arguments[at], "--help") == 0) {
      fputs(usage, stdout);
      return DONE;
    } else if (strcmp(arguments[at], "--server") == 0 && at + 1 < count) {
      server = arguments[at += 1];
    } else if (strcmp(arguments[at], "--ca") == 0 && at + 1 < count) {
      authority = arguments[at += 1];
    } else if (arguments[at][0] != '-' && company == NULL) {
      company = arguments[at];
    } else {
      fputs(usage, stderr);
      return USAGE;
    }
  }
  const char *token_file = getenv("BUREAU_TOKEN_FILE");
  if (server == NULL || !is_server(server) || authority == NULL || token_file == NULL ||
      company == NULL || !is_company(company)) {
    fputs(usage, stderr);
    return USAGE;
  }
  char token[201];
  if (!read_secret(token_file, token, sizeof token)) return USAGE;
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return INTERNAL;
  Channel *channel = channel_open(server, authority, token);
  OPENSSL_cleanse(token, sizeof token);
  enum Ending end = channel == NULL ? USAGE : show_health(channel);
  if (end == DONE) end = show_session(channel, company);
  if (end == DONE) end = show_payments(channel, company);
  channel_close(channel);
  curl_global_cleanup();
  if (fflush(stdout) != 0 || ferror(stdout)) {
    fprintf(stderr, "the output cannot be written\n");
    return INTERNAL;
  }
  return end;
}
