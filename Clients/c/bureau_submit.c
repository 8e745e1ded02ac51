// bureau-submit: seals a file of payments with the company's key and hands it in as one batch.
// docs/sealing.md says what is sealed; README.md how to call it. No secret is an argument.

#include <curl/curl.h>
#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "bureau/v1/submissions.pb-c.h"
#include "endings.h"
#include "grpc_call.h"
#include "submission.h"
#include "text.h"

enum { KEY_SIZE = 32, SIGNATURE_SIZE = 64, HEX_SIZE = 65, MAX_FILE = 4 * 1024 * 1024 };

static const char usage[] =
    "usage: bureau-submit [OPTIONS] bureaus/BUREAU/companies/COMPANY PAYMENTS.csv\n"
    "       bureau-submit [OPTIONS] --sealed REQUEST\n"
    "  --server HOST:PORT  or BUREAU_SERVER\n"
    "  --ca FILE           or BUREAU_CA: the only certificate authority to trust\n"
    "  --key FILE          or BUREAU_KEY_FILE: the private key, PEM, for its owner's eyes only\n"
    "  --batch-id ID       once for each content; without it, it follows from company and file\n"
    "  --seal-to REQUEST   write the sealed request into a file and send nothing\n"
    "  --sealed REQUEST    send what --seal-to has written, as it is\n"
    "  The token is read from the file that BUREAU_TOKEN_FILE names.\n";

typedef struct {
  const char *server, *authority, *key_file, *batch_id, *seal_to, *sealed, *token_file;
  char *company;
  const char *payments;
} Wishes;

static void to_hex(const unsigned char *bytes, size_t count, char *out) {
  for (size_t at = 0; at < count; at += 1) snprintf(out + 2 * at, 3, "%02x", bytes[at]);
}

// No key of ours has a pass phrase: nobody is asked for one.
static int no_pass_phrase(char *out, int size, int writing, void *data) {
  (void)out;
  (void)size;
  (void)writing;
  (void)data;
  return 0;
}

static EVP_PKEY *read_key(const char *path) {
  FILE *file = fopen(path, "rb");
  struct stat about;
  if (file == NULL || fstat(fileno(file), &about) != 0 || !S_ISREG(about.st_mode)) {
    fprintf(stderr, "%s cannot be read\n", path);
    if (file != NULL) fclose(file);
    return NULL;
  }
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    fprintf(stderr, "%s may be read by others; chmod 600 it\n", path);
    fclose(file);
    return NULL;
  }
  EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, no_pass_phrase, NULL);
  fclose(file);
  if (key == NULL || EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519) {
    fprintf(stderr, "%s holds no private key of Ed25519\n", path);
    EVP_PKEY_free(key);
    return NULL;
  }
  return key;
}

static bool fingerprint(EVP_PKEY *key, char out[HEX_SIZE]) {
  unsigned char raw[KEY_SIZE], digest[EVP_MAX_MD_SIZE];
  size_t length = sizeof raw;
  unsigned int count = 0;
  if (EVP_PKEY_get_raw_public_key(key, raw, &length) != 1 || length != sizeof raw ||
      EVP_Digest(raw, length, digest, &count, EVP_sha256(), NULL) != 1) {
    return false;
  }
  to_hex(digest, 32, out);
  return true;
}

static bool sign(EVP_PKEY *key, const Bytes *bytes, unsigned char out[SIGNATURE_SIZE]) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  size_t length = SIGNATURE_SIZE;
  // Ed25519 takes no digest of its own and signs in one step.
  bool done = context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
              EVP_DigestSign(context, out, &length, bytes->data, bytes->length) == 1 &&
              length == SIGNATURE_SIZE;
  EVP_MD_CTX_free(context);
  return done;
}

// Where none is given: the first half of SHA-256 over company and file.
static bool choose_batch_id(const Wishes *wishes, const Bytes *file, char out[BATCH_ID_SIZE]) {
  if (wishes->batch_id != NULL) {
    if (strlen(wishes->batch_id) >= BATCH_ID_SIZE) return false;
    strcpy(out, wishes->batch_id);
    return true;
  }
  Bytes all = {0};
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int count = 0;
  bytes_add(&all, wishes->company, strlen(wishes->company) + 1);
  bytes_add(&all, file->data, file->length);
  bool done = !all.failed &&
              EVP_Digest(all.data, all.length, digest, &count, EVP_sha256(), NULL) == 1;
  bytes_free(&all);
  if (done) to_hex(digest, 16, out);
  return done;
}

// The request of a file of payments, packed.
static enum Ending seal(const Wishes *wishes, EVP_PKEY *key, Bytes *out) {
  Bytes file = {0};
  if (!read_file(wishes->payments, MAX_FILE, &file)) return INVALID_INPUT;
  Payments *all = payments_read(wishes->payments, &file);
  if (all == NULL) {
    bytes_free(&file);
    return INVALID_INPUT;
  }
  char print[HEX_SIZE];
  unsigned char signature[SIGNATURE_SIZE], random[16];
  char request_id[2 * sizeof random + 1];
  google__protobuf__timestamp__init(&all->create_time);
  all->create_time.seconds = (int64_t)time(NULL);
  all->batch.create_time = &all->create_time;
  all->batch.batch_id = all->batch_id;
  // The clock of a test's server stands elsewhere.
  const char *at = getenv("BUREAU_SEAL_TIME");
  if (at != NULL) all->create_time.seconds = strtoll(at, NULL, 10);
  bool done = choose_batch_id(wishes, &file, all->batch_id) && fingerprint(key, print) &&
              RAND_bytes(random, sizeof random) == 1;
  Bytes covered = done ? canonical(&all->batch, wishes->company, print) : (Bytes){0};
  done = done && !covered.failed && sign(key, &covered, signature);
  if (done) {
    to_hex(random, sizeof random, request_id);
    Bureau__V1__Seal sealing = BUREAU__V1__SEAL__INIT;
    sealing.key_fingerprint = print;
    sealing.signature.data = signature;
    sealing.signature.len = sizeof signature;
    Bureau__V1__SubmitBatchRequest request = BUREAU__V1__SUBMIT_BATCH_REQUEST__INIT;
    request.parent = wishes->company;
    request.batch = &all->batch;
    request.seal = &sealing;
    request.request_id = request_id;
    size_t length = bureau__v1__submit_batch_request__get_packed_size(&request);
    unsigned char *packed = malloc(length);
    if (packed != NULL) {
      bureau__v1__submit_batch_request__pack(&request, packed);
      bytes_add(out, packed, length);
    }
    free(packed);
    done = packed != NULL && !out->failed;
  }
  bytes_free(&covered);
  bytes_free(&file);
  payments_free(all);
  if (!done) fprintf(stderr, "the batch cannot be sealed\n");
  return done ? DONE : INTERNAL;
}

static enum Ending write_request(const char *path, const Bytes *request) {
  FILE *file = fopen(path, "wb");
  bool done = file != NULL && fwrite(request->data, 1, request->length, file) == request->length;
  if (file != NULL && fclose(file) != 0) done = false;
  if (!done) fprintf(stderr, "%s cannot be written\n", path);
  return done ? DONE : INVALID_INPUT;
}

static enum Ending show_result(const Bureau__V1__BatchItemResult *result) {
  printf("item\t%" PRId32 "\t", result->number);
  if (result->result_case == BUREAU__V1__BATCH_ITEM_RESULT__RESULT_PAYMENT) {
    const ProtobufCEnumValue *state = protobuf_c_enum_descriptor_get_value(
        &bureau__v1__payment__state__descriptor, (int)result->payment->state);
    const char *id = strrchr(result->payment->name, '/');
    printf("%s\t", state == NULL ? "UNKNOWN" : state->name);
    print_text(stdout, id == NULL ? result->payment->name : id + 1);
    fputc('\n', stdout);
    return DONE;
  }
  Outcome outcome = {.code = GRPC_UNKNOWN};
  if (result->result_case == BUREAU__V1__BATCH_ITEM_RESULT__RESULT_ERROR) {
    size_t length = google__rpc__status__get_packed_size(result->error);
    unsigned char *packed = malloc(length + 1);
    if (packed != NULL) {
      google__rpc__status__pack(result->error, packed);
      read_status(packed, length, &outcome);
    }
    free(packed);
  }
  printf("%s\t", status_name(outcome.code));
  print_text(stdout, outcome.reason);
  fputc('\t', stdout);
  print_text(stdout, outcome.message);
  fputc('\n', stdout);
  return SOME_FAILED;
}

static enum Ending submit(Channel *channel, const Bytes *packed) {
  static const char method[] = "bureau.v1.SubmissionService/SubmitBatch";
  Bureau__V1__SubmitBatchRequest *request =
      bureau__v1__submit_batch_request__unpack(NULL, packed->length, packed->data);
  if (request == NULL) {
    fprintf(stderr, "the file holds no sealed request\n");
    return INVALID_INPUT;
  }
  Outcome outcome;
  Bureau__V1__SubmitBatchResponse *answer = (Bureau__V1__SubmitBatchResponse *)channel_call(
      channel, method, &request->base, true, &bureau__v1__submit_batch_response__descriptor,
      &outcome);
  bureau__v1__submit_batch_request__free_unpacked(request, NULL);
  if (answer == NULL) return complain(method, &outcome);
  printf("batch\t");
  print_text(stdout, answer->batch_id);
  fputc('\n', stdout);
  enum Ending end = DONE;
  for (size_t at = 0; at < answer->n_results; at += 1) {
    if (show_result(answer->results[at]) != DONE) end = SOME_FAILED;
  }
  bureau__v1__submit_batch_response__free_unpacked(answer, NULL);
  return end;
}

// The value of an option; NULL, and false, where it is another or has none.
static bool option(const char *name, int count, char **arguments, int *at, const char **out) {
  if (strcmp(arguments[*at], name) != 0 || *at + 1 >= count) return false;
  *at += 1;
  *out = arguments[*at];
  return true;
}

static bool read_wishes(int count, char **arguments, Wishes *wishes) {
  wishes->server = getenv("BUREAU_SERVER");
  wishes->authority = getenv("BUREAU_CA");
  wishes->key_file = getenv("BUREAU_KEY_FILE");
  wishes->token_file = getenv("BUREAU_TOKEN_FILE");
  for (int at = 1; at < count; at += 1) {
    if (option("--server", count, arguments, &at, &wishes->server) ||
        option("--ca", count, arguments, &at, &wishes->authority) ||
        option("--key", count, arguments, &at, &wishes->key_file) ||
        option("--batch-id", count, arguments, &at, &wishes->batch_id) ||
        option("--seal-to", count, arguments, &at, &wishes->seal_to) ||
        option("--sealed", count, arguments, &at, &wishes->sealed)) {
      continue;
    }
    if (arguments[at][0] == '-') return false;
    if (wishes->company == NULL) {
      wishes->company = arguments[at];
    } else if (wishes->payments == NULL) {
      wishes->payments = arguments[at];
    } else {
      return false;
    }
  }
  bool seals = wishes->sealed == NULL;
  bool sends = wishes->seal_to == NULL;
  if (seals != (wishes->company != NULL && wishes->payments != NULL)) return false;
  if (seals && (!is_company(wishes->company) || wishes->key_file == NULL)) return false;
  if (!seals && (wishes->company != NULL || !sends)) return false;
  return !sends || (wishes->server != NULL && is_server(wishes->server) &&
                    wishes->authority != NULL && wishes->token_file != NULL);
}

static enum Ending send_request(const Wishes *wishes, const Bytes *request) {
  char token[201];
  if (!read_secret(wishes->token_file, token, sizeof token)) return USAGE;
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return INTERNAL;
  Channel *channel = channel_open(wishes->server, wishes->authority, token);
  OPENSSL_cleanse(token, sizeof token);
  enum Ending end = channel == NULL ? USAGE : submit(channel, request);
  channel_close(channel);
  curl_global_cleanup();
  return end;
}

int main(int count, char **arguments) {
  if (count == 2 && strcmp(arguments[1], "--help") == 0) {
    fputs(usage, stdout);
    return DONE;
  }
  Wishes wishes = {0};
  if (!read_wishes(count, arguments, &wishes)) {
    fputs(usage, stderr);
    return USAGE;
  }
  Bytes request = {0};
  enum Ending end = DONE;
  if (wishes.sealed != NULL) {
    end = read_file(wishes.sealed, MAX_FILE, &request) ? DONE : INVALID_INPUT;
  } else {
    EVP_PKEY *key = read_key(wishes.key_file);
    end = key == NULL ? USAGE : seal(&wishes, key, &request);
    EVP_PKEY_free(key);
  }
  if (end == DONE) {
    end = wishes.seal_to != NULL ? write_request(wishes.seal_to, &request)
                                 : send_request(&wishes, &request);
  }
  bytes_free(&request);
  if (fflush(stdout) != 0 || ferror(stdout)) {
    fprintf(stderr, "the output cannot be written\n");
    return INTERNAL;
  }
  return end;
}
