#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <string.h>

#include "CEvidenceResponder.h"

static X509 *read_certificate(const char *pem) {
  BIO *bio = BIO_new_mem_buf(pem, -1);
  X509 *certificate = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
  BIO_free(bio);
  return certificate;
}

static EVP_PKEY *read_key(const char *pem) {
  BIO *bio = BIO_new_mem_buf(pem, -1);
  EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
  BIO_free(bio);
  return key;
}

static int add_status(OCSP_BASICRESP *basic, X509 *leaf, X509 *issuer, ev_status status,
                      time_t this_update) {
  static const int statuses[3] = {V_OCSP_CERTSTATUS_GOOD, V_OCSP_CERTSTATUS_REVOKED,
                                  V_OCSP_CERTSTATUS_UNKNOWN};
  if ((unsigned)status > EV_STATUS_UNKNOWN) return 0;
  OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), leaf, issuer);
  ASN1_GENERALIZEDTIME *made = ASN1_GENERALIZEDTIME_set(NULL, this_update);
  ASN1_GENERALIZEDTIME *revoked =
      status == EV_STATUS_REVOKED ? ASN1_GENERALIZEDTIME_set(NULL, this_update - 3600) : NULL;
  int done = id && made && (status != EV_STATUS_REVOKED || revoked) &&
             OCSP_basic_add1_status(basic, id, statuses[status], OCSP_REVOKED_STATUS_NOSTATUS,
                                    revoked, made, NULL) != NULL;
  ASN1_GENERALIZEDTIME_free(revoked);
  ASN1_GENERALIZEDTIME_free(made);
  OCSP_CERTID_free(id);
  return done;
}

static int sign(OCSP_BASICRESP *basic, X509 *responder, EVP_PKEY *key, time_t produced) {
  // OCSP_basic_sign would stamp the wall clock, which is not the sandbox's; there is no setter,
  // so the response's own field is set through its getter.
  ASN1_GENERALIZEDTIME *field = (ASN1_GENERALIZEDTIME *)OCSP_resp_get0_produced_at(basic);
  return field && ASN1_GENERALIZEDTIME_set(field, produced) &&
         OCSP_basic_sign(basic, responder, key, EVP_sha256(), NULL, OCSP_NOTIME) == 1;
}

static int encode(OCSP_BASICRESP *basic, ev_bytes *out) {
  OCSP_RESPONSE *response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
  unsigned char *der = NULL;
  int len = response ? i2d_OCSP_RESPONSE(response, &der) : -1;
  OCSP_RESPONSE_free(response);
  if (len <= 0) return 0;
  out->data = der;
  out->len = (size_t)len;
  return 1;
}

int ev_ocsp_respond(const char *issuer_pem, const char *responder_pem,
                    const char *responder_key_pem, const uint8_t *leaf, size_t leaf_len,
                    ev_status status, time_t this_update, const uint8_t *nonce, size_t nonce_len,
                    ev_bytes *out) {
  memset(out, 0, sizeof *out);
  const unsigned char *p = leaf;
  X509 *subject = leaf_len < 65536 ? d2i_X509(NULL, &p, (long)leaf_len) : NULL;
  X509 *issuer = read_certificate(issuer_pem);
  X509 *responder = read_certificate(responder_pem);
  EVP_PKEY *key = read_key(responder_key_pem);
  OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
  int done = subject && issuer && responder && key && basic && nonce_len <= 64 &&
             add_status(basic, subject, issuer, status, this_update) &&
             (nonce_len == 0 ||
              OCSP_basic_add1_nonce(basic, (unsigned char *)nonce, (int)nonce_len) == 1) &&
             sign(basic, responder, key, this_update) && encode(basic, out);
  OCSP_BASICRESP_free(basic);
  EVP_PKEY_free(key);
  X509_free(responder);
  X509_free(issuer);
  X509_free(subject);
  return done ? 0 : -1;
}

void ev_bytes_free(ev_bytes *bytes) {
  OPENSSL_free(bytes->data);
  memset(bytes, 0, sizeof *bytes);
}
