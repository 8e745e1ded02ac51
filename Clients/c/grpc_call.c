#include "grpc_call.h"

#include <curl/curl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "status_details.pb-c.h"
#include "text.h"

enum { FRAME_HEADER = 5, CONNECT_SECONDS = 5, CALL_SECONDS = 15 };

struct Channel {
  CURL *curl;
  char base[320];
  char authorization[256];
};

// What has come of one answer.
typedef struct {
  unsigned char *body;
  size_t length, capacity;
  bool too_long, has_status;
  long status;
  char details[MAX_STATUS_DETAILS];
  Outcome *outcome;
} Answer;

static size_t take_body(char *data, size_t size, size_t count, void *to) {
  Answer *answer = to;
  size_t bytes = size * count;
  if (bytes > FRAME_HEADER + MAX_ANSWER - answer->length) {
    answer->too_long = true;
    return 0;  // ends the transfer
  }
  if (answer->length + bytes > answer->capacity) {
    size_t capacity = answer->capacity == 0 ? 16 * 1024 : answer->capacity;
    while (capacity < answer->length + bytes) capacity *= 2;
    unsigned char *grown = realloc(answer->body, capacity);
    if (grown == NULL) return 0;
    answer->body = grown;
    answer->capacity = capacity;
  }
  memcpy(answer->body + answer->length, data, bytes);
  answer->length += bytes;
  return bytes;
}

// Copies a header's value if `line` is that header; a value that does not fit is left out.
static bool header(
    const char *line, size_t length, const char *name, char *out, size_t size) {
  size_t skip = strlen(name);
  if (length <= skip || line[skip] != ':' || strncasecmp(line, name, skip) != 0) return false;
  const char *value = line + skip + 1, *end = line + length;
  while (value < end && (*value == ' ' || *value == '\t')) value += 1;
  while (end > value && (end[-1] == '\r' || end[-1] == '\n' || end[-1] == ' ')) end -= 1;
  size_t count = (size_t)(end - value);
  if (count >= size) return false;
  memcpy(out, value, count);
  out[count] = '\0';
  return true;
}

// Headers and trailers alike: a refusal may come in either.
static size_t take_header(char *data, size_t size, size_t count, void *to) {
  Answer *answer = to;
  size_t length = size * count;
  char code[16];
  if (header(data, length, "grpc-status", code, sizeof code)) {
    char *end = NULL;
    answer->status = strtol(code, &end, 10);
    answer->has_status = end != code && *end == '\0' && answer->status >= 0 && answer->status <= 16;
  } else if (header(
                 data, length, "grpc-message", answer->outcome->message,
                 sizeof answer->outcome->message)) {
    decode_percent(answer->outcome->message);
  } else {
    header(data, length, "grpc-status-details-bin", answer->details, sizeof answer->details);
  }
  return length;
}

static void say(Outcome *outcome, int code, const char *message) {
  outcome->code = code;
  outcome->reason[0] = '\0';
  snprintf(outcome->message, sizeof outcome->message, "%s", message);
}

void read_status(const unsigned char *bytes, size_t length, Outcome *outcome) {
  Bureau__Client__Status *status = bureau__client__status__unpack(NULL, length, bytes);
  if (status == NULL) return;
  outcome->code = status->code;
  if (outcome->message[0] == '\0') {
    snprintf(outcome->message, sizeof outcome->message, "%s", status->message);
  }
  for (size_t at = 0; at < status->n_details && outcome->reason[0] == '\0'; at += 1) {
    const Google__Protobuf__Any *any = status->details[at];
    if (strcmp(any->type_url, "type.googleapis.com/google.rpc.ErrorInfo") != 0) continue;
    Bureau__Client__ErrorInfo *info =
        bureau__client__error_info__unpack(NULL, any->value.len, any->value.data);
    if (info == NULL) continue;
    snprintf(outcome->reason, sizeof outcome->reason, "%s", info->reason);
    bureau__client__error_info__free_unpacked(info, NULL);
  }
  bureau__client__status__free_unpacked(status, NULL);
}

static void read_reason(const char *text, Outcome *outcome) {
  unsigned char bytes[MAX_STATUS_DETAILS];
  long length = decode_base64(text, bytes, sizeof bytes);
  if (length > 0) read_status(bytes, (size_t)length, outcome);
}

Channel *channel_open(const char *server, const char *authority, const char *token) {
  Channel *channel = calloc(1, sizeof *channel);
  if (channel == NULL) return NULL;
  int base = snprintf(channel->base, sizeof channel->base, "https://%s/", server);
  int bearer = token == NULL ? 0
                             : snprintf(
                                   channel->authorization, sizeof channel->authorization,
                                   "authorization: Bearer %s", token);
  channel->curl = curl_easy_init();
  if (base < 0 || (size_t)base >= sizeof channel->base || bearer < 0 ||
      (size_t)bearer >= sizeof channel->authorization || channel->curl == NULL) {
    fprintf(stderr, "the server's address or the token is too long\n");
    channel_close(channel);
    return NULL;
  }
  CURL *curl = channel->curl;
  bool set =
      curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK &&
      curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS) == CURLE_OK &&
      curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_3) == CURLE_OK &&
      curl_easy_setopt(curl, CURLOPT_CAINFO, authority) == CURLE_OK &&
      // The file's authority and no other: not the system's.
      curl_easy_setopt(curl, CURLOPT_CAPATH, NULL) == CURLE_OK &&
      curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
      curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
      // The token goes to the server and never to a proxy that the environment names.
      curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
      curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
      curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS) == CURLE_OK &&
      curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)CALL_SECONDS) == CURLE_OK &&
      curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
      curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
      curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK;
  if (!set) {
    fprintf(stderr, "this libcurl lacks HTTP/2, TLS 1.3 or OpenSSL\n");
    channel_close(channel);
    return NULL;
  }
  return channel;
}

void channel_close(Channel *channel) {
  if (channel == NULL) return;
  if (channel->curl != NULL) curl_easy_cleanup(channel->curl);
  OPENSSL_cleanse(channel, sizeof *channel);
  free(channel);
}

static struct curl_slist *headers(const Channel *channel, bool with_token) {
  char timeout[32];
  snprintf(timeout, sizeof timeout, "grpc-timeout: %dS", CALL_SECONDS);
  const char *lines[] = {
      "content-type: application/grpc", "te: trailers", timeout, "Expect:", "Accept:",
      "user-agent: bureau-c",
      with_token && channel->authorization[0] != '\0' ? channel->authorization : NULL};
  struct curl_slist *list = NULL;
  for (size_t at = 0; at < sizeof lines / sizeof lines[0]; at += 1) {
    if (lines[at] == NULL) continue;
    struct curl_slist *longer = curl_slist_append(list, lines[at]);
    if (longer == NULL) {
      curl_slist_free_all(list);
      return NULL;
    }
    list = longer;
  }
  return list;
}

// Forgets the token that libcurl's list copied.
static void free_headers(struct curl_slist *list) {
  for (struct curl_slist *at = list; at != NULL; at = at->next) {
    OPENSSL_cleanse(at->data, strlen(at->data));
  }
  curl_slist_free_all(list);
}

static ProtobufCMessage *finish(
    Channel *channel, CURLcode result, const Answer *answer,
    const ProtobufCMessageDescriptor *type) {
  Outcome *outcome = answer->outcome;
  if (answer->too_long) {
    say(outcome, GRPC_INTERNAL, "the answer is longer than this client takes");
    return NULL;
  }
  if (result != CURLE_OK) {
    say(outcome, GRPC_UNAVAILABLE, curl_easy_strerror(result));
    return NULL;
  }
  long version = 0;
  curl_easy_getinfo(channel->curl, CURLINFO_HTTP_VERSION, &version);
  if (version != CURL_HTTP_VERSION_2_0 || !answer->has_status) {
    say(outcome, GRPC_UNKNOWN, "the server does not speak gRPC");
    return NULL;
  }
  outcome->code = (int)answer->status;
  if (outcome->code != GRPC_OK) {
    read_reason(answer->details, outcome);
    return NULL;
  }
  const unsigned char *body = answer->body;
  if (answer->length < FRAME_HEADER || body[0] != 0) {
    say(outcome, GRPC_INTERNAL, "the answer is compressed or cut off");
    return NULL;
  }
  size_t length =
      (size_t)body[1] << 24 | (size_t)body[2] << 16 | (size_t)body[3] << 8 | (size_t)body[4];
  ProtobufCMessage *message =
      length == answer->length - FRAME_HEADER
          ? protobuf_c_message_unpack(type, NULL, length, body + FRAME_HEADER)
          : NULL;
  if (message == NULL) {
    say(outcome, GRPC_INTERNAL, "the answer is not one message of the expected type");
  }
  return message;
}

ProtobufCMessage *channel_call(
    Channel *channel, const char *method, const ProtobufCMessage *request, bool with_token,
    const ProtobufCMessageDescriptor *type, Outcome *outcome) {
  memset(outcome, 0, sizeof *outcome);
  say(outcome, GRPC_INTERNAL, "no memory left");
  size_t length = protobuf_c_message_get_packed_size(request);
  char url[512];
  int written = snprintf(url, sizeof url, "%s%s", channel->base, method);
  if (length > MAX_ANSWER || written < 0 || (size_t)written >= sizeof url) {
    say(outcome, GRPC_INTERNAL, "the request is too long");
    return NULL;
  }
  ProtobufCMessage *message = NULL;
  Answer *answer = calloc(1, sizeof *answer);
  unsigned char *frame = malloc(FRAME_HEADER + length);
  struct curl_slist *list = headers(channel, with_token);
  if (answer != NULL && frame != NULL && list != NULL) {
    frame[0] = 0;  // not compressed
    for (int at = 0; at < 4; at += 1) frame[1 + at] = (unsigned char)(length >> (24 - 8 * at));
    protobuf_c_message_pack(request, frame + FRAME_HEADER);
    answer->outcome = outcome;
    outcome->message[0] = '\0';
    CURL *curl = channel->curl;
    CURLcode result = curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, frame);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(FRAME_HEADER + length));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, answer);
    if (result == CURLE_OK) result = curl_easy_perform(curl);
    message = finish(channel, result, answer, type);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, NULL);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, NULL);
  }
  free_headers(list);
  free(frame);
  if (answer != NULL) free(answer->body);
  free(answer);
  return message;
}
