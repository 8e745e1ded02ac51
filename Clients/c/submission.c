#include "submission.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bytes_add(Bytes *bytes, const void *data, size_t length) {
  if (bytes->failed || length > (size_t)64 << 20) {
    bytes->failed = true;
    return;
  }
  if (bytes->length + length > bytes->capacity) {
    size_t capacity = bytes->capacity == 0 ? 4096 : bytes->capacity;
    while (capacity < bytes->length + length) capacity *= 2;
    unsigned char *grown = realloc(bytes->data, capacity);
    if (grown == NULL) {
      bytes->failed = true;
      return;
    }
    bytes->data = grown;
    bytes->capacity = capacity;
  }
  if (length > 0) memcpy(bytes->data + bytes->length, data, length);
  bytes->length += length;
}

void bytes_free(Bytes *bytes) {
  free(bytes->data);
  memset(bytes, 0, sizeof *bytes);
}

bool read_file(const char *path, size_t limit, Bytes *out) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    fprintf(stderr, "%s cannot be read: %s\n", path, strerror(errno));
    return false;
  }
  unsigned char block[4096];
  size_t count;
  while (out->length <= limit && (count = fread(block, 1, sizeof block, file)) > 0) {
    bytes_add(out, block, count);
  }
  const char *fault = ferror(file)           ? "cannot be read"
                      : out->length > limit  ? "is too large"
                      : out->failed          ? "does not fit into memory"
                                             : NULL;
  fclose(file);
  if (fault != NULL) fprintf(stderr, "%s %s\n", path, fault);
  return fault == NULL;
}

// The columns, in the order of the sealed bytes.
enum Column {
  NUMBER, NAME, ORGANISATION, COUNTRY, FORM, ACCOUNT, BIC, AMOUNT, CURRENCY, TYPE, REFERENCE, DUE,
  COLUMNS
};
static const char *const columns[COLUMNS] = {
    "invoice_number", "creditor_name", "creditor_organisation_number", "creditor_country",
    "account_form", "account", "bic", "amount_minor", "currency", "reference_type", "reference",
    "due_date"};

static char nothing[] = "";

// Cuts the first line off `*rest` into values, in place (RFC 4180 without line breaks in values).
// The count of values, 0 at the end of the text, -1 where it is faulty.
static int cut_line(char **rest, char *values[], int limit) {
  char *at = *rest;
  if (*at == '\0') return 0;
  int count = 0;
  for (;;) {
    if (count == limit) return -1;
    char *to = at;
    values[count] = to;
    count += 1;
    if (*at == '"') {
      for (at += 1; *at != '"' || at[1] == '"'; at += 1) {
        if (*at == '\0' || *at == '\n') return -1;
        if (*at == '"') at += 1;
        *to = *at;
        to += 1;
      }
      at += 1;
    } else {
      while (*at != ',' && *at != '\n' && *at != '\r' && *at != '\0') {
        *to = *at;
        to += 1;
        at += 1;
      }
    }
    if (*at == '\r' && at[1] == '\n') at += 1;
    char end = *at;
    *to = '\0';
    if (end == ',') {
      at += 1;
      continue;
    }
    if (end != '\n' && end != '\0') return -1;
    *rest = end == '\0' ? at : at + 1;
    return count;
  }
}

static bool whole_number(const char *text, int64_t *out) {
  char *end = NULL;
  errno = 0;
  intmax_t number = strtoimax(text, &end, 10);
  if (errno != 0 || end == text || *end != '\0' || number < INT64_MIN || number > INT64_MAX) {
    return false;
  }
  *out = (int64_t)number;
  return true;
}

// The number of an enum's value, by the name in the proto; -1 for none, 0 for an empty text.
static int enum_value(const ProtobufCEnumDescriptor *type, const char *name) {
  if (*name == '\0') return 0;
  const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value_by_name(type, name);
  return found == NULL || found->value == 0 ? -1 : found->value;
}

static const char *add_total(Payments *all, Bureau__V1__Money *amount) {
  size_t at = 0;
  while (at < all->batch.n_totals &&
         strcmp(all->totals[at].currency_code, amount->currency_code) != 0) {
    at += 1;
  }
  if (at == MAX_TOTALS) return "there are too many currencies";
  if (at == all->batch.n_totals) {
    bureau__v1__money__init(&all->totals[at]);
    all->totals[at].currency_code = amount->currency_code;
    all->total_list[at] = &all->totals[at];
    all->batch.n_totals += 1;
  }
  int64_t sum = all->totals[at].minor_units, more = amount->minor_units;
  if ((more > 0 && sum > INT64_MAX - more) || (more < 0 && sum < INT64_MIN - more)) {
    return "the amounts are too large to add";
  }
  all->totals[at].minor_units = sum + more;
  return NULL;
}

// One line's values, by column, into the next item. NULL, or what is wrong.
static const char *add_payment(Payments *all, char *values[COLUMNS]) {
  size_t at = all->batch.n_items;
  if (at == MAX_ITEMS) return "a batch holds at most 500 payments";
  Bureau__V1__BatchPayment *payment = &all->payments[at];
  bureau__v1__batch_payment__init(payment);
  bureau__v1__party__init(&all->creditors[at]);
  bureau__v1__account_number__init(&all->accounts[at]);
  bureau__v1__money__init(&all->amounts[at]);
  bureau__v1__payment_reference__init(&all->references[at]);
  int form = enum_value(&bureau__v1__account_number__form__descriptor, values[FORM]);
  int type = enum_value(&bureau__v1__payment_reference__type__descriptor, values[TYPE]);
  if (form < 0) return "account_form is none of NO_BBAN, IBAN, SE_BANKGIRO, SE_PLUSGIRO, SE_BBAN";
  if (type < 0) return "reference_type is none of KID, OCR, RF, FI, MESSAGE";
  if (!whole_number(values[AMOUNT], &all->amounts[at].minor_units)) {
    return "amount_minor must be a whole number of øre, öre or cent";
  }
  payment->invoice_number = values[NUMBER];
  payment->creditor = &all->creditors[at];
  payment->creditor->display_name = values[NAME];
  payment->creditor->organisation_number = values[ORGANISATION];
  payment->creditor->country_code = values[COUNTRY];
  payment->creditor_account = &all->accounts[at];
  payment->creditor_account->form = (Bureau__V1__AccountNumber__Form)form;
  payment->creditor_account->text = values[ACCOUNT];
  payment->creditor_bic = values[BIC];
  payment->amount = &all->amounts[at];
  payment->amount->currency_code = values[CURRENCY];
  payment->reference = &all->references[at];
  payment->reference->type = (Bureau__V1__PaymentReference__Type)type;
  payment->reference->text = values[REFERENCE];
  payment->due_date = values[DUE];
  bureau__v1__batch_item__init(&all->items[at]);
  all->items[at].content_case = BUREAU__V1__BATCH_ITEM__CONTENT_PAYMENT;
  all->items[at].payment = payment;
  all->item_list[at] = &all->items[at];
  all->batch.n_items += 1;
  return add_total(all, payment->amount);
}

// Which column each value of the head line names. False where one is unknown or stands twice.
static bool read_head(char *names[], int count, int order[]) {
  bool seen[COLUMNS] = {false};
  for (int at = 0; at < count; at += 1) {
    int column = 0;
    while (column < COLUMNS && strcmp(names[at], columns[column]) != 0) column += 1;
    if (column == COLUMNS || seen[column]) return false;
    seen[column] = true;
    order[at] = column;
  }
  return true;
}

Payments *payments_read(const char *path, Bytes *file) {
  Payments *all = calloc(1, sizeof *all);
  char *text = malloc(file->length + 1);
  if (all == NULL || text == NULL) {
    fprintf(stderr, "no memory left\n");
    free(all);
    free(text);
    return NULL;
  }
  memcpy(text, file->data, file->length);
  text[file->length] = '\0';
  all->text = text;
  bureau__v1__batch__init(&all->batch);
  all->batch.items = all->item_list;
  all->batch.totals = all->total_list;
  const char *fault = strlen(text) == file->length ? NULL : "the file holds a zero byte";
  char *rest = text, *cells[COLUMNS];
  int order[COLUMNS], line = 1;
  int width = fault == NULL ? cut_line(&rest, cells, COLUMNS) : 0;
  if (fault == NULL && (width <= 0 || !read_head(cells, width, order))) {
    fault = "the head line names an unknown column, or one twice";
  }
  while (fault == NULL) {
    line += 1;
    int count = cut_line(&rest, cells, COLUMNS);
    if (count == 0) break;
    if (count == 1 && cells[0][0] == '\0') continue;  // an empty line
    char *values[COLUMNS];
    for (int column = 0; column < COLUMNS; column += 1) values[column] = nothing;
    for (int at = 0; at < count && at < width; at += 1) values[order[at]] = cells[at];
    fault = count == width ? add_payment(all, values) : "the line has not the head's columns";
  }
  if (fault != NULL) {
    fprintf(stderr, "%s:%d: %s\n", path, line, fault);
    payments_free(all);
    return NULL;
  }
  all->batch.item_count = (int32_t)all->batch.n_items;
  return all;
}

void payments_free(Payments *payments) {
  if (payments == NULL) return;
  free(payments->text);
  free(payments);
}

// MARK: The sealed bytes

static void add_bytes(Bytes *out, const char *name, const void *value, size_t length) {
  char head[64];
  int count = snprintf(head, sizeof head, "%s %zu ", name, length);
  if (count <= 0 || (size_t)count >= sizeof head) {
    out->failed = true;
    return;
  }
  bytes_add(out, head, (size_t)count);
  bytes_add(out, value, length);
  bytes_add(out, "\n", 1);
}

static void add_text(Bytes *out, const char *name, const char *value) {
  add_bytes(out, name, value, strlen(value));
}

static void add_number(Bytes *out, const char *name, int64_t value) {
  char text[24];
  snprintf(text, sizeof text, "%" PRId64, value);
  add_text(out, name, text);
}

static void add_money(Bytes *out, const Bureau__V1__Money *money) {
  add_number(out, "amount_minor", money == NULL ? 0 : money->minor_units);
  add_text(out, "currency", money == NULL ? "" : money->currency_code);
}

static void add_invoice(Bytes *out, const ProtobufCBinaryData *invoice) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  char hex[2 * 32 + 1] = "";
  if (EVP_Digest(invoice->data, invoice->len, digest, &length, EVP_sha256(), NULL) != 1) {
    out->failed = true;
    return;
  }
  for (unsigned int at = 0; at < 32; at += 1) snprintf(hex + 2 * at, 3, "%02x", digest[at]);
  add_text(out, "kind", "invoice");
  add_text(out, "sha256", hex);
}

static void add_item(Bytes *out, const Bureau__V1__BatchItem *item) {
  if (item->content_case == BUREAU__V1__BATCH_ITEM__CONTENT_INVOICE) {
    add_invoice(out, &item->invoice);
    return;
  }
  if (item->content_case != BUREAU__V1__BATCH_ITEM__CONTENT_PAYMENT) {
    add_text(out, "kind", "");
    return;
  }
  const Bureau__V1__BatchPayment *payment = item->payment;
  const Bureau__V1__Party *creditor = payment->creditor;
  const Bureau__V1__AccountNumber *account = payment->creditor_account;
  const Bureau__V1__PaymentReference *reference = payment->reference;
  add_text(out, "kind", "payment");
  add_text(out, "invoice_number", payment->invoice_number);
  add_text(out, "creditor_name", creditor == NULL ? "" : creditor->display_name);
  add_text(
      out, "creditor_organisation_number", creditor == NULL ? "" : creditor->organisation_number);
  add_text(out, "creditor_country", creditor == NULL ? "" : creditor->country_code);
  add_number(out, "account_form", account == NULL ? 0 : (int64_t)account->form);
  add_text(out, "account", account == NULL ? "" : account->text);
  add_text(out, "bic", payment->creditor_bic);
  add_money(out, payment->amount);
  add_number(out, "reference_type", reference == NULL ? 0 : (int64_t)reference->type);
  add_text(out, "reference", reference == NULL ? "" : reference->text);
  add_text(out, "due_date", payment->due_date);
}

Bytes canonical(const Bureau__V1__Batch *batch, const char *company, const char *fingerprint) {
  Bytes out = {0};
  static const char head[] = "bureau/batch/v1\n";
  bytes_add(&out, head, sizeof head - 1);
  add_text(&out, "company", company);
  add_text(&out, "batch_id", batch->batch_id);
  add_number(&out, "item_count", batch->item_count);
  add_number(&out, "totals", (int64_t)batch->n_totals);
  for (size_t at = 0; at < batch->n_totals; at += 1) add_money(&out, batch->totals[at]);
  add_number(&out, "items", (int64_t)batch->n_items);
  for (size_t at = 0; at < batch->n_items; at += 1) add_item(&out, batch->items[at]);
  add_number(&out, "create_time", batch->create_time == NULL ? 0 : batch->create_time->seconds);
  add_text(&out, "key", fingerprint);
  return out;
}
