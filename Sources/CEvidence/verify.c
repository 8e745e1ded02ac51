#include <libxml/parser.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <xmlsec/base64.h>
#include <xmlsec/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/openssl/app.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

#include "CEvidence.h"
#include "ocsp.h"

static const xmlChar types_ns[] = "http://www.bankid.com/signature/v1.0.0/types";
static const char data_id[] = "bidSignedData", key_id[] = "bidKeyInfo";

// Everything one verification owns; freed in one place.
typedef struct work {
  xmlDocPtr document;
  xmlNodePtr signature, key_info;
  X509 *root;
  STACK_OF(X509) *given;   // KeyInfo's certificates, the signer's first
  STACK_OF(X509) *chain;   // as verified: signer ... root
  X509_STORE *store;
  unsigned char *leaf_der;
  int leaf_len;
  xmlSecDSigCtxPtr context;
  const char *detail;
} work;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int is_ready = 0;

static void stay_quiet(const char *file, int line, const char *function, const char *object,
                       const char *subject, int reason, const char *message) {
  (void)file, (void)line, (void)function, (void)object, (void)subject, (void)reason;
  (void)message;
}

static void start_libraries(void) {
  xmlInitParser();
  is_ready = xmlSecInit() >= 0 && xmlSecCheckVersion() == 1 && xmlSecOpenSSLAppInit(NULL) >= 0 &&
             xmlSecOpenSSLInit() >= 0;
  // xmlsec writes every refusal to stderr otherwise; ours are in the result.
  xmlSecErrorsSetCallback(stay_quiet);
}

static ev_code refuse(work *w, ev_code code, const char *why) {
  w->detail = why;
  return code;
}

static int has_id(xmlNodePtr node, const char *id) {
  xmlChar *value = xmlGetNoNsProp(node, BAD_CAST "Id");
  int same = value && xmlStrcmp(value, BAD_CAST id) == 0;
  xmlFree(value);
  return same;
}

// The one shape BankID produces, element by element. What is not looked at here could carry a
// second, unsigned message.
static ev_code read_shape(work *w, const uint8_t *bytes, size_t len) {
  if (!bytes || len == 0 || len > EV_MAX_DOCUMENT_BYTES)
    return refuse(w, EV_MALFORMED, "xml: empty or too large");
  w->document = xmlReadMemory((const char *)bytes, (int)len, NULL, NULL,
                              XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  if (!w->document) return refuse(w, EV_MALFORMED, "xml: not well-formed");
  // Entities could make the parsed text differ from the read one.
  if (w->document->intSubset) return refuse(w, EV_MALFORMED, "xml: DOCTYPE");
  w->signature = xmlDocGetRootElement(w->document);
  if (!w->signature || !xmlSecCheckNodeName(w->signature, xmlSecNodeSignature, xmlSecDSigNs))
    return refuse(w, EV_SHAPE, "shape: root is not Signature");
  const xmlChar *parts[4] = {xmlSecNodeSignedInfo, xmlSecNodeSignatureValue, xmlSecNodeKeyInfo,
                             xmlSecNodeObject};
  xmlNodePtr child[4], next = xmlSecGetNextElementNode(w->signature->children);
  for (int i = 0; i < 4; i++) {
    if (!next || !xmlSecCheckNodeName(next, parts[i], xmlSecDSigNs))
      return refuse(w, EV_SHAPE, "shape: Signature's parts");
    child[i] = next;
    next = xmlSecGetNextElementNode(next->next);
  }
  if (next) return refuse(w, EV_SHAPE, "shape: more than one Object");
  xmlNodePtr data = xmlSecGetNextElementNode(child[3]->children);
  if (!data || xmlSecGetNextElementNode(data->next) || !has_id(data, data_id) ||
      !xmlSecCheckNodeName(data, BAD_CAST "bankIdSignedData", types_ns))
    return refuse(w, EV_SHAPE, "shape: not exactly one bankIdSignedData");
  w->key_info = child[2];
  if (!has_id(w->key_info, key_id)) return refuse(w, EV_SHAPE, "shape: KeyInfo's Id");
  return EV_OK;
}

static X509 *read_certificate(xmlNodePtr node) {
  xmlChar *text = xmlNodeGetContent(node);
  if (!text) return NULL;
  xmlSecSize size = 0;
  X509 *certificate = NULL;
  // Decodes in place: the bytes are never more than their base64.
  if (xmlSecBase64Decode_ex(text, text, (xmlSecSize)xmlStrlen(text), &size) >= 0 && size > 0) {
    const unsigned char *p = text;
    certificate = d2i_X509(NULL, &p, (long)size);
    if (certificate && p != text + size) {
      X509_free(certificate);
      certificate = NULL;
    }
  }
  xmlFree(text);
  return certificate;
}

static ev_code read_certificates(work *w) {
  xmlNodePtr data = xmlSecGetNextElementNode(w->key_info->children);
  // Anything but one X509Data, such as a bare KeyValue, would be a key without a person.
  if (!data || xmlSecGetNextElementNode(data->next) ||
      !xmlSecCheckNodeName(data, xmlSecNodeX509Data, xmlSecDSigNs))
    return refuse(w, EV_SHAPE, "shape: KeyInfo holds not exactly one X509Data");
  if (!(w->given = sk_X509_new_null())) return refuse(w, EV_INTERNAL, "memory");
  for (xmlNodePtr node = xmlSecGetNextElementNode(data->children); node;
       node = xmlSecGetNextElementNode(node->next)) {
    if (!xmlSecCheckNodeName(node, xmlSecNodeX509Certificate, xmlSecDSigNs) ||
        sk_X509_num(w->given) == EV_MAX_CERTIFICATES)
      return refuse(w, EV_SHAPE, "shape: X509Data");
    X509 *certificate = read_certificate(node);
    if (!certificate) return refuse(w, EV_CHAIN, "certificate not readable");
    if (!sk_X509_push(w->given, certificate)) {
      X509_free(certificate);
      return refuse(w, EV_INTERNAL, "memory");
    }
  }
  if (sk_X509_num(w->given) == 0) return refuse(w, EV_SHAPE, "shape: no certificate");
  return EV_OK;
}

// A store of this environment's root only: X509_STORE_set_default_paths is deliberately absent.
static ev_code make_store(work *w, const char *root_pem, time_t at) {
  BIO *bio = root_pem ? BIO_new_mem_buf(root_pem, -1) : NULL;
  w->root = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
  BIO_free(bio);
  if (!w->root) return refuse(w, EV_BAD_ROOT, "root: not a PEM certificate");
  if (!(w->store = X509_STORE_new()) || X509_STORE_add_cert(w->store, w->root) != 1)
    return refuse(w, EV_INTERNAL, "memory");
  X509_VERIFY_PARAM *terms = X509_STORE_get0_param(w->store);
  X509_VERIFY_PARAM_set_time(terms, at);
  X509_VERIFY_PARAM_set_flags(terms, X509_V_FLAG_X509_STRICT);
  X509_VERIFY_PARAM_set_auth_level(terms, 2);  // RSA of 2048 bits or more, no SHA-1
  return EV_OK;
}

static ev_code check_chain(work *w) {
  X509 *leaf = sk_X509_value(w->given, 0);
  X509_STORE_CTX *context = X509_STORE_CTX_new();
  if (!context || X509_STORE_CTX_init(context, w->store, leaf, w->given) != 1) {
    X509_STORE_CTX_free(context);
    return refuse(w, EV_INTERNAL, "memory");
  }
  if (X509_verify_cert(context) == 1)
    w->chain = X509_STORE_CTX_get1_chain(context);
  else
    w->detail = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context));
  X509_STORE_CTX_free(context);
  if (!w->chain) return EV_CHAIN;
  if (sk_X509_num(w->chain) < 2) return refuse(w, EV_CHAIN, "signer is the root");
  uint32_t usage = X509_get_key_usage(leaf);  // all bits set where the extension is missing
  if (X509_check_ca(leaf) || usage == UINT32_MAX ||
      !(usage & (KU_NON_REPUDIATION | KU_DIGITAL_SIGNATURE)))
    return refuse(w, EV_LEAF_USAGE, "signer's certificate may not sign");
  w->leaf_len = i2d_X509(leaf, &w->leaf_der);
  if (w->leaf_len <= 0) return refuse(w, EV_INTERNAL, "memory");
  return EV_OK;
}

// The signer's key is given, so that xmlsec ignores KeyInfo: the person shown is the key that
// verified. Only what BankID uses is enabled; rsa-sha1 and external references are not.
static ev_code prepare_signature(work *w) {
  xmlSecDSigCtxPtr c = w->context = xmlSecDSigCtxCreate(NULL);
  if (!c) return refuse(w, EV_INTERNAL, "xmlsec");
  c->signKey = xmlSecOpenSSLAppKeyLoadMemory(w->leaf_der, (xmlSecSize)w->leaf_len,
                                             xmlSecKeyDataFormatCertDer, NULL, NULL, NULL);
  if (!c->signKey) return refuse(w, EV_SIGNATURE, "signer's key not usable");
  c->flags |= XMLSEC_DSIG_FLAGS_STORE_SIGNEDINFO_REFERENCES | XMLSEC_DSIG_FLAGS_IGNORE_MANIFESTS;
  c->enabledReferenceUris = xmlSecTransformUriTypeSameDocument;
  if (xmlSecDSigCtxEnableReferenceTransform(c, xmlSecTransformInclC14NId) < 0 ||
      xmlSecDSigCtxEnableReferenceTransform(c, xmlSecTransformSha256Id) < 0 ||
      xmlSecDSigCtxEnableSignatureTransform(c, xmlSecTransformInclC14NId) < 0 ||
      xmlSecDSigCtxEnableSignatureTransform(c, xmlSecTransformRsaSha256Id) < 0 ||
      xmlSecDSigCtxEnableSignatureTransform(c, xmlSecTransformEcdsaSha256Id) < 0)
    return refuse(w, EV_INTERNAL, "xmlsec");
  return EV_OK;
}

static int references(xmlSecPtrListPtr list, xmlSecSize index, const char *id) {
  xmlSecDSigReferenceCtxPtr r = (xmlSecDSigReferenceCtxPtr)xmlSecPtrListGetItem(list, index);
  if (!r || !r->uri || r->uri[0] != '#' || xmlStrcmp(r->uri + 1, BAD_CAST id) != 0) return 0;
  return index != 0 || (r->type && xmlStrcmp(r->type, types_ns) == 0);
}

static ev_code check_signature(work *w, ev_result *out) {
  ev_code code = prepare_signature(w);
  if (code != EV_OK) return code;
  // A return of 0 only says that the work was done; the verdict is in `status`.
  if (xmlSecDSigCtxVerify(w->context, w->signature) < 0)
    return refuse(w, EV_SIGNATURE, "signature: form or algorithm not allowed");
  if (w->context->status != xmlSecDSigStatusSucceeded)
    return refuse(w, EV_SIGNATURE, "signature: value or digest does not match");
  xmlSecPtrListPtr list = &w->context->signedInfoReferences;
  if (xmlSecPtrListGetSize(list) != 2 || !references(list, 0, data_id) ||
      !references(list, 1, key_id))
    return refuse(w, EV_REFERENCES, "references: not exactly the data and the key");
  xmlSecBufferPtr bytes = xmlSecDSigReferenceCtxGetPreDigestBuffer(
      (xmlSecDSigReferenceCtxPtr)xmlSecPtrListGetItem(list, 0));
  if (!bytes || xmlSecBufferGetSize(bytes) == 0)
    return refuse(w, EV_REFERENCES, "references: no signed bytes");
  out->signed_len = xmlSecBufferGetSize(bytes);
  out->signed_data = malloc(out->signed_len);
  if (!out->signed_data) return refuse(w, EV_INTERNAL, "memory");
  memcpy(out->signed_data, xmlSecBufferGetData(bytes), out->signed_len);
  return EV_OK;
}

static void free_work(work *w) {
  if (w->context) xmlSecDSigCtxDestroy(w->context);
  OPENSSL_free(w->leaf_der);
  X509_STORE_free(w->store);
  sk_X509_pop_free(w->chain, X509_free);
  sk_X509_pop_free(w->given, X509_free);
  X509_free(w->root);
  if (w->document) xmlFreeDoc(w->document);
  ERR_clear_error();  // this thread's queue: the reasons are in the result
}

ev_code ev_verify(const uint8_t *document, size_t document_len,
                  const uint8_t *ocsp, size_t ocsp_len,
                  const uint8_t *nonce, size_t nonce_len,
                  const char *root_pem, time_t at, long window_seconds, ev_result *out) {
  memset(out, 0, sizeof *out);
  work w;
  memset(&w, 0, sizeof w);
  pthread_once(&once, start_libraries);
  ev_code code = EV_OK;
  if (!is_ready) code = refuse(&w, EV_INTERNAL, "libraries");
  if (window_seconds < 0 || window_seconds > EV_MAX_WINDOW_SECONDS)
    code = refuse(&w, EV_INTERNAL, "window");
  if (code == EV_OK) code = read_shape(&w, document, document_len);
  if (code == EV_OK) code = read_certificates(&w);
  if (code == EV_OK) code = make_store(&w, root_pem, at);
  if (code == EV_OK) code = check_chain(&w);
  if (code == EV_OK) code = check_signature(&w, out);
  if (code == EV_OK) {
    ev_ocsp_terms terms = {sk_X509_value(w.given, 0), sk_X509_value(w.chain, 1), w.given, w.store,
                           nonce, nonce_len, at, window_seconds};
    code = ev_check_ocsp(ocsp, ocsp_len, &terms, &w.detail);
  }
  if (code == EV_OK) {
    out->leaf = w.leaf_der;
    out->leaf_len = (size_t)w.leaf_len;
    w.leaf_der = NULL;
  } else {
    free(out->signed_data);
    out->signed_data = NULL;
    out->signed_len = 0;
    out->detail = w.detail;
  }
  out->code = code;
  free_work(&w);
  return code;
}

void ev_free(ev_result *result) {
  free(result->signed_data);
  OPENSSL_free(result->leaf);
  memset(result, 0, sizeof *result);
}
