/// Why evidence proves nothing. One case for each thing that can be wrong, in checking order.
package enum EvidenceError: Error, Hashable, Sendable {
  /// Not base64, not XML, too large or with a DOCTYPE.
  case malformed(String)
  /// Well-formed, but not what BankID produces.
  case shape(String)
  /// The signer's certificate does not lead to this environment's root, or not at that time.
  case chain(String)
  /// The signer's certificate may not sign, or names no person.
  case leafUsage(String)
  /// Signature value, digest or algorithm.
  case signature(String)
  /// Not exactly the data and the key are signed.
  case references
  case ocspMalformed
  case ocspResponder
  case ocspOtherCertificate
  case ocspRevoked
  case ocspUnknown
  case ocspStale
  case ocspNonce
  case otherFunction
  case otherText
  case otherData
  case otherPerson
  /// The configured root is not one PEM certificate.
  case badRoot
  /// The library could not work.
  case unusable(String)

  /// A stable code for clients and logs.
  package var reason: String {
    switch self {
    case .malformed: "EVIDENCE_MALFORMED"
    case .shape: "EVIDENCE_SHAPE"
    case .chain: "EVIDENCE_CHAIN"
    case .leafUsage: "EVIDENCE_LEAF_USAGE"
    case .signature: "EVIDENCE_SIGNATURE"
    case .references: "EVIDENCE_REFERENCES"
    case .ocspMalformed: "EVIDENCE_OCSP_MALFORMED"
    case .ocspResponder: "EVIDENCE_OCSP_RESPONDER"
    case .ocspOtherCertificate: "EVIDENCE_OCSP_OTHER_CERTIFICATE"
    case .ocspRevoked: "EVIDENCE_OCSP_REVOKED"
    case .ocspUnknown: "EVIDENCE_OCSP_UNKNOWN"
    case .ocspStale: "EVIDENCE_OCSP_STALE"
    case .ocspNonce: "EVIDENCE_OCSP_NONCE"
    case .otherFunction: "EVIDENCE_OTHER_FUNCTION"
    case .otherText: "EVIDENCE_OTHER_TEXT"
    case .otherData: "EVIDENCE_OTHER_DATA"
    case .otherPerson: "EVIDENCE_OTHER_PERSON"
    case .badRoot: "EVIDENCE_BAD_ROOT"
    case .unusable: "EVIDENCE_UNUSABLE"
    }
  }

  package var message: String {
    switch self {
    case .malformed(let why): "The signature can't be read (\(why)): sign again."
    case .shape(let why): "The signature is not of BankID's form (\(why)): sign again."
    case .chain(let why):
      "The signer's certificate is not of this BankID environment (\(why)): "
        + "use a BankID of the right environment."
    case .leafUsage(let why): "The signer's certificate may not sign (\(why))."
    case .signature(let why): "The signature does not hold (\(why)): sign again."
    case .references: "The signature does not cover exactly the text and the signer: sign again."
    case .ocspMalformed: "The proof that the BankID was valid is missing or unreadable: sign again."
    case .ocspResponder: "The proof that the BankID was valid is not from its issuer: sign again."
    case .ocspOtherCertificate: "The proof of validity is about another BankID: sign again."
    case .ocspRevoked: "The BankID was revoked: use another one, or order a new from your bank."
    case .ocspUnknown: "The BankID is not known to its issuer: use another one."
    case .ocspStale:
      "The proof that the BankID was valid is not from the time of signing: "
        + "sign again; if it happens again, check the server's clock."
    case .ocspNonce: "The proof of validity belongs to another signature: sign again."
    case .otherFunction: "The BankID was used for something else than was asked: sign again."
    case .otherText: "Another text was signed than the one asked for: sign again."
    case .otherData: "Other data was signed than asked for: sign again."
    case .otherPerson: "Another person has signed than the one asked for."
    case .badRoot: "The configured BankID root is not one PEM certificate: mend the configuration."
    case .unusable(let why): "Signatures can't be verified now (\(why)): report it."
    }
  }
}

extension EvidenceError: CustomStringConvertible {
  package var description: String { "\(reason): \(message)" }
}
