import Domain
import Primitives
import Storage
import Testing

/// The record of an entered code is read back as it was written, and as nothing else.
@Suite struct CodeEvidenceTests {
  private func evidence() throws -> CodeEvidence {
    let code = SigningCode(
      id: key(1), user: key(2), session: key(3), number: try PhoneNumber("+46701234567"),
      set: hash(4), salt: hash(5), digest: hash(6), message: "0a", text: "Approve ######",
      sendTime: monday)
    let order = Order(
      id: key(7), purpose: .payments([key(8)]), company: key(9), user: key(2), state: .pending,
      visibleText: "Total 1.00 NOK\nÅse", nonVisibleData: [0, 10, 255], startTime: monday,
      method: .sms)
    return CodeEvidence(code, for: order, at: monday.adding(minutes: 1))
  }

  @Test func `a record is read back whole, with the number masked and no digest of the code`()
    throws
  {
    let evidence = try evidence()
    #expect(try CodeEvidence(evidence.bytes) == evidence)
    let text = String(decoding: evidence.bytes, as: UTF8.self)
    #expect(text.hasPrefix("bureau/sms-approval/v1\ncode ") && text.hasSuffix("\n"))
    #expect(text.contains("\nphone +46*******67\n") && !text.contains("+46701234567"))
    #expect(!text.contains(hash(6).hexText) && !text.contains(hash(5).hexText))
  }

  @Test func `what is no such record, or one with anything else in it, is not read`() throws {
    let text = String(decoding: try evidence().bytes, as: UTF8.self)
    let wrong = [
      "", "{}", text + "more\n", String(text.dropLast()), text.replacing("user ", with: "uses "),
      text.replacing("v1", with: "v2"), text.replacing("\nsent ", with: "\nsent 0"),
    ]
    for text in wrong {
      #expect(throws: (any Error).self, "\(text)") { try CodeEvidence(Array(text.utf8)) }
    }
  }
}
