// A batch of payments from a file, and the bytes that its seal covers (docs/sealing.md).
#ifndef BUREAU_SUBMISSION_H
#define BUREAU_SUBMISSION_H

#include <stdbool.h>
#include <stddef.h>

#include "bureau/v1/submissions.pb-c.h"

// Bytes that grow.
typedef struct {
  unsigned char *data;
  size_t length, capacity;
  bool failed;  // no memory was left: the rest is missing
} Bytes;

void bytes_add(Bytes *bytes, const void *data, size_t length);
void bytes_free(Bytes *bytes);

// The whole of a file of at most `limit` bytes. False, with the reason on standard error.
bool read_file(const char *path, size_t limit, Bytes *out);

enum { MAX_ITEMS = 500, MAX_TOTALS = 16, BATCH_ID_SIZE = 65 };

// A batch with all that it points to. To be freed by payments_free.
typedef struct {
  Bureau__V1__Batch batch;
  Bureau__V1__BatchItem items[MAX_ITEMS], *item_list[MAX_ITEMS];
  Bureau__V1__BatchPayment payments[MAX_ITEMS];
  Bureau__V1__Party creditors[MAX_ITEMS];
  Bureau__V1__AccountNumber accounts[MAX_ITEMS];
  Bureau__V1__Money amounts[MAX_ITEMS], totals[MAX_TOTALS], *total_list[MAX_TOTALS];
  Bureau__V1__PaymentReference references[MAX_ITEMS];
  Google__Protobuf__Timestamp create_time;
  char batch_id[BATCH_ID_SIZE];
  char *text;  // the file, cut into the values above
} Payments;

// Reads a CSV file with a head line. NULL, with file and line on standard error, if it is faulty.
Payments *payments_read(const char *path, Bytes *file);
void payments_free(Payments *payments);

// The canonical bytes of a batch sealed with the key of this fingerprint for this company.
Bytes canonical(const Bureau__V1__Batch *batch, const char *company, const char *fingerprint);

#endif
