import Domain
import Facts
import Foundation
import Primitives
import SwiftProtobuf
import Testing

@testable import Storage

/// The journal's format is a public contract: what was written must be read for ever.
@Suite struct FactMessageTests {
  /// The first example of each case, in order of the cases.
  static let examples: [Fact] = {
    var firsts: [Int: Fact] = [:]
    for fact in History().steps.flatMap(\.facts) where firsts[place(of: fact)] == nil {
      firsts[place(of: fact)] = fact
    }
    return firsts.sorted { $0.key < $1.key }.map(\.value)
  }()

  /// Exhaustive on purpose: a new case stops the build here until it has its number, and the test
  /// below until `History` holds it.
  static func place(of fact: Fact) -> Int {
    switch fact {
    case .bureauCreated: 0
    case .companyCreated: 1
    case .userCreated: 2
    case .roleAssigned: 3
    case .roleRemoved: 4
    case .tokenCreated: 5
    case .tokenRevoked: 6
    case .agreementDrafted: 7
    case .agreementSent: 8
    case .agreementSigned: 9
    case .consentGiven: 10
    case .consentRevoked: 11
    case .invoiceImported: 12
    case .paymentProposed: 13
    case .paymentChanged: 14
    case .paymentAcknowledged: 15
    case .paymentSigned: 16
    case .paymentDeleted: 17
    case .paymentRestored: 18
    case .transferPrepared: 19
    case .transferDelivered: 20
    case .transfersHeld: 21
    case .transferRecovered: 22
    case .unknownPaymentFound: 23
    case .transfersReleased: 24
    case .unknownPaymentDismissed: 25
    case .returnFileRead: 26
    case .instructionAccepted: 27
    case .paymentRejected: 28
    case .paymentPaid: 29
    case .paymentLost: 30
    case .bankCheckRecorded: 31
    case .alarmRaised: 32
    case .voucherPosted: 33
    }
  }

  private func body(_ fact: Fact) throws -> [UInt8] {
    try Bureau_Facts_V1_Body.with {
      $0.salt = Data(repeating: 0x5A, count: 16)
      $0.fact = fact.message
    }.serializedBytes()
  }

  @Test func `every case has an example`() {
    #expect(Self.examples.map(Self.place(of:)) == Array(0...33))
    #expect(Set(Self.examples.map(\.name)).count == 34)
  }

  @Test func `every fact of the history is read back as it was written`() throws {
    for fact in History().steps.flatMap(\.facts) {
      let message = try Bureau_Facts_V1_Body(serializedBytes: try body(fact)).fact
      #expect(try Fact(try #require(message)) == fact)
    }
  }

  @Test func `the bytes of each case are these`() throws {
    let lines = try Self.examples.map { fact in
      """
      \(fact.name)
        subject \(fact.subject.hexText)
        body    \(try body(fact).hexText)

      """
    }
    try expectGolden(lines.joined(), "facts.txt")
  }

  @Test func `the golden bytes are read as the facts of today`() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Golden/facts.txt")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    let bodies = lines.filter { $0.contains("body ") }.compactMap { $0.split(separator: " ").last }
    let facts = try bodies.map { hex in
      let bytes = stride(from: 0, to: hex.count, by: 2).compactMap { offset in
        let start = hex.index(hex.startIndex, offsetBy: offset)
        return UInt8(hex[start..<hex.index(start, offsetBy: 2)], radix: 16)
      }
      let message = try Bureau_Facts_V1_Body(serializedBytes: bytes).fact
      return try Fact(try #require(message))
    }
    #expect(facts == Self.examples)
  }

  @Test func `what no program of ours has written is refused`() {
    var message = Bureau_Facts_V1_PaymentLost()
    message.payment = Data([1, 2, 3])
    #expect(throws: UnreadableFact(what: "id")) { try Fact(.paymentLost(message)) }
    var restored = Bureau_Facts_V1_PaymentRestored()
    restored.payment = Data(History.first.bytes)
    restored.state = "flying"
    #expect(throws: UnreadableFact(what: "PaymentState")) { try Fact(.paymentRestored(restored)) }
    var paid = Bureau_Facts_V1_PaymentPaid()
    paid.payment = Data(History.first.bytes)
    paid.bookingDate = "31.03.2026"
    #expect(throws: UnreadableFact(what: "date")) { try Fact(.paymentPaid(paid)) }
  }
}
