// What evidence says, read only from bytes that a verified signature covers.

import Foundation
package import Primitives
import SwiftASN1
import X509

/// What a BankID was used for.
package enum EvidenceFunction: String, Hashable, Sendable {
  case signing = "Signing"
  case identification = "Identification"
}

/// Evidence whose signature, chain and OCSP response have been verified.
package struct VerifiedEvidence: Hashable, Sendable {
  /// From the signer's certificate, as are the names.
  package let personalNumber: PersonalNumber
  package let name: String
  package let givenName: String
  package let surname: String
  package let function: EvidenceFunction
  /// What the person read.
  package let visibleText: String?
  package let nonVisibleData: [UInt8]?
  /// The canonical bytes that the signature covers.
  package let signedBytes: [UInt8]

  private static let types = "http://www.bankid.com/signature/v1.0.0/types"

  /// Reads what `ev_verify` returned.
  init(signedBytes: [UInt8], leafDER: [UInt8]) throws(EvidenceError) {
    let root = try CanonicalElement(canonical: signedBytes)
    guard root.name == "bankIdSignedData", root.attributes["xmlns"] == Self.types else {
      throw .shape("not bankIdSignedData")
    }
    let code = try root.child("clientInfo")?.child("funcId")?.text ?? []
    guard let function = EvidenceFunction(rawValue: String(decoding: code, as: UTF8.self)) else {
      throw .shape("funcId")
    }
    self.function = function
    visibleText = try Self.visibleText(root)
    nonVisibleData = try Self.base64(root.child("usrNonVisibleData"))
    self.signedBytes = signedBytes

    let subject = try Self.subject(leafDER)
    guard let number = try? PersonalNumber(subject([2, 5, 4, 5])) else {
      throw .leafUsage("no personal number")
    }
    personalNumber = number
    name = try subject([2, 5, 4, 3])
    givenName = try subject([2, 5, 4, 42])
    surname = try subject([2, 5, 4, 4])
  }

  private static func visibleText(_ root: CanonicalElement) throws(EvidenceError) -> String? {
    guard let element = try root.child("usrVisibleData") else { return nil }
    guard element.attributes["charset"] == "UTF-8", let bytes = try base64(element),
      let text = String(validating: bytes, as: UTF8.self)
    else { throw .shape("usrVisibleData is not UTF-8") }
    return text
  }

  private static func base64(_ element: CanonicalElement?) throws(EvidenceError) -> [UInt8]? {
    guard let element else { return nil }
    // Producers may break the lines of base64.
    let text = element.text.filter { $0 != 10 && $0 != 13 && $0 != 32 && $0 != 9 }
    guard element.children.isEmpty, let data = Data(base64Encoded: Data(text)) else {
      throw .shape("\(element.name) is not base64")
    }
    return Array(data)
  }

  /// Looks up attributes of the certificate's subject; each must be there exactly once.
  private static func subject(
    _ der: [UInt8]
  ) throws(EvidenceError) -> (ASN1ObjectIdentifier) throws(EvidenceError) -> String {
    guard let certificate = try? Certificate(derEncoded: der) else {
      throw .leafUsage("certificate not readable")
    }
    let attributes = certificate.subject.flatMap { Array($0) }
    return { (type) throws(EvidenceError) in
      let values = attributes.filter { $0.type == type }
      guard values.count == 1, let text = String(values[0].value), !text.isEmpty else {
        throw .leafUsage("subject without a single \(type)")
      }
      return text
    }
  }
}

extension VerifiedEvidence: CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  package var description: String { "VerifiedEvidence(\(function.rawValue), \(personalNumber))" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: ["function": function.rawValue]) }
}
