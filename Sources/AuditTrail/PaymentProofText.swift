// The proof of one payment as a file for outsiders: lines as in an audit export, and some of its own.
// docs/payment-proof.md describes them.

import Foundation
package import Primitives

package enum PaymentProofText {
  package static let title = "bureau/payment-proof/v1"

  /// A kept file, by what it is.
  package enum Blob: String, Sendable {
    case evidence, file, answer
  }

  package static func header(
    bureau: [UInt8], company: [UInt8], payment: [UInt8], time: Instant, withFiles: Bool
  ) -> String {
    """
    \(title)
    bureau \(bureau.hexadecimal)
    company \(company.hexadecimal)
    payment \(payment.hexadecimal)
    time \(time.rfc3339)
    files \(withFiles ? "included" : "left-out")

    """
  }

  /// What fact `number` says was signed: the canonical text whose digest is in the signed data.
  package static func signed(_ number: Int64, evidence: [UInt8], text: String) -> String {
    "signed \(number) \(evidence.hexadecimal) \(Data(text.utf8).base64EncodedString())\n"
  }

  /// Where in the bank's file, named by fact `number`, the payment stands, and what stands there.
  package static func sent(
    _ number: Int64, instruction: Int, file: [UInt8], at place: Range<Int>, entry: [UInt8]
  ) -> String {
    "sent \(number) \(instruction) \(file.hexadecimal) \(place.lowerBound) \(place.count) "
      + "\(Data(entry).base64EncodedString())\n"
  }

  package static func blob(_ kind: Blob, digest: [UInt8], _ content: [UInt8]) -> String {
    "blob \(kind.rawValue) \(digest.hexadecimal) \(Data(content).base64EncodedString())\n"
  }

  package static func end(facts: Int64, blobs: Int64) -> String { "end \(facts) \(blobs)\n" }

  /// The bytes of the credit transfer with an end-to-end id in a pain.001 of ours; nil: none.
  package static func entry(_ endToEndID: String, in file: [UInt8]) -> Range<Int>? {
    let data = Data(file)
    let id = Data("<EndToEndId>\(endToEndID)</EndToEndId>".utf8)
    guard let found = data.range(of: id),
      let start = data.range(
        of: Data("<CdtTrfTxInf>".utf8), options: .backwards, in: 0..<found.lowerBound),
      let end = data.range(
        of: Data("</CdtTrfTxInf>".utf8), in: found.upperBound..<data.endIndex)
    else { return nil }
    return start.lowerBound..<end.upperBound
  }
}
