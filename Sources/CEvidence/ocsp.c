#include "ocsp.h"

#include <openssl/crypto.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

static ev_code refuse(const char **detail, ev_code code, const char *why) {
  *detail = why;
  return code;
}

// OCSP_check_validity reads the clock and so can't judge archived evidence; compare with `at`.
static int is_fresh(const ASN1_GENERALIZEDTIME *this_update, const ASN1_GENERALIZEDTIME *next,
                    time_t at, long window) {
  struct tm tm;
  if (!this_update || !ASN1_TIME_to_tm(this_update, &tm)) return 0;
  time_t made = timegm(&tm);
  if (made > at + window || made < at - window) return 0;
  if (!next) return 1;
  return ASN1_TIME_to_tm(next, &tm) && timegm(&tm) >= at - window;
}

static int nonce_matches(OCSP_BASICRESP *basic, const uint8_t *nonce, size_t nonce_len) {
  int at = OCSP_BASICRESP_get_ext_by_NID(basic, NID_id_pkix_OCSP_Nonce, -1);
  if (at < 0 || nonce_len == 0) return 0;
  // A second nonce would leave open which one counts.
  if (OCSP_BASICRESP_get_ext_by_NID(basic, NID_id_pkix_OCSP_Nonce, at) >= 0) return 0;
  ASN1_OCTET_STRING *outer = X509_EXTENSION_get_data(OCSP_BASICRESP_get_ext(basic, at));
  if (!outer) return 0;
  // The extension's value is itself the DER of an OCTET STRING (RFC 8954 section 2.1).
  const unsigned char *start = ASN1_STRING_get0_data(outer), *p = start;
  ASN1_OCTET_STRING *inner = d2i_ASN1_OCTET_STRING(NULL, &p, ASN1_STRING_length(outer));
  int same = inner && p == start + ASN1_STRING_length(outer) &&
             (size_t)ASN1_STRING_length(inner) == nonce_len &&
             CRYPTO_memcmp(ASN1_STRING_get0_data(inner), nonce, nonce_len) == 0;
  ASN1_OCTET_STRING_free(inner);
  return same;
}

// Responders name the certificate by SHA-1 or by SHA-256 of its issuer; both are only names.
static int find_status(OCSP_BASICRESP *basic, const ev_ocsp_terms *terms, int *status,
                       ASN1_GENERALIZEDTIME **this_update, ASN1_GENERALIZEDTIME **next) {
  const EVP_MD *digests[2] = {EVP_sha1(), EVP_sha256()};
  for (int i = 0; i < 2; i++) {
    OCSP_CERTID *id = OCSP_cert_to_id(digests[i], terms->leaf, terms->issuer);
    if (!id) return 0;
    int found = OCSP_resp_find_status(basic, id, status, NULL, NULL, this_update, next);
    OCSP_CERTID_free(id);
    if (found) return 1;
  }
  return 0;
}

static ev_code check_basic(OCSP_BASICRESP *basic, const ev_ocsp_terms *terms,
                           const char **detail) {
  // NOEXPLICIT: the responder must be delegated by the signer's CA, a trusted root is not enough.
  if (OCSP_basic_verify(basic, terms->untrusted, terms->store, OCSP_NOEXPLICIT) != 1)
    return refuse(detail, EV_OCSP_RESPONDER, "ocsp: signature or responder");
  int status = -1;
  ASN1_GENERALIZEDTIME *this_update = NULL, *next = NULL;
  if (!find_status(basic, terms, &status, &this_update, &next))
    return refuse(detail, EV_OCSP_CERTIFICATE, "ocsp: other certificate");
  if (status == V_OCSP_CERTSTATUS_REVOKED)
    return refuse(detail, EV_OCSP_REVOKED, "ocsp: revoked");
  if (status != V_OCSP_CERTSTATUS_GOOD)
    return refuse(detail, EV_OCSP_UNKNOWN, "ocsp: unknown");
  if (!is_fresh(this_update, next, terms->at, terms->window_seconds))
    return refuse(detail, EV_OCSP_STALE, "ocsp: not made at signing time");
  if (!nonce_matches(basic, terms->nonce, terms->nonce_len))
    return refuse(detail, EV_OCSP_NONCE, "ocsp: nonce of another signature");
  return EV_OK;
}

ev_code ev_check_ocsp(const uint8_t *der, size_t len, const ev_ocsp_terms *terms,
                      const char **detail) {
  if (!der || len == 0 || len > EV_MAX_OCSP_BYTES)
    return refuse(detail, EV_OCSP_MALFORMED, "ocsp: missing or too large");
  const unsigned char *p = der;
  OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &p, (long)len);
  OCSP_BASICRESP *basic = NULL;
  ev_code code;
  if (!response || p != der + len ||
      OCSP_response_status(response) != OCSP_RESPONSE_STATUS_SUCCESSFUL ||
      !(basic = OCSP_response_get1_basic(response)))
    code = refuse(detail, EV_OCSP_MALFORMED, "ocsp: not a successful response");
  else
    code = check_basic(basic, terms, detail);
  OCSP_BASICRESP_free(basic);
  OCSP_RESPONSE_free(response);
  return code;
}
