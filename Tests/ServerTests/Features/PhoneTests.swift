import BureauAPI
import Connectors
import EngineKit
import Foundation
import GRPCCore
import Storage
import SwiftProtobuf
import TestKit
import Testing

/// Phone numbers: one's own, confirmed by a code; the company's; and both together.
@Suite(.everyEngine) struct PhoneTests {
  static let number = "+46701234567"

  @Test func `one's own number is confirmed by the code that was sent to it, once (S-04)`()
    async throws
  {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim")
      #expect(try await kim.entersPhone(Self.number).state == .unconfirmed)
      let code = try #require(try await kim.codes(sentTo: Self.number).first)
      #expect(code.count == 6 && code.allSatisfy(\.isNumber))
      let wrong = code == "000000" ? "000001" : "000000"
      let refused = try await bureau.refusal { try await kim.confirmsPhone(wrong) }
      #expect(refused.reason == "PHONE_CODE_WRONG")
      #expect(try await kim.confirmsPhone(code).state == .confirmed)
      let again = try await bureau.refusal { try await kim.confirmsPhone(code) }
      #expect(again.reason == "PHONE_CONFIRMED")
      let same = try await bureau.refusal { try await kim.entersPhone(Self.number) }
      #expect(same.reason == "PHONE_SAME")
      // A change returns it to unconfirmed, and the code of the old number is worth nothing.
      #expect(try await kim.entersPhone("+46701234568").state == .unconfirmed)
      let old = try await bureau.refusal { try await kim.confirmsPhone(code) }
      #expect(old.reason == "PHONE_CODE_WRONG")
    }
  }

  @Test func `a code has five tries, and five minutes (S-04)`() async throws {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim")
      try await kim.entersPhone(Self.number)
      let code = try #require(try await kim.codes(sentTo: Self.number).first)
      let wrong = code == "000000" ? "000001" : "000000"
      for _ in 0..<5 {
        let refused = try await bureau.refusal { try await kim.confirmsPhone(wrong) }
        #expect(refused.reason == "PHONE_CODE_WRONG")
      }
      // The right one comes too late: the tries are used up.
      let sixth = try await bureau.refusal { try await kim.confirmsPhone(code) }
      #expect(sixth.reason == "PHONE_CODE_ENDED")

      try await bureau.turnClock(to: "2026-03-02T08:01:00Z")
      try await kim.sendsCodeAgain()
      let fresh = try await kim.codes(sentTo: Self.number).filter { $0 != code }
      try await bureau.turnClock(to: "2026-03-02T08:06:01Z")
      let late = try await bureau.refusal { try await kim.confirmsPhone(fresh.first ?? code) }
      #expect(late.reason == "PHONE_CODE_ENDED")
    }
  }

  @Test func `a code is sent again until the number is confirmed, and the newest counts (S-05)`()
    async throws
  {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim")
      let absent = try await bureau.refusal { try await kim.sendsCodeAgain() }
      #expect(absent.reason == "PHONE_ABSENT")
      try await kim.entersPhone(Self.number)
      let first = try await kim.codes(sentTo: Self.number)
      let soon = try await bureau.refusal { try await kim.sendsCodeAgain() }
      #expect(soon.reason == "PHONE_CODE_TOO_SOON")
      try await bureau.turnClock(to: "2026-03-02T08:01:00Z")
      try await kim.sendsCodeAgain()
      let both = try await kim.codes(sentTo: Self.number)
      #expect(both.count == 2)
      let newest = try #require(both.first { $0 != first.first } ?? both.last)
      #expect(try await kim.confirmsPhone(newest).state == .confirmed)
      let done = try await bureau.refusal { try await kim.sendsCodeAgain() }
      #expect(done.reason == "PHONE_CONFIRMED")
    }
  }

  @Test func `five codes are sent within an hour, whatever numbers are entered (S-05)`()
    async throws
  {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim")
      let numbers = [Self.number, "+46701234568"]
      for sent in 0..<4 { try await kim.entersPhone(numbers[sent % 2]) }
      try await bureau.turnClock(to: "2026-03-02T08:30:00Z")
      try await kim.sendsCodeAgain()
      #expect(try await kim.codes(sentTo: numbers[0]).count == 2)
      #expect(try await kim.codes(sentTo: numbers[1]).count == 3)
      try await bureau.turnClock(to: "2026-03-02T08:31:00Z")
      for act in [
        { try await kim.entersPhone(numbers[0]) }, { try await kim.sendsCodeAgain() },
      ] as [() async throws -> Bureau_V1_Phone] {
        #expect(try await bureau.refusal { try await act() }.reason == "PHONE_CODES_TOO_MANY")
      }
      try await bureau.turnClock(to: "2026-03-02T09:00:00Z")
      #expect(try await kim.entersPhone(numbers[0]).state == .unconfirmed)
    }
  }

  @Test func `the code stands nowhere but in the message`() async throws {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim")
      try await kim.entersPhone(Self.number)
      let code = try #require(try await kim.codes(sentTo: Self.number).first)
      // There it stands in the words that a gateway sends on as they are.
      let sent = try bureau.world.messenger.messages().filter { $0.mobile == Self.number }
      let words = "Confirm your number: \(code) is your code. It is good for 5 minutes."
      #expect(sent.map(\.text) == [words])
      let facts = try await bureau.facts()
      for entry in facts {
        #expect(!String(decoding: entry.body, as: UTF8.self).contains(code))
      }
      let logged = bureau.world.log.lines.flatMap { line in
        line.split { !$0.isLetter && !$0.isNumber }
      }
      #expect(!logged.contains(Substring(code)))
    }
  }

  @Test(arguments: ["0701234567", "+46 70 123 45 67", "+460701234567", "+4690000002", ""])
  func `a number begins with its country, has no spaces and takes an SMS (S-02, S-04)`(
    number: String
  ) async throws {
    try await withBureau { bureau in
      let robin = try bureau.administrator
      let own = try await bureau.refusal { try await robin.entersPhone(number) }
      #expect(own.reason == "PHONE_INVALID" && own.fields == ["number"])
      guard !number.isEmpty else { return }
      let company = try await bureau.refusal {
        try await robin.setsBankSigning(of: robin, number)
      }
      #expect(company.reason == "PHONE_INVALID")
    }
  }

  @Test
  func `a number in a profile is its owner's, and one in the settings the administrators' (S-03)`()
    async throws
  {
    try await withBureau { bureau in
      let robin = try bureau.administrator, kim = try await bureau.accountant("Kim")
      let ada = try await bureau.person("Ada", .companyAdministrator, at: try bureau.company)
      let foreign = try await bureau.refusal {
        try await robin.calls { connection, metadata in
          try await connection.phones.updatePhone(
            .with {
              $0.parent = kim.name
              $0.number = Self.number
              $0.requestID = robin.newRequestID()
            }, metadata: metadata)
        }
      }
      #expect(foreign.reason == "PHONE_NOT_OWN")
      try await kim.entersPhone(Self.number)
      func looks(_ person: Person) async throws -> String {
        try await person.calls { connection, metadata in
          try await connection.phones.getPhone(.with { $0.parent = kim.name }, metadata: metadata)
        }.number
      }
      #expect(try await looks(robin) == Self.number)
      #expect(try await looks(kim) == Self.number)
      #expect(try await bureau.refusal { try await looks(ada) }.reason == "PHONE_NOT_OWN")

      for person in [ada, robin] {
        #expect(try await person.setsBankSigning(of: kim, Self.number).number == Self.number)
      }
      let denied = try await bureau.refusal { try await kim.setsBankSigning(of: kim, Self.number) }
      #expect(denied.code == .permissionDenied)
    }
  }

  @Test func `both conditions are told, each by its own reason (S-01, S-02, S-06)`() async throws {
    try await withBureau { bureau in
      let robin = try bureau.administrator, alex = try await bureau.approver("Alex")
      func missing() async throws -> [String] {
        let check = try await alex.checksSMSSigning()
        #expect(check.canSign == check.missing.isEmpty)
        return check.missing.map(\.reason)
      }
      #expect(
        try await missing() == ["SMS_COMPANY_NUMBER_MISSING", "SMS_PROFILE_NUMBER_MISSING"])
      try await robin.setsBankSigning(of: alex, Self.number)
      #expect(try await missing() == ["SMS_PROFILE_NUMBER_MISSING"])
      try await alex.entersPhone(Self.number)
      #expect(try await missing() == ["SMS_PROFILE_NUMBER_UNCONFIRMED"])
      let code = try #require(try await alex.codes(sentTo: Self.number).first)
      try await alex.confirmsPhone(code)
      #expect(try await missing() == [])
      try await robin.setsBankSigning(of: alex, "+46701234568")
      #expect(try await missing() == ["SMS_NUMBERS_DIFFER"])
      try await robin.setsBankSigning(of: alex, "")
      #expect(try await missing() == ["SMS_COMPANY_NUMBER_MISSING"])
    }
  }
}
