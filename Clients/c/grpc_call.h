// One unary gRPC call over libcurl: HTTP/2, TLS 1.3, one authority, everything bounded.
#ifndef BUREAU_GRPC_CALL_H
#define BUREAU_GRPC_CALL_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

// The bounds of an answer, in bytes. The server answers a page of 500 with less than 1 MiB.
enum { MAX_ANSWER = 4 * 1024 * 1024, MAX_STATUS_DETAILS = 16 * 1024, MAX_MESSAGE = 2 * 1024 };

// The status of gRPC that this client acts on itself; the others are passed on as numbers.
enum { GRPC_OK = 0, GRPC_UNKNOWN = 2, GRPC_INTERNAL = 13, GRPC_UNAVAILABLE = 14 };

// A connection to one server, kept open between calls.
typedef struct Channel Channel;

// How a call ended.
typedef struct {
  int code;                    // grpc-status; GRPC_UNAVAILABLE where no server answered
  char reason[64];             // ErrorInfo.reason, "PAYMENT_STATE"; empty where there is none
  char message[MAX_MESSAGE];   // for people, decoded
} Outcome;

// `server` is HOST:PORT, `authority` a PEM file with the only certificate authority to trust,
// `token` may be NULL. NULL, with the reason on standard error, if it cannot be made.
Channel *channel_open(const char *server, const char *authority, const char *token);
void channel_close(Channel *channel);

// Calls `method`, "bureau.v1.PaymentService/ListPayments". The answer, to be freed by
// protobuf_c_message_free_unpacked, or NULL where outcome->code is not GRPC_OK.
ProtobufCMessage *channel_call(
    Channel *channel, const char *method, const ProtobufCMessage *request, bool with_token,
    const ProtobufCMessageDescriptor *answer, Outcome *outcome);

// Reads a packed google.rpc.Status: code, words and the reason of its ErrorInfo.
void read_status(const unsigned char *bytes, size_t length, Outcome *outcome);

#endif
