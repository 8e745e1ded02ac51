/// A way in which the sandbox's evidence can be bad; a verifier must refuse each but `.comment`.
package enum EvidenceFault: String, CaseIterable, Sendable {
  // Another content, soundly signed.
  case otherText, otherData, otherFunction

  // Another signer.
  /// Sound evidence of somebody else.
  case otherPerson
  /// Somebody else's certificate shown for the signer's key.
  case otherCertificate
  /// A second person's certificate added, and that person's key used.
  case addedCertificate
  /// A chain of the same names under another root.
  case foreignRoot
  case expiredCertificate
  /// A person's certificate that is for encryption only.
  case encryptionCertificate
  /// A CA's key, with which its owner could sign for anybody.
  case authorityAsSigner
  /// The OCSP responder's key: it may sign, but names no person.
  case responderAsSigner

  // The document changed after or while signing.
  case changedText
  case duplicateBefore, duplicateAfter, otherIdBefore, noIdInside, wrapped, doctype
  /// A comment within the base64 text: harmless, the text is read whole.
  case comment
  /// An attacker's bare key in place of the certificates.
  case keyValue
  /// A further reference to a file of the verifier.
  case fileReference
  /// The data is not among the signed references.
  case missingReference
  case sha1

  // The OCSP response.
  case revoked, unknownStatus, staleOCSP, otherNonce, missingNonce
  /// About another person's certificate.
  case otherCertificateOCSP
  /// Signed by a responder under another root.
  case foreignResponder
  /// Signed by a person, whose certificate is not for OCSP.
  case personAsResponder
  /// A blank added to the document after the response was made.
  case addedBlank
  case missingOCSP, damagedOCSP
}
