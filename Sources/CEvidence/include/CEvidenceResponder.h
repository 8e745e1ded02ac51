// Makes OCSP responses. For the sandbox only: a real responder is BankID's, never ours.

#ifndef CEVIDENCE_RESPONDER_H
#define CEVIDENCE_RESPONDER_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

typedef enum ev_status {
  EV_STATUS_GOOD = 0,
  EV_STATUS_REVOKED = 1,
  EV_STATUS_UNKNOWN = 2
} ev_status;

typedef struct ev_bytes {
  uint8_t *data;
  size_t len;
} ev_bytes;

/// Makes the DER of an OCSP response about `leaf`, signed by the responder.
///
/// `issuer_pem` issued both leaf and responder. `this_update` is seconds since 1970. With
/// `nonce_len` 0 the response carries no nonce. Returns 0, or -1 with nothing to free.
int ev_ocsp_respond(const char *issuer_pem, const char *responder_pem,
                    const char *responder_key_pem, const uint8_t *leaf, size_t leaf_len,
                    ev_status status, time_t this_update, const uint8_t *nonce, size_t nonce_len,
                    ev_bytes *out);

/// Frees what `ev_ocsp_respond` put into `bytes`.
void ev_bytes_free(ev_bytes *bytes);

#endif
