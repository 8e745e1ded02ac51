// Shared inside CEvidence: the OCSP half of the verification.

#ifndef CEVIDENCE_OCSP_H
#define CEVIDENCE_OCSP_H

#include <openssl/x509.h>

#include "CEvidence.h"

/// What an OCSP response is checked against; nothing is owned.
typedef struct ev_ocsp_terms {
  X509 *leaf;
  X509 *issuer;                // of the leaf, from the verified chain
  STACK_OF(X509) *untrusted;   // to build the responder's chain
  X509_STORE *store;           // holds the one root, and the time
  const uint8_t *nonce;
  size_t nonce_len;
  time_t at;
  long window_seconds;
} ev_ocsp_terms;

ev_code ev_check_ocsp(const uint8_t *der, size_t len, const ev_ocsp_terms *terms,
                      const char **detail);

#endif
