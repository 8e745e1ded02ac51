import CEvidence
import Crypto
import Foundation
package import Primitives
import SwiftASN1
import X509

/// How the nonce of an OCSP response follows from the signature document.
///
/// It differs per environment; the sandbox uses `sha256OfDocument`.
package struct OCSPNonceRule: Sendable {
  /// Takes the exact bytes of the document, gives the nonce: 1 to 64 bytes.
  package let nonce: @Sendable (_ document: [UInt8]) -> [UInt8]

  package init(_ nonce: @escaping @Sendable (_ document: [UInt8]) -> [UInt8]) {
    self.nonce = nonce
  }

  package static let sha256OfDocument = OCSPNonceRule { Array(SHA256.hash(data: $0)) }
}

/// What we asked a person to do, to hold the evidence against.
package struct EvidenceExpectation: Hashable, Sendable {
  package let function: EvidenceFunction
  package let visibleText: String?
  package let nonVisibleData: [UInt8]?
  /// The only person who may have done it, or nil where anybody may (the caller then looks).
  package let personalNumber: PersonalNumber?

  package init(
    function: EvidenceFunction, visibleText: String? = nil, nonVisibleData: [UInt8]? = nil,
    personalNumber: PersonalNumber? = nil
  ) {
    self.function = function
    self.visibleText = visibleText
    self.nonVisibleData = nonVisibleData
    self.personalNumber = personalNumber
  }
}

/// Verifies BankID evidence: signature, chain to one root, and OCSP response (about 2 ms of CPU).
///
/// It reads no clock, so archived evidence verifies for ever with the time it was signed at.
package struct EvidenceVerifier: Sendable {
  private let rootPEM: String
  private let ocspWindowSeconds: Int
  private let nonceRule: OCSPNonceRule

  /// The OCSP response must be made within `ocspWindowSeconds` (0 to 7 days) of the signing time.
  package init(
    rootPEM: String, ocspWindowSeconds: Int = 300, nonceRule: OCSPNonceRule
  ) throws(EvidenceError) {
    guard (try? Certificate(pemEncoded: rootPEM)) != nil,
      rootPEM.ranges(of: "-----BEGIN").count == 1
    else { throw .badRoot }
    guard 0...Int(EV_MAX_WINDOW_SECONDS) ~= ocspWindowSeconds else {
      throw .unusable("the OCSP window must be 0 seconds to 7 days")
    }
    self.rootPEM = rootPEM
    self.ocspWindowSeconds = ocspWindowSeconds
    self.nonceRule = nonceRule
  }

  /// Verifies evidence of which nothing is expected yet; both texts are base64 as received.
  package func verify(
    signature: String, ocsp: String, at time: Instant
  ) throws(EvidenceError) -> VerifiedEvidence {
    guard let document = Self.decode(signature, upTo: Int(EV_MAX_DOCUMENT_BYTES)) else {
      throw .malformed("the signature is not base64, or too large")
    }
    guard let response = Self.decode(ocsp, upTo: Int(EV_MAX_OCSP_BYTES)) else {
      throw .ocspMalformed
    }
    let nonce = nonceRule.nonce(document)
    // Rounded towards the past, as clocks show it.
    let seconds = time.microseconds.floored(by: 1_000_000)
    var result = ev_result()
    defer { ev_free(&result) }
    let code = ev_verify(
      document, document.count, response, response.count, nonce, nonce.count, rootPEM,
      time_t(seconds), ocspWindowSeconds, &result)
    guard code == EV_OK else { throw Self.error(result) }
    return try VerifiedEvidence(
      signedBytes: Array(UnsafeBufferPointer(start: result.signed_data, count: result.signed_len)),
      leafDER: Array(UnsafeBufferPointer(start: result.leaf, count: result.leaf_len)))
  }

  /// Verifies a collected result and that it is what we asked for.
  package func verify(
    _ completion: BankIDCompletion, expecting expected: EvidenceExpectation, at time: Instant
  ) throws(EvidenceError) -> VerifiedEvidence {
    let evidence = try verify(
      signature: completion.signature, ocsp: completion.ocspResponse, at: time)
    guard evidence.function == expected.function else { throw .otherFunction }
    // Bytes, not Strings: those are equal too where only their Unicode form differs.
    guard
      evidence.visibleText.map({ Array($0.utf8) }) == expected.visibleText.map({ Array($0.utf8) })
    else { throw .otherText }
    guard evidence.nonVisibleData == expected.nonVisibleData else { throw .otherData }
    guard evidence.personalNumber == completion.personalNumber,
      expected.personalNumber == nil || expected.personalNumber == evidence.personalNumber
    else { throw .otherPerson }
    return evidence
  }

  /// Decodes strict base64; nil where it is not, or longer than `bytes`.
  private static func decode(_ text: String, upTo bytes: Int) -> [UInt8]? {
    guard text.utf8.count <= bytes / 3 * 4 + 4 else { return nil }
    return Data(base64Encoded: text).map { Array($0) }
  }

  private static func error(_ result: ev_result) -> EvidenceError {
    let detail = result.detail.map { String(cString: $0) } ?? ""
    switch result.code {
    case EV_BAD_ROOT: return .badRoot
    case EV_MALFORMED: return .malformed(detail)
    case EV_SHAPE: return .shape(detail)
    case EV_CHAIN: return .chain(detail)
    case EV_LEAF_USAGE: return .leafUsage(detail)
    case EV_SIGNATURE: return .signature(detail)
    case EV_REFERENCES: return .references
    case EV_OCSP_MALFORMED: return .ocspMalformed
    case EV_OCSP_RESPONDER: return .ocspResponder
    case EV_OCSP_CERTIFICATE: return .ocspOtherCertificate
    case EV_OCSP_REVOKED: return .ocspRevoked
    case EV_OCSP_UNKNOWN: return .ocspUnknown
    case EV_OCSP_STALE: return .ocspStale
    case EV_OCSP_NONCE: return .ocspNonce
    default: return .unusable(detail)
    }
  }
}

extension Int64 {
  /// Divides, rounding towards the past also before 1970.
  fileprivate func floored(by divisor: Int64) -> Int64 {
    let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
    return rest < 0 ? quotient - 1 : quotient
  }
}
